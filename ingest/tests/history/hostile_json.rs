//! Files that look like a result.json and are not what they should be.

use serde_json::{Value, json};

use crate::support::{dated, plain, reading, rejected};

fn report() -> Value {
    let ok = json!([{ "abbr": "H", "name": "handshake", "result": "succeeded" }]);
    json!({
        "start_time": 1700000000.25,
        "clients": ["a", "b"],
        "servers": ["a", "b", "c"],
        "results": [ok, ok, ok, ok, ok, ok],
    })
}

fn with(key: &str, value: Value) -> String {
    let mut report = report();
    report[key] = value;
    report.to_string()
}

#[test]
fn lists_that_are_no_rectangle_are_refused() {
    for lists in [json!([]), json!([[], [], [], [], []]), json!([[], [], [], [], [], [], []])] {
        let refusal = rejected("x.json", with("results", lists));
        assert!(refusal.contains("so there must be 6"), "{refusal}");
    }
}

#[test]
fn what_is_missing_was_not_run() {
    let lists = json!([
        [{ "abbr": "H", "result": "succeeded" }, { "abbr": "Z", "result": null }],
        null, [], [{ "abbr": "Z", "result": "unsupported" }], [], [],
    ]);
    let campaigns = plain("x.json", with("results", lists)).unwrap();
    let told: Vec<(&str, &str, &str, &str)> = campaigns[0]
        .trials
        .iter()
        .map(|it| {
            let trial = &it.trial;
            (trial.guest.as_str(), trial.source.as_str(), trial.target.as_str(), it.standing.word())
        })
        .collect();
    assert_eq!(told.len(), 12, "two tests for each of six pairs");
    assert_eq!(
        told[..4],
        [
            ("h", "a", "a", "SUCCESS"),
            ("z", "a", "a", "not run"),
            ("h", "a", "b", "not run"),
            ("z", "a", "b", "not run"),
        ]
    );
    assert_eq!(told[6..8], [("z", "b", "a", "not applicable"), ("h", "b", "a", "not run"),]);
}

#[test]
fn every_bad_entry_is_told_with_its_line() {
    let text = r#"{"start_time": 1, "clients": ["a"], "servers": ["b", "c", "d", "e"], "results": [
        [{"abbr": "H", "result": "succeeded"}, {"abbr": "H", "result": "failed"}],
        [{"abbr": "H", "result": "green"},
         {"abbr": "", "result": "failed"},
         {"abbr": "\u0000", "result": "failed"},
         {"result": "failed"},
         {"abbr": "H", "abbr": "Z", "result": "failed"},
         {"abbr": 3, "result": "failed"},
         17],
        "none",
        {}
    ]}"#;
    insta::assert_snapshot!(rejected("x.json", text));
}

#[test]
fn what_is_no_report_is_refused() {
    for (text, words) in [
        ("{".to_owned(), "line 1: the file is no result.json: EOF"),
        ("{}".to_owned(), "missing field"),
        (with("clients", json!(3)), "invalid type"),
        (with("clients", json!([])), "so there must be 0"),
        (with("clients", json!(["a", "a"])), "stands in line 1 already"),
        (with("clients", json!(["a", " "])), "a name of `clients` is empty"),
        (with("start_time", json!(1e300)), "is no time in seconds"),
        (with("start_time", json!(-1)), "is no time in seconds"),
        (with("start_time", Value::Null), "with --at"),
        (report().to_string().replace("1700000000.25", "1e999"), "number out of range"),
        (report().to_string().replacen('{', "{\"clients\":[],", 1), "duplicate field"),
        (format!("{{\"results\":{}", "[".repeat(1_000_000)), "EOF while parsing"),
        (with("results", json!(vec!["[[[["; 6])), "a list of `results` cannot be read"),
        (format!("{} x", report()), "trailing characters"),
    ] {
        let refusal = rejected("x.json", &text);
        assert!(refusal.contains(words), "{}: {refusal}", &text[..text.len().min(200)]);
        assert!(refusal.len() < 2000, "{}", refusal.len());
    }
    let campaigns = reading("x.json", with("start_time", Value::Null), &dated()).unwrap();
    assert_eq!(campaigns[0].campaign.as_str(), "imported-x-2013-06-01");
}

#[test]
fn more_parties_than_a_testbed_may_have_are_refused() {
    let names: Vec<String> = (0..70).map(|it| format!("i{it}")).collect();
    let lists = vec![json!([{ "abbr": "H", "result": "failed" }]); 70 * 70];
    let mut report = report();
    report["clients"] = json!(names);
    report["servers"] = json!(names);
    report["results"] = json!(lists);
    let refusal = rejected("x.json", report.to_string());
    assert!(refusal.contains("platform \"i64\" is one more than the 64 allowed"), "{refusal}");
}

#[test]
fn what_a_run_says_at_length_is_not_copied_into_every_trial() {
    let long = "x".repeat(10_000_000);
    for (key, value, words) in [
        ("log_dir", json!(long), "is longer than 512 bytes"),
        ("clients", json!([long, "b"]), "is longer than 512 bytes"),
    ] {
        let refusal = rejected("x.json", with(key, value));
        assert!(refusal.contains(words) && refusal.len() < 2000, "{}", &refusal[..200]);
    }
    let told = json!({ "H": { "name": long } });
    let campaigns = plain("x.json", with("tests", told)).unwrap();
    assert!(campaigns[0].testbed.guests[0].name.len() < 700);
}
