//! The matrices in formats of others.

use std::collections::{BTreeMap, BTreeSet};

use base64ct::{Base64, Encoding as _};
use domain::ids::Sha256Digest;
use domain::score::{Score, Standing};
use reports::export::in_toto::statement;
use reports::export::junit::{WarningAs, junit};
use reports::export::openmetrics::openmetrics;
use reports::export::oscal::oscal;
use reports::json;
use reports::matrix::Judged;
use reports::matrix_file::{CellEntry, MatrixFile};
use serde_json::Value;

use crate::fixture::{history, only_campaign, policy, view};

/// The small campaign as anyone may see it.
pub(crate) fn public() -> MatrixFile {
    json::public(&view())
}

/// The small campaign as operators see it.
pub(crate) fn operator() -> MatrixFile {
    let (history, policy) = (history(), policy());
    json::operator(&Judged::new(only_campaign(&history), &policy), &history)
}

/// Every export of a file.
pub(crate) fn exports(file: &MatrixFile) -> [String; 6] {
    let junit = |warning| junit(file, warning).unwrap();
    [
        junit(WarningAs::Success),
        junit(WarningAs::Skipped),
        junit(WarningAs::Failure),
        statement(file).unwrap(),
        oscal(file).unwrap(),
        openmetrics(file),
    ]
}

/// A text with what is packed away in it left out; that is shown by itself.
fn unpacked(text: &str) -> String {
    text.split('"')
        .map(|it| if is_packed(it) { "BASE64" } else { it })
        .collect::<Vec<_>>()
        .join("\"")
}

fn is_packed(text: &str) -> bool {
    text.len() > 200 && Base64::decode_vec(text).is_ok()
}

/// Lines of the second text that the first does not have, identifiers and digests masked.
fn added(before: &str, after: &str) -> String {
    let known: BTreeSet<String> = before.lines().map(masked).collect();
    let new = after.lines().map(masked).filter(|line| !known.contains(line));
    new.collect::<Vec<_>>().join("\n")
}

