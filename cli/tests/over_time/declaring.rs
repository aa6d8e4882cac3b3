//! What people declare, what they are told, and what programs read of it.

use domain::step::Step;

use crate::fixture::*;

/// What a person reads of these calls, one after the other.
fn session(bench: &Bench, calls: &[&[&str]]) -> String {
    let told = |words: &&[&str]| {
        let called = bench.call_with(words, b"");
        let code = if called.code == 0 { String::new() } else { format!("[{}]\n", called.code) };
        format!("$ portolan {}\n{}{}{code}", words.join(" "), called.out, called.err)
    };
    calls.iter().map(told).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_whoever_declares_something_reads() {
    let bench = Bench::charted();
    let until = ["--until", "2999-12-31"];
    let add =
        ["waiver", "add", "cpu", "G.cpu.model", "--source", "xen-like", "--reason", "new hosts"];
    let restart = bench.position("c-summer", &trials()[2], Step::Restart).to_string();
    let withdraw = |reason| ["withdraw", &restart, "--reason", reason].map(str::to_owned);
    let (first, other) = (withdraw("the switch was off"), withdraw("something else"));
    let words = |it: &'static [&'static str]| it;
    let calls: &[&[&str]] = &[
        words(&["baseline", "set", "spring", "--campaign", "c-spring", "--reason", "first season"]),
        words(&["baseline", "set", "spring", "--campaign", "c-spring"]),
        words(&["baseline", "set", "spring"]),
        words(&["upgrade", "kvm-like", "7.2.22", "10.1.0"]),
        words(&["upgrade", "kvm-like", "7.2.22", "10.1.0"]),
        &[&add[..], &until].concat(),
        &[&add[..], &until].concat(),
        words(&["waiver", "end", "cpu", "--reason", "all replaced"]),
        words(&["waiver", "end", "cpu", "--reason", "all replaced"]),
        words(&["waiver", "end", "cpu", "--reason", "another reason"]),
        &first.each_ref().map(String::as_str),
        &first.each_ref().map(String::as_str),
        &other.each_ref().map(String::as_str),
    ];
    insta::assert_snapshot!("declaring", session(&bench, calls));
    assert_eq!(bench.events(), 108 + 6);
}

#[test]
fn lists_read_well() {
    let bench = Bench::charted();
    let none = session(&bench, &[&["baseline", "list"], &["waiver", "list"], &["plan", "--stale"]]);
    insta::assert_snapshot!("nothing_declared", none);
    bench.set_baseline("spring", "c-spring", "2024-03-02T00:00:00Z");
    bench.set_baseline("spring", "c-summer", "2024-06-02T00:00:00Z");
    bench.waive("2024-06-03T00:00:00Z", "2024-09-01T00:00:00Z");
    let lists = [
        &["baseline", "list"][..],
        &["baseline", "show", "spring"],
        &["baseline", "list", "--as-of", "2024-03-31"],
        &["baseline", "list", "--as-of", "2024-03-01"],
        &["baseline", "show", "spring", "--as-of", "2024-03-01"],
        &["waiver", "list", "--as-of", "2024-08-31"],
        &["waiver", "list"],
        &["waiver", "list", "--as-of", "2024-03-01"],
    ];
    insta::assert_snapshot!("lists", session(&bench, &lists));
}

#[test]
fn programs_read_the_same() {
    let bench = Bench::charted();
    let json = |words: &[&str]| bench.served(&[words, &["--json"]].concat()).json();
    let set = json(&["baseline", "set", "spring", "--campaign", "c-spring", "--by", "eve"]);
    assert_eq!(
        (&set["name"], &set["by"], &set["revision"]),
        (&"spring".into(), &"eve".into(), &1.into())
    );
    assert_eq!(json(&["baseline", "set", "spring", "--campaign", "c-spring"]), set, "nothing new");
    assert_eq!(json(&["baseline", "show", "spring"]), set);
    assert_eq!(json(&["baseline", "list"]), serde_json::json!([set]));
    assert_eq!(set["versions"]["host:kernel"], "Linux 6.1.0-18");

    let upgrade = json(&["upgrade", "platform:kvm-like", "7.2.22", "10.1.0"]);
    assert_eq!(upgrade["to"], "QEMU 10.1.0, q35");
    assert_eq!(json(&["upgrade", "platform:kvm-like", "7.2.22", "10.1.0"]), upgrade);

    let add = ["waiver", "add", "cpu", "G.cpu.model", "--until", "2999-12-31", "--reason", "r"];
    let added = json(&add);
    assert_eq!((&added[0]["in_force"], &added[0]["ended"]), (&true.into(), &().into()));
    assert_eq!(added[0]["expires"], "2999-12-31T23:59:59.999999999Z");
    assert_eq!(json(&add), added);
    assert_eq!(json(&["waiver", "list"]), added);
    let ended = json(&["waiver", "end", "cpu", "--reason", "over"]);
    assert_eq!((&ended[0]["in_force"], &ended[0]["ended"]), (&false.into(), &"ada: over".into()));

    let restart = bench.position("c-summer", &trials()[2], Step::Restart).to_string();
    let withdrawn = json(&["withdraw", &restart, "--reason", "the switch was off"]);
    assert_eq!((&withdrawn["step"], &withdrawn["by"]), (&"restart".into(), &"ada".into()));
    assert_eq!(json(&["withdraw", &restart, "--reason", "the switch was off"]), withdrawn);
    let explained = json(&["explain", "xen-like", "kvm-like", "server"]);
    assert_eq!(explained["routes"][1]["trials"][0]["steps"][6]["standing"], "lab error");
}

#[test]
fn every_declaration_is_in_the_log_and_signed() {
    let bench = Bench::charted();
    for words in [
        &["baseline", "set", "spring"][..],
        &["upgrade", "kvm-like", "7.2.22", "10.1.0"],
        &["waiver", "add", "w", "G.cpu.model", "--until", "2999-12-31", "--reason", "r"],
        &["waiver", "end", "w", "--reason", "r"],
        &["withdraw", "5", "--reason", "r"],
    ] {
        let before = bench.events();
        bench.served(words);
        assert_eq!(bench.events(), before + 1, "{words:?}");
        let size = format!("{:020}", before + 1);
        assert!(bench.store().join("log/checkpoints").join(size).exists(), "{words:?}");
    }
    bench.call("log verify").expect_code(0);
    let shown = bench.call("log show --json").out;
    for name in ["BaselineSet", "UpgradeDeclared", "CheckWaived", "WaiverEnded", "StepWithdrawn"] {
        assert!(shown.contains(name), "{name}");
    }
}
