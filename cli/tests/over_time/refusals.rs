//! What is refused, in which words, and that it leaves nothing.

use crate::fixture::*;

/// Each of these calls is refused in these words, and nothing is recorded.
#[track_caller]
fn refused(bench: &Bench, calls: &[(&str, &str)]) {
    let before = bench.events();
    for (line, words) in calls {
        bench.refused(line, 2, words);
        assert_eq!(bench.events(), before, "{line}");
    }
}

#[test]
fn a_baseline_or_campaign_that_is_not_there_is_named_with_those_that_are() {
    let bench = Bench::charted();
    bench.refused(
        "baseline show spring",
        2,
        "there is no baseline yet: portolan baseline set spring",
    );
    bench.set_baseline("spring", "c-spring", "2024-03-02T00:00:00Z");
    let calls = [
        ("baseline show autumn", "there is no baseline `autumn`; known: spring"),
        ("plan --stale --baseline autumn", "there is no baseline `autumn`; known: spring"),
        ("baseline set a --follows autumn", "there is no baseline `autumn` to continue"),
        ("baseline set spring --follows spring", "baseline `spring` continues itself anyway"),
        ("baseline set a --campaign c-9", "there is no campaign `c-9`; known: c-spring, c-summer"),
        ("matrix --campaign c-9", "there is no campaign `c-9`; known: c-spring, c-summer"),
        ("baseline set Autumn", "\"Autumn\" is not an identifier"),
    ];
    refused(&bench, &calls);
}

#[test]
fn a_waiver_that_would_waive_nothing_is_refused() {
    let calls = [
        (
            "waiver add w G.cpu.modl --until 2999-01-01 --reason r",
            "has no rule `G.cpu.modl`: portolan explain",
        ),
        (
            "waiver add w R.step.7 --until 2999-01-01 --reason r",
            "rule `R.step.7` cannot be waived: it stands above",
        ),
        (
            "waiver add w R.repeat.ip --until 2999-01-01 --reason r",
            "rule `R.repeat.ip` cannot be waived",
        ),
        (
            "waiver add w G.ip --until 2999-01-01 --reason r --guest amiga",
            "no campaign has a guest `amiga`; known: lean, server",
        ),
        (
            "waiver add w G.ip --until 2999-01-01 --reason r --source amiga",
            "no campaign has a platform `amiga`; known: kvm-like, xen-like",
        ),
        (
            "waiver add w G.ip --until 2999-01-01 --reason r --target amiga",
            "no campaign has a platform `amiga`",
        ),
        (
            "waiver add w G.ip --until 2999-01-01 --reason r --route amiga",
            "no campaign has a route `amiga`; known: direct, ovf",
        ),
        ("waiver add w G.ip --until 2024-01-01 --reason r", "a waiver looks ahead"),
        (
            "waiver add w G.ip --until soon --reason r",
            "is neither a day (2026-11-23) nor an instant",
        ),
        ("waiver add w G.ip --until 2999-01-01", "--reason"),
        ("waiver end w --reason r", "there is no waiver `w`"),
    ];
    refused(&Bench::charted(), &calls);
}

#[test]
fn what_was_neither_found_nor_scored_is_neither_upgraded_nor_withdrawn() {
    let calls = [
        (
            "upgrade amiga 1 2",
            "the log knows no version of `amiga`; known: converter:portolan-ovf, ",
        ),
        (
            "upgrade kvm-like 7.1 7.3",
            "kvm-like is at \"QEMU 7.2.22, q35\", which does not hold \"7.1\"",
        ),
        ("upgrade kvm-like 7 8", "which does not hold \"7\""),
        ("upgrade kvm-like 2 3", "which does not hold \"2\""),
        (
            "upgrade kvm-like 7.2.22 7.2.22",
            "is at QEMU 7.2.22, q35 before and after: nothing to declare",
        ),
        (
            "withdraw 0 --reason r",
            "no step with a score was recorded at position 0: portolan explain names",
        ),
        ("withdraw 108 --reason r", "no step with a score was recorded at position 108"),
        ("withdraw 107 --reason r", "no step with a score was recorded at position 107"),
        (
            "withdraw 18446744073709551615 --reason r",
            "no step with a score was recorded at position",
        ),
        ("withdraw -1 --reason r", "unexpected argument"),
        ("withdraw 5", "--reason"),
    ];
    refused(&Bench::charted(), &calls);
}