/// A line without what follows from all of the file.
fn masked(line: &str) -> String {
    let is_derived = |word: &&str| {
        let digits = word.trim_matches(|it: char| !it.is_ascii_hexdigit());
        digits.len() >= 32 && digits.chars().all(|it| it.is_ascii_hexdigit() || it == '-')
    };
    line.split('"')
        .map(|word| if is_derived(&word) { "…" } else { word })
        .collect::<Vec<_>>()
        .join("\"")
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn all_cells(file: &mut MatrixFile) -> impl Iterator<Item = &mut CellEntry> {
    file.matrices.iter_mut().flat_map(|it| &mut it.cells)
}

#[test]
fn the_same_file_gives_the_same_bytes() {
    for file in [public, operator] {
        assert_eq!(exports(&file()), exports(&file()));
    }
}

#[test]
fn tests_for_anyone() {
    insta::assert_snapshot!(junit(&public(), WarningAs::Success).unwrap());
}

#[test]
fn tests_for_operators_add_the_route_and_the_time() {
    let [public, operator] =
        [public(), operator()].map(|it| junit(&it, WarningAs::Success).unwrap());
    insta::assert_snapshot!(added(&public, &operator));
}

/// Attributes `tests`, `skipped`, `errors` and `failures` of every suite, added.
fn counted(warning: WarningAs) -> [usize; 4] {
    let text = junit(&public(), warning).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    let suites = document.descendants().filter(|it| it.has_tag_name("testsuite"));
    suites.fold([0; 4], |sum, suite| {
        let count = |name| suite.attribute(name).unwrap().parse::<usize>().unwrap();
        let counts = ["tests", "skipped", "errors", "failures"].map(count);
        std::array::from_fn(|it| sum[it] + counts[it])
    })
}

#[test]
fn the_reader_chooses_what_a_warning_becomes_and_a_lab_error_is_never_a_failure() {
    // 2 SUCCESS, 4 WARNING, 3 FAILURE, 1 lab error, 2 not run.
    assert_eq!(counted(WarningAs::Success), [12, 2, 1, 3]);
    assert_eq!(counted(WarningAs::Skipped), [12, 6, 1, 3]);
    assert_eq!(counted(WarningAs::Failure), [12, 2, 1, 7]);
}

#[test]
fn a_statement_for_anyone() {
    insta::assert_snapshot!(unpacked(&statement(&public()).unwrap()));
}

#[test]
fn a_statement_for_operators() {
    insta::assert_snapshot!(unpacked(&statement(&operator()).unwrap()));
}

#[test]
fn a_statement_is_about_the_file_of_the_same_matrices() {
    for file in [public(), operator()] {
        let told = json_of(&statement(&file).unwrap());
        let digest = Sha256Digest::of(json::text(&file).unwrap().as_bytes()).to_string();
        assert_eq!(told["subject"][0]["digest"]["sha256"], digest);
        let configuration = &told["predicate"]["configuration"];
        assert_eq!(configuration[0]["digest"]["sha256"], file.policy_sha256.to_string());
    }
}

#[test]
fn the_definition_goes_with_statement_and_assessment_and_has_its_digest() {
    for file in [public(), operator()] {
        let statement = json_of(&statement(&file).unwrap());
        let campaign = &statement["predicate"]["configuration"][1];
        let definition = Base64::decode_vec(campaign["content"].as_str().unwrap()).unwrap();
        let digest = Sha256Digest::of(&definition).to_string();
        assert_eq!(campaign["digest"]["sha256"], digest);
        let plan =
            &json_of(&oscal(&file).unwrap())["assessment-results"]["back-matter"]["resources"][0];
        assert_eq!(plan["base64"]["value"], campaign["content"]);
        assert_eq!(plan["props"][0]["value"], digest);
        let told = json_of(std::str::from_utf8(&definition).unwrap());
        insta::assert_snapshot!(
            format!("the_definition_for_{}", file.audience),
            serde_json::to_string_pretty(&told).unwrap()
        );
    }
}

#[test]
fn a_result_is_never_rounded_up() {
    let result = |standings: &[Standing]| {
        let mut file = public();
        let mut standings = standings.iter().cycle();
        all_cells(&mut file).for_each(|it| it.standing = *standings.next().unwrap());
        json_of(&statement(&file).unwrap())["predicate"]["result"].as_str().unwrap().to_owned()
    };
    let scored = Standing::Scored;
    let well = scored(Score::Success);
    assert_eq!(result(&[well]), "PASSED");
    assert_eq!(result(&[well, scored(Score::Warning)]), "WARNED");
    assert_eq!(result(&[well, scored(Score::Warning), scored(Score::Failure)]), "FAILED");
    for none in [Standing::NotRun, Standing::Blocked, Standing::NotApplicable, Standing::LabError] {
        assert_eq!(result(&[well, none]), "WARNED", "{none}");
        assert_eq!(result(&[none, scored(Score::Failure)]), "FAILED", "{none}");
    }
    let mut empty = public();
    empty.matrices.clear();
    assert_eq!(json_of(&statement(&empty).unwrap())["predicate"]["result"], "WARNED");
}

#[test]
fn every_cell_is_in_one_list_or_named_as_without_a_score() {
    let told = json_of(&statement(&public()).unwrap());
    let predicate = &told["predicate"];
    let annotations = &predicate["configuration"][1]["annotations"];
    let lists = ["passedTests", "warnedTests", "failedTests"].map(|it| &predicate[it]);
    let names = lists.into_iter().chain([&annotations["without_score"]]);
    let names: Vec<&str> =
        names.flat_map(|it| it.as_array().unwrap()).map(|it| it.as_str().unwrap()).collect();
    let mut file = public();
    assert_eq!(names.len(), all_cells(&mut file).count());
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    let counts = annotations["cells"].as_object().unwrap().values();
    assert_eq!(counts.map(|it| it.as_u64().unwrap()).sum::<u64>(), 12);
}

#[test]
fn metrics_for_anyone() {
    insta::assert_snapshot!(openmetrics(&public()));
}

#[test]
fn metrics_name_no_tool_to_anyone() {
    assert_eq!(openmetrics(&operator()), openmetrics(&public()));
}

#[test]
fn every_cell_stands_in_exactly_one_state() {
    let text = openmetrics(&public());
    let mut ones: BTreeMap<&str, u32> = BTreeMap::new();
    for line in text.lines().filter(|it| it.starts_with("portolan_cell_standing{")) {
        let (cell, state) = line.split_once(",portolan_cell_standing=").unwrap();
        *ones.entry(cell).or_default() += u32::from(state.ends_with(" 1"));
    }
    assert_eq!(ones.len(), 12);
    assert!(ones.values().all(|it| *it == 1));
    assert!(text.ends_with("\n# EOF\n"));
}

#[test]
fn an_assessment_for_anyone() {
    insta::assert_snapshot!(unpacked(&oscal(&public()).unwrap()));
}

#[test]
fn an_assessment_for_operators_adds_tools_routes_and_times() {
    let [public, operator] = [public(), operator()].map(|it| unpacked(&oscal(&it).unwrap()));
    insta::assert_snapshot!(added(&public, &operator));
}

/// Every value of a key, wherever it stands.
fn values<'a>(json: &'a Value, key: &str) -> Vec<&'a str> {
    match json {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value.as_str() {
                Some(text) if name == key => vec![text],
                _ => values(value, key),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(|it| values(it, key)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

#[test]
fn an_assessment_refers_to_what_it_holds() {
    let document = json_of(&oscal(&operator()).unwrap());
    let all = values(&document, "uuid");
    let ids: BTreeSet<&str> = all.iter().copied().collect();
    assert_eq!(ids.len(), all.len(), "an identifier stands twice");
    let resources = &document["assessment-results"]["back-matter"];
    let resources: BTreeSet<&str> = values(resources, "uuid").into_iter().collect();
    for href in values(&document, "href") {
        assert!(resources.contains(href.strip_prefix('#').unwrap()), "{href}");
    }
    for key in ["subject-uuid", "observation-uuid"] {
        let named = values(&document, key);
        assert!(named.len() >= 12 && named.iter().all(|it| ids.contains(it)), "{key}");
    }
    let parts: BTreeSet<&str> = values(&document, "id").into_iter().collect();
    for key in ["objective-id", "target-id"] {
        assert_eq!(values(&document, key).into_iter().collect::<BTreeSet<_>>(), parts, "{key}");
    }
}

#[test]
fn satisfied_is_a_success_and_nothing_else() {
    let document = json_of(&oscal(&public()).unwrap());
    let findings = document["assessment-results"]["results"][0]["findings"].as_array().unwrap();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let (standing, status) = (&finding["props"][0], &finding["target"]["status"]);
        assert_eq!(standing["name"], "standing");
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let line = [&standing["value"], &status["state"], &status["reason"]].map(word).join(", ");
        *seen.entry(line).or_default() += 1;
    }
    let expected = [
        ("FAILURE, not-satisfied, fail", 3),
        ("SUCCESS, satisfied, pass", 2),
        ("WARNING, not-satisfied, other", 4),
        ("lab error, not-satisfied, other", 1),
        ("not run, not-satisfied, other", 2),
    ];
    assert_eq!(seen, expected.map(|(line, count)| (line.to_owned(), count)).into());
}

#[test]
fn identifiers_follow_from_campaign_policy_position_and_audience() {
    let id = |change: fn(&mut MatrixFile)| {
        let mut file = public();
        change(&mut file);
        let document = json_of(&oscal(&file).unwrap());
        document["assessment-results"]["uuid"].as_str().unwrap().to_owned()
    };
    let changes: [fn(&mut MatrixFile); 6] = [
        |_| {},
        |file| file.unplaced += 1,
        |file| file.campaign = "another".parse().unwrap(),
        |file| file.policy_sha256 = Sha256Digest::of(b"another"),
        |file| file.course.last_position += 1,
        |file| file.audience = "operator",
    ];
    let ids: Vec<String> = changes.map(id).into();
    assert_eq!(ids[0], ids[1], "what it is about is the same");
    assert_eq!(ids[1..].iter().collect::<BTreeSet<_>>().len(), 5, "{ids:?}");
}

#[test]
fn a_campaign_without_cells_has_exports_too() {
    let mut file = public();
    file.matrices.clear();
    file.course.ending = None;
    let document = json_of(&oscal(&file).unwrap());
    let result = &document["assessment-results"]["results"][0];
    for absent in ["end", "observations", "findings"] {
        assert_eq!(result[absent], Value::Null, "{absent}");
    }
    let controls = &result["reviewed-controls"]["control-selections"][0];
    assert_eq!(controls["include-all"], serde_json::json!({}));
    assert!(exports(&file).iter().all(|it| !it.is_empty()));
}
