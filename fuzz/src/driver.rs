//! Driver files, what programs print, and transcripts: whatever stands there is an answer or an error that can be found.

use std::collections::BTreeSet;

use platforms::command::Driver;
use platforms::command::parse::{MOST_RECORDS, Parser};
use platforms::transport::Transcript;

/// Most mistakes that are told of one file.
const MOST_PROBLEMS: usize = 20;

/// Reads the input as a driver file, as an answer to each parser, and as a transcript.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    file(&text);
    answer(&text);
    transcript(&text);
}

fn file(text: &str) {
    let Err(problems) = Driver::read(text) else {
        return;
    };
    assert!((1..=MOST_PROBLEMS).contains(&problems.len()), "{} problems", problems.len());
    assert!(problems.is_sorted_by_key(|it| it.line));
    let lines = text.split('\n').count();
    for problem in problems {
        assert!((1..=lines).contains(&problem.line), "{problem} of {lines} lines");
        assert!(!problem.what.is_empty() && !problem.remedy.is_empty());
    }
}

fn parsers() -> Vec<(Parser, [&'static str; 2])> {
    let json =
        |each: Option<&str>, optional| Parser::Json { each: each.map(str::to_owned), optional };
    vec![
        (json(Some("/a"), false), ["/b", ""]),
        (json(Some(""), true), ["/a/b", "/0"]),
        (json(None, false), ["/a/b", "/c"]),
        (Parser::Kv { separator: ":".to_owned() }, ["a", "b"]),
        (Parser::XeParams, ["a/b", "c"]),
        (Parser::Regex { pattern: r"^(?<a>\w+)\s*(?<b>.*)$".to_owned() }, ["a", "b"]),
        (Parser::Table, ["a", "b"]),
        (Parser::Xml { each: "/a/b".to_owned() }, ["c/@d", "e"]),
        (Parser::Text, ["text", "text"]),
        (Parser::Lines, ["line", "line"]),
    ]
}

fn answer(text: &str) {
    for (parser, wanted) in parsers() {
        let wanted = BTreeSet::from(wanted);
        assert!(parser.check(&wanted).is_ok());
        let first = parser.read(text, &wanted);
        assert_eq!(first, parser.read(text, &wanted), "the same text says the same");
        let Ok(records) = first else {
            continue;
        };
        assert!(records.len() <= MOST_RECORDS);
        assert!(records.iter().flat_map(|it| it.keys()).all(|it| wanted.contains(it.as_str())));
        if parser == Parser::Lines {
            let lines = text.lines().filter(|it| !it.trim().is_empty()).count();
            assert_eq!(records.len(), lines);
        }
    }
}

/// What was read and written again reads the same.
fn transcript(text: &str) {
    let Ok(read) = Transcript::read(text) else {
        return;
    };
    let again = read.text().expect("what was read can be written");
    assert_eq!(Transcript::read(&again).expect("what was written can be read"), read);
}
