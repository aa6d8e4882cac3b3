//! Looking into a log: `stat`, `show` and `evidence`.

use crate::fixture::{Bench, STEPS, campaign, console, first_key};

/// Sizes on disk differ between file systems.
fn masked(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("on disk") {
        Some(_) => "on disk      [sizes]\n".to_owned(),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn stat_counts_what_is_there() {
    let bench = Bench::small();
    insta::assert_snapshot!("stat", masked(&bench.call("log stat").expect_code(0).out));
    let stat = bench.call("log stat --json").expect_code(0).json();
    assert_eq!(stat["events"], STEPS + 2);
    assert_eq!(stat["root"].as_str().unwrap().len(), 64);
    assert_eq!(stat["key"], first_key());
    assert_eq!(stat["damage"], serde_json::Value::Null);
    let on_disk = &stat["bytes_on_disk"];
    for part in ["log", "index", "evidence"] {
        assert!(on_disk[part].as_u64().unwrap() > 4096, "{on_disk}");
    }
}

#[test]
fn stat_of_a_log_without_events() {
    let bench = Bench::empty();
    drop(bench.log());
    insta::assert_snapshot!("stat_empty", masked(&bench.call("log stat").expect_code(0).out));
}

#[test]
fn stat_works_beside_a_writer_and_says_what_is_signed() {
    let bench = Bench::small();
    let log = bench.log();
    campaign(&log, &bench.blobs(), "c-2", 5);
    let stat = bench.call("log stat --json").expect_code(0).json();
    assert_eq!(stat["events"], STEPS + 9);
    assert_eq!(stat["streams"], 2);
    assert_eq!(stat["newest_checkpoint"]["events"], STEPS + 2);
}

#[test]
fn stat_tells_of_a_lost_end_and_counts_the_rest() {
    let bench = Bench::small();
    let segments = bench.store().join("log/segments");
    let last = std::fs::read_dir(&segments).unwrap().map(|it| it.unwrap().path()).max().unwrap();
    std::fs::remove_file(last).unwrap();
    let stat = bench.call("log stat --json").expect_code(3).json();
    assert!(stat["damage"].as_str().unwrap().contains("but 602 were recorded"), "{stat}");
    assert!(stat["events"].as_u64().unwrap() > 0);
}

#[test]
fn show_goes_both_ways_and_picks() {
    let bench = Bench::small();
    let positions = |line: &str| -> Vec<u64> {
        let shown = bench.call(line).expect_code(0).out;
        let parsed = shown.lines().map(|it| serde_json::from_str::<serde_json::Value>(it).unwrap());
        parsed.map(|it| it["position"].as_u64().unwrap()).collect()
    };
    assert_eq!(positions("log show"), (0..602).collect::<Vec<_>>());
    assert_eq!(positions("log show --from 599"), [599, 600, 601]);
    assert!(positions("log show --from 602").is_empty());
    assert_eq!(positions("log show --limit 2"), [0, 1]);
    assert_eq!(positions("log show --reverse --limit 2"), [601, 600]);
    assert_eq!(positions("log show --reverse --from 1"), [1, 0]);
    assert_eq!(positions("log show --stream campaign/c-1 --from 600"), [600, 601]);
    assert!(positions("log show --stream log").is_empty());
    let first = bench.call("log show --limit 1").out;
    insta::assert_snapshot!("show", first.split_once("\"testbed\"").unwrap().0);
}

#[test]
fn evidence_is_named_by_its_first_digits() {
    let bench = Bench::small();
    let digest = domain::ids::Sha256Digest::of(&console(590)).to_string();
    let kept = bench.call(&format!("log evidence {}…", &digest[..12])).expect_code(0);
    assert_eq!(kept.out.as_bytes(), console(590));
    bench.refused("log evidence 1234567", 2, "at least its first 8");
    bench.refused("log evidence 00000000000", 2, "no event names evidence");
    std::fs::remove_dir_all(bench.store().join("evidence")).unwrap();
    bench.refused(&format!("log evidence {digest}"), 3, "is missing");
}

#[test]
fn evidence_elsewhere_wants_a_portolan_that_was_built_for_it() {
    let bench = Bench::small();
    let line = "log verify --evidence";
    bench.refused(&format!("{line} http://example.com/x"), 2, "write it as s3://BUCKET/PREFIX");
    #[cfg(not(feature = "s3"))]
    bench.refused(&format!("{line} s3://bucket/x"), 2, "cargo build --release --features s3");
}
