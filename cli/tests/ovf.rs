//! Packages at the front door: one is written and checked, and one that was tampered with is not right.

use std::fs;

use super::{portolan, refused};

#[test]
fn a_package_is_written_checked_and_not_relied_on_once_it_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (raw, out) = (path("disk.raw"), path("vm.ova"));
    fs::write(&raw, vec![7; 1 << 20]).unwrap();
    let store = folder.path().join("store");

    let written = portolan(&store, &["ovf", "write", &out, "--disk", &raw, "--network", "lan"]);
    assert_eq!((written.code, written.err.as_str()), (0, ""));
    let checked = portolan(&store, &["ovf", "check", &out]);
    assert_eq!((checked.code, checked.err.as_str()), (0, ""));
    assert!(
        checked.out.ends_with("vm.ova: SUCCESS, 1 machine, 1 disk, 3 files\n"),
        "{}",
        checked.out
    );

    let mut bytes = fs::read(&out).unwrap();
    let at = bytes.len() - 3000;
    bytes[at] ^= 1;
    fs::write(&out, bytes).unwrap();
    let checked = portolan(&store, &["ovf", "check", &out, "--json"]);
    assert_eq!(checked.code, 3, "{}", checked.err);
    let view: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
    let rules: Vec<&str> =
        view["findings"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert!(rules.contains(&"P.mf.digest"), "{rules:?}");
    assert!(!store.exists(), "a package is no matter of the store");

    refused(&store, &["ovf", "write", &out, "--disk", &raw], 2, "is there already");
    refused(&store, &["ovf", "check", &path("gone.ova")], 2, "cannot read");
    refused(&store, &["ovf", "check", &out, "--target", "esxi-99"], 2, "known are esxi-8");
    let mac = ["ovf", "write", &path("b.ova"), "--disk", &raw, "--network", "lan,1:2"];
    refused(&store, &mac, 2, "six pairs");
}
