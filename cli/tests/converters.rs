//! `portolan converters` and `plan --routes`: what is listed, tried and found, and what can be pasted.

use std::path::Path;

use serde_json::Value;

use super::{portolan, refused};

fn house() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn said(words: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let called = portolan(folder.path(), words);
    assert_eq!(called.code, 0, "{}", called.err);
    serde_json::from_str(&called.out).unwrap()
}

#[test]
fn the_documents_say_of_each_converter_what_its_file_says() {
    let listed = said(&["converters", "list", "--json"]);
    let converters = listed["converters"].as_array().unwrap();
    assert_eq!(converters.len(), 6);
    let docs = std::fs::read_to_string(house().join("docs/converters.md")).unwrap();
    for it in converters {
        let of = |name: &str| it[name].as_str().unwrap().to_owned();
        let words = match of("exercised").as_str() {
            "real-thing" => "real thing",
            "documentation-only" => "never run",
            other => panic!("{other}"),
        };
        let row = format!("| {} | {} | {words} | {} |", of("id"), of("status"), of("evidence"));
        assert!(docs.contains(&row), "docs/converters.md has no row: {row}");
        let is_here = ["portolan-ovf", "qemu-img"].contains(&of("id").as_str());
        assert!(!is_here || it["version"].is_string(), "{it}");
    }
}

#[test]
fn every_pair_of_a_testbed_has_its_own_routes_and_they_are_walked() {
    let found = said(&["plan", "default", "--routes", "--json"]);
    let pairs = found["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 12);
    for pair in pairs {
        let ways = pair["ways"].as_array().unwrap();
        for own in ["direct", "ovf"] {
            assert!(ways.iter().any(|it| it["route"] == own), "{pair}");
        }
    }
    for route in found["routes"].as_array().unwrap().iter().filter(|it| it["declared"] == true) {
        assert_eq!(
            (&route["refused"], &route["missing"]),
            (&Value::Null, &Value::Array(Vec::new()))
        );
    }
}

#[test]
fn what_is_shown_can_be_pasted_and_planned() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("testbed.toml");
    let whole = std::fs::read_to_string(house().join("lab/testbeds/default.toml")).unwrap();
    let (before, route) = whole.split_once("# Two tools with an OVF package").unwrap();
    assert!(route.contains("portolan-ovf"));
    std::fs::write(&path, before).unwrap();
    let name = path.display().to_string();
    let shown = portolan(folder.path(), &["plan", &name, "--routes"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(
        shown.out.contains("[[route]]\nid = \"ovf-by-portolan-ovf-qemu-img\""),
        "{}",
        shown.out
    );
    std::fs::write(&path, format!("{before}\n{}", shown.out)).unwrap();
    let planned = portolan(folder.path(), &["plan", &name]);
    assert_eq!(planned.code, 0, "{}", planned.err);
    assert!(planned.out.contains("by ovf-by-portolan-ovf-qemu-img\n"), "{}", planned.out);
    let again = portolan(folder.path(), &["plan", &name, "--routes"]);
    assert!(!again.out.contains("\n[[route]]"), "nothing is left to add: {}", again.out);
}

#[test]
fn a_file_of_ones_own_is_held_to_the_disk_it_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let text = |script: &str| {
        format!(
            r#"
[converter]
id = "mine"
vendor = "me"
maker = "Me"
product = "A shell program that stands in for a converter"
status = "current"
exercised = "documentation-only"
evidence = "tests"
[probe]
argv = ["sh", "-c", "echo mine 1"]
version = '^mine (?<version>\S+)$'
[[conversion]]
from = ["raw"]
to = ["raw"]
keeps = "bytes"
argv = ["sh", "-c", '''{script}''', "mine", "${{disk}}", "${{out}}"]
"#
        )
    };
    let path = folder.path().join("mine.toml");
    let name = path.display().to_string();
    let test = |script: &str| {
        std::fs::write(&path, text(script)).unwrap();
        portolan(folder.path(), &["converters", "test", &name])
    };
    let good = test("cp \"$1\" \"$2\"");
    assert_eq!(good.code, 0, "{}", good.out);
    assert!(good.out.contains("✓ raw → raw"), "{}", good.out);
    let bad = test("tr p q <\"$1\" >\"$2\"; printf x >>\"$2\"");
    assert_eq!(bad.code, 3, "{}", bad.out);
    assert!(bad.out.contains("✗ raw → raw") && bad.out.contains("another disk"), "{}", bad.out);
    std::fs::write(&path, text("exit 0").replace("${disk}", "${dsik}")).unwrap();
    refused(folder.path(), &["converters", "test", &name], 2, "line 13: there is no value `dsik`");
    refused(folder.path(), &["converters", "test", "nobody"], 2, "Shipped converters: ");
    refused(folder.path(), &["converters", "test", "xenconvert"], 3, "worked by a person");
    refused(folder.path(), &["plan", "default", "--routes", "--stale"], 2, "cannot be used with");
}
