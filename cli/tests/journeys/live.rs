//! Live migration with real VMs. Two hosts of one hypervisor share a store and a segment, so that nothing
//! is lost (SUCCESS) between them, and the platform of another kind is out of the question.

use crate::lab::Lab;

#[test]
fn a_running_vm_moves_between_peers_and_nowhere_else() {
    let lab = Lab::new();
    lab.run(&["run", "live", "--quiet"]).expect_code(0);
    let matrix = [
        "walker kvm-one kvm-two SUCCESS",
        "walker kvm-one xen-like not applicable",
        "walker kvm-two kvm-one SUCCESS",
        "walker kvm-two xen-like not applicable",
        "walker xen-like kvm-one not applicable",
        "walker xen-like kvm-two not applicable",
    ];
    assert_eq!(lab.standings(), matrix);
    lab.expect_each_step_once();
    lab.expect_nothing_left();

    let told = lab.run(&["explain", "kvm-one", "kvm-two", "walker"]);
    for fact in ["live.boot_kept: not observed → yes", "live.connection_kept: not observed → yes"]
    {
        assert!(told.out.contains(fact), "{}", told.out);
    }
    assert!(told.out.contains("live by the platforms themselves"), "{}", told.out);
    let why = lab.run(&["explain", "kvm-one", "xen-like", "walker"]).out;
    assert!(why.contains("is not applicable, which is no score"), "{why}");
    assert!(!why.contains("Routes"), "{why}");
    let shown = lab.run(&["matrix"]);
    assert!(!shown.out.contains("0/0"), "{}", shown.out);
    assert!(shown.out.contains("type     live migration"), "{}", shown.out);
    assert!(shown.out.contains("6 cells: 2 SUCCESS, 4 not applicable"), "{}", shown.out);
}

#[test]
fn a_move_that_fails_leaves_the_vm_running_where_it_was() {
    let lab = Lab::new();
    let live = include_str!("../../../lab/testbeds/live.toml");
    // One product by name, two kinds of hardware in fact.
    let same = live.replace("XenServer's emulated hardware", "KVM's virtual hardware");
    assert_ne!(live, same);
    let file = lab.folder().join("alike.toml");
    std::fs::write(&file, same).unwrap();
    let part = ["--source", "kvm-one", "--target", "xen-like", "--quiet"];
    lab.run(&[&["run", file.to_str().unwrap()][..], &part].concat()).expect_code(0);
    let standings = lab.standings();
    assert_eq!(standings, ["walker kvm-one xen-like FAILURE"]);
    let events = lab.events();
    let of = |step: &str| events.iter().find(|it| it["event"]["step"] == step).unwrap();
    let import = of("import")["event"].clone();
    assert!(import["outcome"].get("not-completed").is_some(), "{import}");
    let seen = import["observations"].as_array().unwrap();
    let runs_on = seen.iter().find(|it| it["fact"] == "live.runs_on_at_source").unwrap();
    assert_eq!(runs_on["value"]["flag"], true, "{import}");
    lab.expect_nothing_left();
}

#[test]
fn a_live_campaign_that_is_killed_is_resumed_and_leaves_nothing() {
    let lab = Lab::new();
    let part = ["run", "live", "--quiet", "--source", "kvm-one"];
    let mut run = lab.start(&part);
    // In the midst of the move: the VM is at both ends, and steps of it are recorded.
    lab.wait_for_file("target-serial");
    run.kill().unwrap();
    run.wait().unwrap();
    lab.run(&["run", "--resume", "--quiet"]).expect_code(0);
    assert!(lab.standings().contains(&"walker kvm-one kvm-two SUCCESS".to_owned()));
    lab.expect_each_step_once();
    lab.expect_nothing_left();
}
