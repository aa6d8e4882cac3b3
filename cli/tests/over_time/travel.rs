//! Both kinds of past through the front door.

use domain::step::Step;

use crate::fixture::*;

/// The standing of every cell, row by row, one guest after the other.
fn standings(bench: &Bench, more: &str) -> Vec<String> {
    let line = format!("matrix --json{more}");
    let file = bench.call(&line).expect_code(0).json();
    let cells =
        file["matrices"].as_array().unwrap().iter().flat_map(|it| it["cells"].as_array().unwrap());
    let cell = |it: &serde_json::Value| match it["raw_standing"].as_str() {
        Some(raw) if it["standing"] != raw => {
            format!("{} raw {raw}", it["standing"].as_str().unwrap())
        }
        _ => it["standing"].as_str().unwrap().to_owned(),
    };
    cells.map(cell).collect()
}

const SPRING: [&str; 4] = ["SUCCESS", "SUCCESS", "FAILURE", "SUCCESS"];
const SUMMER: [&str; 4] = ["SUCCESS", "WARNING", "FAILURE", "SUCCESS"];

#[test]
fn how_things_stood_on_a_day() {
    let bench = Bench::charted();
    assert_eq!(standings(&bench, ""), SUMMER);
    assert_eq!(standings(&bench, " --as-of 2024-05-31"), SPRING);
    assert_eq!(standings(&bench, " --as-of 2024-06-01"), SUMMER, "the whole of the day");
    assert_eq!(standings(&bench, " --as-of 2024-06-01T07:59:59Z"), SPRING);
    assert_eq!(standings(&bench, " --as-of 2999-01-01"), SUMMER);
    let explained = bench.call("explain xen-like kvm-like server --as-of 2024-05-31 --json").json();
    assert_eq!(
        (&explained["campaign"], &explained["standing"]),
        (&"c-spring".into(), &"SUCCESS".into())
    );
}

#[test]
fn a_correction_counts_as_of_any_day_and_is_not_known_before() {
    let bench = Bench::charted();
    let last = bench.events() - 1;
    for trial in &trials()[2..4] {
        let position = bench.position("c-spring", trial, Step::Restart).to_string();
        bench.served(&["withdraw", &position, "--reason", "the switch was off"]);
    }
    let corrected = ["SUCCESS", "lab error", "FAILURE", "SUCCESS"];
    assert_eq!(standings(&bench, " --as-of 2024-05-31"), corrected);
    assert_eq!(standings(&bench, &format!(" --as-of 2024-05-31 --known-at {last}")), SPRING);
    assert_eq!(
        standings(&bench, &format!(" --campaign c-spring --known-at {}", last + 1)),
        SPRING,
        "one route is left"
    );
    assert_eq!(
        standings(&bench, &format!(" --campaign c-spring --known-at {}", last + 2)),
        corrected
    );
    assert_eq!(standings(&bench, ""), SUMMER);
    let text = bench.served(&["matrix", "--campaign", "c-spring"]).out;
    assert!(text.contains(
        "2 steps were withdrawn after being recorded, because the lab had broken unseen"
    ));
}

#[test]
fn a_waiver_relaxes_while_it_is_in_force_and_the_raw_score_stands_beside() {
    let bench = Bench::charted();
    bench.waive("2024-06-15T00:00:00Z", "2024-08-01T00:00:00Z");
    let relaxed = ["SUCCESS", "SUCCESS raw WARNING", "FAILURE", "SUCCESS"];
    assert_eq!(standings(&bench, " --as-of 2024-06-14"), SUMMER);
    assert_eq!(standings(&bench, " --as-of 2024-06-15T00:00:00Z"), relaxed);
    assert_eq!(standings(&bench, " --as-of 2024-07-31"), relaxed);
    assert_eq!(standings(&bench, " --as-of 2024-08-01T00:00:00Z"), SUMMER);
    assert_eq!(standings(&bench, ""), SUMMER, "it is over by now");
    let last = bench.events() - 1;
    assert_eq!(standings(&bench, &format!(" --known-at {last}")), relaxed, "it was in force then");
    let text = bench.served(&["matrix", "--as-of", "2024-07-01", "--guest", "server"]).out;
    insta::assert_snapshot!("relaxed", masked(&text));
    let told =
        bench.served(&["explain", "xen-like", "kvm-like", "server", "--as-of", "2024-07-01"]);
    assert!(told.out.contains("standing  ✓ SUCCESS (raw ! WARNING)"), "{}", told.out);
}

