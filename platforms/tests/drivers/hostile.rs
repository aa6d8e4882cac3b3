//! Whatever a program prints and whatever stands in a file: an answer or an error, and nothing else.

use std::collections::BTreeSet;

use platforms::command::Driver;
use platforms::command::parse::Parser;
use platforms::shipped;
use platforms::transport::Transcript;
use proptest::prelude::*;

fn parsers() -> Vec<(Parser, &'static str)> {
    vec![
        (Parser::Json { each: Some("/a".to_owned()), optional: false }, "/b"),
        (Parser::Json { each: None, optional: false }, "/a/b"),
        (Parser::Kv { separator: ":".to_owned() }, "a"),
        (Parser::XeParams, "a/b"),
        (Parser::Regex { pattern: r"(?<a>\w+)\s*(?<b>.*)$".to_owned() }, "a"),
        (Parser::Table, "a"),
        (Parser::Xml { each: "/a/b".to_owned() }, "c/@d"),
        (Parser::Text, "text"),
        (Parser::Lines, "line"),
    ]
}

proptest! {
    #[test]
    fn any_answer_is_read_or_refused(text in r#"([ab:;/()<>{}"\[\]=@é\t\n -]|\PC){0,120}"#) {
        for (parser, wanted) in parsers() {
            let wanted = BTreeSet::from([wanted]);
            let first = parser.read(&text, &wanted);
            if let Ok(records) = &first {
                prop_assert!(records.iter().flat_map(|it| it.keys()).all(|it| wanted.contains(it.as_str())));
            }
            prop_assert_eq!(first, parser.read(&text, &wanted), "the same text says the same");
        }
    }

    #[test]
    fn any_file_is_a_driver_or_has_mistakes_that_can_be_found(
        at in 0.0..1.0_f64,
        length in 0..40_usize,
        put in r#"[a-z${}"\[\]=.\n]{0,12}"#,
    ) {
        for shipped in shipped::ALL {
            let letters: Vec<char> = shipped.text.chars().collect();
            let begin = (0..letters.len()).find(|it| *it as f64 >= at * letters.len() as f64).unwrap_or(0);
            let end = (begin + length).min(letters.len());
            let text: String =
                letters[..begin].iter().copied().chain(put.chars()).chain(letters[end..].iter().copied()).collect();
            if let Err(problems) = Driver::read(&text) {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    let lines = text.lines().count().max(1) + 1;
                    prop_assert!((1..=lines).contains(&problem.line), "{}", problem);
                    prop_assert!(!problem.what.is_empty() && !problem.remedy.is_empty());
                }
            }
        }
    }
}

#[test]
fn what_is_nested_without_end_is_refused() {
    const DEEP: usize = 200_000;
    for (parser, wanted) in parsers() {
        for unit in ["[", "{\"a\":", "<a>", "("] {
            let _ = parser.read(&unit.repeat(DEEP), &BTreeSet::from([wanted]));
        }
    }
    let closed = format!("{}{}", "<a>".repeat(DEEP), "</a>".repeat(DEEP));
    let xml = Parser::Xml { each: "/a/b".to_owned() };
    let _ = xml.read(&closed, &BTreeSet::from(["c"]));
    let nested = format!("a = {}", "[".repeat(100_000));
    assert!(Driver::read(&nested).is_err());
    assert!(Transcript::read(&nested).is_err());
    let tables = format!("[{}]\nx = 1", vec!["a"; 50_000].join("."));
    assert!(Driver::read(&tables).is_err());
    assert!(Transcript::read(&tables).is_err());
}