#[test]
fn a_word_that_may_mean_several_things_is_asked_about() {
    let bench = Bench::empty();
    let desk = bench.desk();
    walk(&desk, "c-1", ("2024-03-01T08:00:00Z", "7.2.22 on 7.2.22"), spring);
    drop(desk);
    bench.refused(
        "upgrade kvm-like 7.2.22 8",
        2,
        "holds \"7.2.22\" more than once: say more of it",
    );
    let whole = ["upgrade", "kvm-like", "7.2.22 on 7.2.22", "8"];
    assert!(bench.served(&whole).out.contains("→ QEMU 8, q35"));
    bench.refused("upgrade lean image other", 2, "the log knows no version of `lean`");
    bench.served(&["upgrade", "lean@kvm-like", "1ea0", "1ea2"]);
}

#[test]
fn words_of_people_are_in_one_line_and_bounded() {
    let bench = Bench::charted();
    let before = bench.events();
    let long = "x".repeat(513);
    for reason in ["", " ", "a\nb", "\u{1b}[2J", "\u{7}", &long] {
        for words in [
            &["waiver", "add", "w", "G.ip", "--until", "2999-01-01", "--reason", reason][..],
            &["withdraw", "5", "--reason", reason],
            &[
                "waiver",
                "add",
                "w",
                "G.ip",
                "--until",
                "2999-01-01",
                "--reason",
                "r",
                "--by",
                reason,
            ],
            &["withdraw", "5", "--reason", "r", "--by", reason],
            &["baseline", "set", "b", "--by", reason],
            &["upgrade", "kvm-like", "7.2.22", reason],
        ] {
            let called = bench.call_with(words, b"").expect_code(2);
            let told =
                called.err.contains("is needed") || called.err.contains("has control characters");
            assert!(told, "{words:?}: {}", called.err);
            assert!(!called.err.contains('\u{1b}') && !called.err.contains('\u{7}'));
        }
    }
    let words = ["baseline", "set", "b", "--reason", "a\nb"];
    assert!(
        bench
            .call_with(&words, b"")
            .expect_code(2)
            .err
            .contains("the reason has control characters")
    );
    assert_eq!(bench.events(), before);
    bench.served(&["baseline", "set", "b", "--reason", ""]);
}

#[test]
fn a_campaign_that_has_not_ended_is_no_reference() {
    use domain::command::Command;
    let bench = Bench::empty();
    let (testbed, plan) = (Box::new(testbed()), trials());
    let start = Command::StartCampaign { testbed, pins: pins("1"), plan };
    bench.desk().submit(&"c-1".parse().unwrap(), start, at("2024-03-01T08:00:00Z")).unwrap();
    bench.refused("baseline set b", 2, "campaign `c-1` has not ended: portolan run --resume");
}

#[test]
fn a_store_that_is_not_there_is_not_made() {
    let bench = Bench::empty();
    for line in [
        "baseline set b",
        "baseline list",
        "waiver add w G.ip --until 2999-01-01 --reason r",
        "waiver end w --reason r",
        "waiver list",
        "upgrade kvm-like 1 2",
        "withdraw 5 --reason r",
        "plan --stale",
    ] {
        bench.refused(line, 2, "there is no store at");
        assert!(!bench.store().exists(), "{line}");
    }
    drop(bench.log());
    bench.refused("baseline set b", 2, "the store holds no campaign yet");
    bench.refused("upgrade kvm-like 1 2", 2, "no campaign has found any version yet");
    bench.refused("withdraw 0 --reason r", 2, "no step with a score was recorded at position 0");
}

#[test]
fn a_store_in_use_is_read_and_not_written() {
    let bench = Bench::charted();
    let _owner = bench.log();
    let expected = format!("in use by process {}", std::process::id());
    for line in ["baseline set b", "upgrade kvm-like 7.2.22 8", "withdraw 5 --reason r"] {
        bench.refused(line, 2, &expected);
    }
    bench.call("matrix --as-of 2024-03-31").expect_code(0);
    bench.call("baseline list").expect_code(0);
}

#[test]
fn whoever_has_no_name_is_the_operator() {
    let bench = Bench::charted();
    let mut nobody = assert_cmd::Command::new(env!("CARGO_BIN_EXE_portolan"));
    let output =
        nobody.args(["--store", "store", "baseline", "set", "b"]).current_dir(bench.file("."));
    let called = crate::called::Called::from(output.env_remove("USER").output().unwrap());
    assert_eq!(called.code, 0, "{}", called.err);
    assert!(bench.call("baseline show b").expect_code(0).out.contains("by operator"));
}