#[test]
fn what_another_system_told_stands_where_it_was_tried() {
    let bench = Bench::charted();
    take_over(&bench.desk(), "c-2013", "2024-07-01T00:00:00Z");
    assert_eq!(standings(&bench, ""), SUMMER, "told today, tried long ago: not the last campaign");
    assert_eq!(standings(&bench, " --campaign c-2013"), ["SUCCESS", "WARNING", "FAILURE"]);
    assert_eq!(standings(&bench, " --as-of 2013-06-01"), ["SUCCESS"]);
    assert_eq!(standings(&bench, " --as-of 2020-01-01"), ["SUCCESS", "WARNING", "FAILURE"]);
    let text = bench.served(&["matrix", "--as-of", "2020-01-01"]).out;
    insta::assert_snapshot!("told", masked(&text));
    let told =
        bench.served(&["explain", "kvm-like", "xen-like", "lean", "--campaign", "c-2013"]).out;
    insta::assert_snapshot!("told_explained", told);
}

#[test]
fn nothing_to_see_is_told_in_clear_words() {
    let bench = Bench::charted();
    bench.refused(
        "matrix --as-of 2024-02-29",
        2,
        "no campaign had started by 2024-02-29 23:59 UTC: ask for a later time",
    );
    bench.refused(
        "report --as-of 2024-02-29 --out r.html",
        2,
        "no campaign had started by 2024-02-29",
    );
    bench.refused("explain a b c --as-of 2024-02-29", 2, "no campaign had started by 2024-02-29");
    bench.refused(
        "matrix --as-of 2024-03-31 --campaign c-summer",
        2,
        "there is no campaign `c-summer`; known: c-spring",
    );
    assert!(!bench.file("r.html").exists());
    let mut log_of_declarations = Bench::empty();
    log_of_declarations.set_baseline("early", "c-spring", "2024-01-01T00:00:00Z");
    walk(&log_of_declarations.desk(), "c-spring", ("2024-03-01T08:00:00Z", "7.2.22"), spring);
    log_of_declarations.refused("matrix --known-at 0", 2, "no campaign was known at position 0");
    log_of_declarations.refused(
        "matrix --known-at 0 --as-of 2024-03-31",
        2,
        "no campaign that had started by 2024-03-31 23:59 UTC was known at position 0",
    );
    log_of_declarations = Bench::empty();
    log_of_declarations.set_baseline("early", "c-spring", "2024-01-01T00:00:00Z");
    log_of_declarations.refused("matrix", 2, "the store holds no campaign yet");
}

#[test]
fn what_will_be_known_is_not_known_yet() {
    let bench = Bench::charted();
    bench.set_baseline("spring", "c-spring", "2024-03-02T00:00:00Z");
    let last = bench.events() - 1;
    for (line, end) in [
        ("matrix", ""),
        ("report", " --out r.html"),
        ("explain kvm-like xen-like lean", ""),
        ("baseline list", ""),
        ("baseline show spring", ""),
        ("waiver list", ""),
    ] {
        bench.call(&format!("{line} --known-at {last}{end}")).expect_code(0);
        for beyond in [last + 1, u64::MAX] {
            let words =
                format!("--known-at {beyond} lies beyond the log, whose last event is {last}");
            bench.refused(&format!("{line} --known-at {beyond}{end}"), 2, &words);
        }
    }
    let empty = Bench::empty();
    drop(empty.log());
    empty.refused("matrix --known-at 0", 2, "the log holds no event yet");
}

#[test]
fn times_are_days_or_instants() {
    let bench = Bench::charted();
    for good in
        ["2024-06-01", "2024-06-01T08:30:00Z", "2024-06-01T10:30:00+02:00", "2024-06-01t08:30:00z"]
    {
        bench.call_with(&["matrix", "--as-of", good], b"").expect_code(0);
    }
    for bad in [
        "",
        "today",
        "2024-02-30",
        "2024-13-01",
        "2024-06-01 08:30",
        "2024-06-01T08:30",
        "2024-06-01t08:30:00",
        "06/01/2024",
        "1717228800",
        "99999-01-01",
        "2024-06-01\u{1b}[2J",
    ] {
        let called = bench.call_with(&["matrix", "--as-of", bad], b"").expect_code(2);
        assert!(
            called.err.contains("is neither a day (2026-11-23) nor an instant"),
            "{bad:?}: {}",
            called.err
        );
        assert!(!called.err.contains("\u{1b}[2J"), "{bad:?}");
    }
    for bad in ["-1", "1.5", "18446744073709551616", "x"] {
        let known_at = format!("--known-at={bad}");
        bench.call_with(&["matrix", &known_at], b"").expect_code(2);
    }
}
