//! Hostile words in every free text: no format takes them for anything but words.

use proptest::prelude::*;
use reports::export::junit::{WarningAs, junit};
use reports::export::openmetrics::openmetrics;
use reports::export::oscal::oscal;
use reports::matrix_file::MatrixFile;
use serde_json::Value;

use crate::exports::{operator, public};

const HOSTILE: &str = "<script>alert(1)</script>]]>&lt;\" '\\\n# EOF\n\r\n\u{0}\u{1b}[2J\u{2028}\
                       \u{ffff}\u{85}{}*_`[x](javascript:y) é😀";

/// The file with this in place of every free text.
fn filled(mut file: MatrixFile, text: &str) -> MatrixFile {
    let put = |place: &mut String| *place = text.to_owned();
    put(&mut file.testbed);
    put(&mut file.policy);
    file.notices.iter_mut().for_each(put);
    for it in &mut file.platforms {
        [&mut it.vendor, &mut it.product, &mut it.console, &mut it.version]
            .into_iter()
            .for_each(put);
    }
    for it in &mut file.guests {
        [&mut it.name, &mut it.architecture, &mut it.firmware].into_iter().for_each(put);
        it.versions.iter_mut().for_each(|it| put(&mut it.version));
    }
    file.host.iter_mut().for_each(|it| put(&mut it.version));
    for it in file.tools.iter_mut().flatten() {
        [&mut it.product, &mut it.version].into_iter().for_each(put);
    }
    for it in &mut file.changes {
        [&mut it.from, &mut it.to].into_iter().for_each(put);
    }
    let cells = file.matrices.iter_mut().flat_map(|it| &mut it.cells);
    cells.filter_map(|it| it.limit.as_mut()).for_each(|it| put(&mut it.words));
    file
}

/// Names and attributes' names of all elements, in order.
fn shape(xml: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(xml).unwrap();
    let elements = document.descendants().filter(roxmltree::Node::is_element);
    let told = |it: roxmltree::Node<'_, '_>| {
        let attributes: Vec<&str> = it.attributes().map(|it| it.name()).collect();
        format!("{} {}", it.tag_name().name(), attributes.join(" "))
    };
    elements.map(told).collect()
}

/// Every line of an exposition with its labels' values left out; they are checked on the way.
fn exposition(text: &str) -> Vec<String> {
    assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() >= 1);
    let lines: Vec<&str> = text.split('\n').collect();
    assert!(lines.iter().rev().skip(2).all(|it| *it != "# EOF"), "it ends once");
    lines.into_iter().map(without_values).collect()
}

fn without_values(line: &str) -> String {
    let mut shown = String::new();
    let mut letters = line.chars();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quoted => assert!(matches!(letters.next(), Some('\\' | '"' | 'n')), "{line}"),
            '"' => quoted = !quoted,
            _ if quoted => assert!(!letter.is_control(), "{line:?}"),
            _ => shown.push(letter),
        }
    }
    assert!(!quoted, "{line}");
    shown
}

/// Every property and title of a document is one line with something on it.
fn plain(json: &Value) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let Some(text) =
                    value.as_str().filter(|_| ["value", "title"].contains(&name.as_str()))
                {
                    assert!(!text.is_empty() && text.trim() == text, "{name}: {text:?}");
                    assert!(!text.chars().any(char::is_control), "{name}: {text:?}");
                }
                plain(value);
            }
        }
        Value::Array(items) => {
            assert!(!items.is_empty(), "OSCAL has no empty lists");
            items.iter().for_each(plain);
        }
        Value::Null => panic!("OSCAL has no null"),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn hostile_words_stay_words() {
    for file in [public(), operator()] {
        check(&file, &filled(file.clone(), HOSTILE));
    }
    let xml = junit(&filled(public(), HOSTILE), WarningAs::Failure).unwrap();
    assert!(!xml.contains("<script") && xml.contains("&lt;script&gt;"));
    let json = oscal(&filled(public(), HOSTILE)).unwrap();
    let document: Value = serde_json::from_str(&json).unwrap();
    let remarks = document["assessment-results"]["metadata"]["remarks"].as_str().unwrap();
    assert!(
        remarks.contains("\\<script\\>") && remarks.contains("\\[x\\](javascript:y)"),
        "{remarks}"
    );
}

#[test]
fn empty_words_leave_out_what_they_stand_for() {
    for file in [public(), operator()] {
        check(&file, &filled(file.clone(), " \n"));
    }
}

/// The strange file is shaped like the usual one.
fn check(usual: &MatrixFile, strange: &MatrixFile) {
    let [before, after] = [usual, strange].map(|it| shape(&junit(it, WarningAs::Failure).unwrap()));
    assert_eq!(before, after);
    let [before, after] = [usual, strange].map(|it| exposition(&openmetrics(it)));
    assert_eq!(before, after);
    plain(&serde_json::from_str(&oscal(strange).unwrap()).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_words_come_the_shape_stays(text in any::<String>()) {
        let file = public();
        check(&file, &filled(file.clone(), &text));
    }
}
