//! `log keygen` and `log repair`.

use std::os::unix::fs::PermissionsExt as _;

use store::EventLog as _;

use crate::fixture::{Bench, campaign, first_key};

/// Keys are random: their ids, their bytes and what they sign differ each time.
fn masked(text: &str) -> String {
    let word = |word: &str| match word.split('+').next() {
        Some(_) if word.starts_with("example.com/lab+803844f5") => "OLD".to_owned(),
        Some("example.com/lab") if word.contains('+') => "NEW".to_owned(),
        _ if word.len() >= 44 && word.ends_with('=') => "BASE64".to_owned(),
        _ => word.to_owned(),
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ") + "\n";
    text.lines().map(line).collect()
}

#[test]
fn where_there_is_no_log_one_is_made_with_its_key() {
    let bench = Bench::empty();
    let told = bench.call("log keygen --origin example.com/lab").expect_code(0);
    insta::assert_snapshot!("keygen_new", masked(&told.out));
    let signer = bench.store().join("log/keys/signer");
    assert_eq!(std::fs::metadata(&signer).unwrap().permissions().mode() & 0o777, 0o600);
    let folder = std::fs::metadata(bench.store()).unwrap().permissions().mode();
    assert_eq!(folder & 0o777, 0o700);
    bench.call("log verify").expect_code(0);
    let stat = bench.call("log stat --json").expect_code(0).json();
    assert_eq!(
        (stat["origin"].as_str(), stat["events"].as_u64()),
        (Some("example.com/lab"), Some(0))
    );
}

#[test]
fn a_name_that_is_none_makes_no_log() {
    let bench = Bench::empty();
    for name in ["", "two words", "a+b", "line\nbreak", &"x".repeat(256)] {
        let called = bench.call_with(&["log", "keygen", "--origin", name], b"").expect_code(2);
        assert!(called.err.contains("a key name has 1 to 255 bytes"), "{}", called.err);
    }
    assert!(!bench.store().exists());
    let told = bench.call("log keygen --json").expect_code(0).json();
    assert!(told["origin"].as_str().unwrap().starts_with("portolan.invalid/"), "{told}");
}

#[test]
fn a_key_is_changed_by_an_event_that_both_sign() {
    let bench = Bench::small();
    let told = bench.call("log keygen").expect_code(0);
    insta::assert_snapshot!("keygen_change", masked(&told.out));
    bench.refused("log keygen --origin example.com/other", 2, "its name stays for its whole life");
    let verified = bench.call(&format!("log verify --key {}", first_key())).expect_code(0).out;
    assert!(
        verified.contains("2, each named by an event and signed by the one before"),
        "{verified}"
    );
    let shown = bench.call("log show --stream log").expect_code(0).out;
    assert!(shown.contains("\"type\":\"KeyChanged\""), "{shown}");
    // Nothing was recorded since: what both have signed is what an export ends with.
    bench.call("log export --out log.jsonl").expect_code(0);
    let line = format!("verify log.jsonl --json --key {}", first_key());
    assert_eq!(bench.call(&line).expect_code(0).json()["trusted"], true);
    let stat = bench.call("log stat").expect_code(0).out;
    assert!(
        masked(&stat).contains(
            "key          NEW\n             1 earlier key, the first\n             OLD\n"
        ),
        "{stat}"
    );
}

#[test]
fn a_lost_key_is_replaced_and_everybody_is_told() {
    let bench = Bench::small();
    std::fs::remove_file(bench.store().join("log/keys/signer")).unwrap();
    bench.refused("log checkpoint", 2, "go on with a new one: portolan log keygen");
    let told = bench.call("log keygen").expect_code(0);
    insta::assert_snapshot!("keygen_lost", masked(&told.out));
    let verified = bench.call("log verify").expect_code(0).out;
    assert!(verified.contains("the key before event 602 has not signed"), "{verified}");
    let line = format!("log verify --key {}", first_key());
    let called = bench.call(&line).expect_code(3);
    assert!(called.out.contains("no trusted key comes after it"), "{}", called.out);
    let new = bench.call("log stat --json").json()["key"].as_str().unwrap().to_owned();
    bench.call(&format!("log verify --key {new}")).expect_code(0);
    bench.call("log export --out log.jsonl").expect_code(0);
    bench.call(&format!("verify log.jsonl --key {new}")).expect_code(0);
    bench.refused(
        &format!("verify log.jsonl --key {}", first_key()),
        3,
        "not signed by the key before",
    );
    let plain = bench.call("verify log.jsonl").expect_code(0).out;
    assert!(plain.contains("the key before event 602 has not signed"), "{plain}");
}

#[test]
fn the_store_in_use_is_left_alone() {
    let bench = Bench::small();
    let _owner = bench.log();
    let expected = format!("in use by process {}", std::process::id());
    for line in ["log keygen", "log repair"] {
        bench.refused(line, 2, &expected);
    }
}

#[test]
fn the_index_is_made_anew() {
    let bench = Bench::small();
    campaign(&bench.log(), &bench.blobs(), "c-2", 1);
    std::fs::write(bench.store().join("log/index/db"), [0x5a; 5000]).unwrap();
    let told = bench.call("log repair").expect_code(0);
    insta::assert_snapshot!("repair", told.out);
    assert_eq!(bench.log().head(), 605);
    let json = bench.call("log repair --json").expect_code(0).json();
    assert_eq!(
        (json["events"].as_u64(), json["index_made_anew"].as_bool()),
        (Some(605), Some(true))
    );
    std::fs::remove_dir_all(bench.store().join("log/index")).unwrap();
    bench.call("log checkpoint").expect_code(0);
}

#[test]
fn what_cannot_be_repaired_is_said() {
    let bench = Bench::small();
    let segments = bench.store().join("log/segments");
    let first = std::fs::read_dir(&segments).unwrap().map(|it| it.unwrap().path()).min().unwrap();
    crate::fixture::flip(&first, 200);
    bench.refused("log repair", 3, "00000000000000000000.jsonl.zst, at byte 0");
}
