//! `portolan check`: what it finds, what it leaves alone, and how it ends. No guest is built here.

use std::collections::BTreeMap;
use std::path::Path;

use crate::called::Called;
use crate::{portolan, refused};

/// Every file below a folder, with its bytes.
fn bytes(folder: &Path) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(bytes(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

fn check(store: &Path, words: &[&str]) -> Called {
    portolan(store, &[&["check"], words].concat())
}

fn json(called: &Called) -> serde_json::Value {
    serde_json::from_str(&called.out).unwrap_or_else(|_| panic!("{}\n{}", called.out, called.err))
}

/// A testbed like the small one, with other text in places.
fn testbed(folder: &Path, changes: &[(&str, &str)]) -> String {
    let mut text = include_str!("../../lab/testbeds/small.toml").to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let file = folder.join("testbed.toml");
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

/// What a rule came to in a trial: its finding, as JSON writes it.
fn finding(file: &serde_json::Value, rule: &str) -> serde_json::Value {
    let steps = file["trials"][0]["steps"].as_array().unwrap();
    let mut checks = steps.iter().flat_map(|it| it["checks"].as_array().unwrap());
    let found = checks.find(|it| it["rule"] == rule);
    found.unwrap_or_else(|| panic!("{rule} in {steps:#?}"))["finding"].clone()
}

#[test]
fn a_store_has_the_same_bytes_afterwards_and_none_comes_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    drop(crate::log(&store));
    let before = bytes(&store);
    assert!(!before.is_empty());
    let called = check(&store, &["small", "--commands", "--verbose"]);
    assert_eq!(called.code, 0, "{}", called.err);
    assert_eq!(bytes(&store), before);
    let nowhere = folder.path().join("nowhere");
    assert_eq!(check(&nowhere, &["small", "--quiet"]).code, 0);
    assert!(!nowhere.exists(), "a look made a store");
}

#[test]
fn guests_that_are_not_built_are_told_and_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let called = check(folder.path(), &["small", "--guest", "server", "--json"]);
    assert_eq!(called.code, 0, "{}", called.err);
    assert!(called.err.contains("portolan lab build"), "{}", called.err);
    let file = json(&called);
    assert_eq!(file["schema"], "portolan.check/1");
    assert_eq!(finding(&file, "H.disk.capacity")["not-observed"], "WARNING");
    assert_eq!(finding(&file, "H.firmware")["scored"], "SUCCESS");
    let open = file["trials"][0]["steps"][0]["open"].to_string();
    assert!(open.contains("H.pause.frozen"), "only a run pauses: {open}");
    assert!(!called.out.contains("H.live."), "a cold move is asked nothing of live ones");
    let commands = file["trials"][0]["commands"].as_array().unwrap();
    assert_eq!(commands.len(), 10, "as `plan` prints them");
}

#[test]
fn what_the_target_lacks_is_found_and_shuts_the_gate() {
    let folder = tempfile::tempdir().unwrap();
    let poor =
        r#"settings = { profile = "xen-like", memory_mib = "128", disks = "0", nics = "1" }"#;
    let named = testbed(
        folder.path(),
        &[
            (r#"settings = { profile = "xen-like" }"#, poor),
            ("memory_mib = 256\ncpus", "memory_mib = 512\ncpus"),
        ],
    );
    let words = [named.as_str(), "--guest", "server", "--target", "xen-like", "--json"];
    let called = check(folder.path(), &words);
    assert_eq!(called.code, 0, "no gate was asked for: {}", called.err);
    let file = json(&called);
    assert_eq!(finding(&file, "H.nic.count")["scored"], "SUCCESS");
    assert_eq!(finding(&file, "H.disk.count")["scored"], "FAILURE");
    assert_eq!(file["trials"][0]["standing"], "FAILURE");
    let called = check(folder.path(), &[&words[..], &["--fail-on", "failure"]].concat());
    assert_eq!(called.code, 1, "{}", called.err);
    assert!(called.err.contains("2 trials would score FAILURE or lower"), "{}", called.err);
    let silver = check(folder.path(), &[&words[..], &["--policy", "bronze"]].concat());
    assert_eq!(json(&silver)["trials"][0]["standing"], "WARNING", "as that policy has it");
}

#[test]
fn what_cannot_be_used_is_refused_in_the_words_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    refused(folder.path(), &["check", "nothing.toml"], 2, "cannot read testbed nothing.toml");
    refused(
        folder.path(),
        &["check", "smal"],
        2,
        "embedded testbeds: apps, default, libvirt, live, small",
    );
    refused(folder.path(), &["check", "live"], 2, "portolan plan live");
    refused(folder.path(), &["check", "small", "--guest", "nobody"], 2, "nobody");
    let change = [(
        r#"settings = { profile = "xen-like" }"#,
        r#"settings = { profile = "xen-like", disks = "many" }"#,
    )];
    let named = testbed(folder.path(), &change);
    refused(folder.path(), &["check", &named], 2, "settings.disks is \"many\": use a number");
}

#[test]
fn a_person_reads_what_costs_and_the_rest_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let part = ["small", "--guest", "server", "--target", "kvm-like"];
    let brief = check(folder.path(), &part).out;
    assert!(!brief.contains("H.firmware") && !brief.contains("qemu-img convert"), "{brief}");
    let all = check(folder.path(), &[&part[..], &["-v", "--commands"]].concat()).out;
    for words in ["✓ SUCCESS", "only a run tells", "qemu-img convert -f raw", "nothing was changed"]
    {
        assert!(all.contains(words), "{words}: {all}");
    }
}
