//! Source safety: the source starts again after a copy and after a move that failed, and never beside its own target.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::lab::Lab;
use crate::session::Session;

const STARTABLE: &str = "source.startable";

/// What the last steps of trials say of their source.
fn startable(lab: &Lab) -> Vec<Value> {
    lab.restarts().into_iter().map(|(_, _, after)| after[STARTABLE]["flag"].clone()).collect()
}

#[test]
fn in_the_lab_the_source_starts_again_after_a_copy_and_after_a_failure() {
    let lab = Lab::new();
    let part = ["--guest", "server", "--source", "kvm-like"];
    let copy = [&["run", "small", "--quiet", "--mode", "copy"][..], &part].concat();
    let planned = lab.run(&[&["plan", "small", "--mode", "copy"][..], &part].concat());
    assert!(planned.expect_code(0).out.contains("/again.qcow2"), "{}", planned.out);
    let run = lab.run(&copy);
    run.expect_code(0);
    assert!(run.out.contains("mode     copy"), "{}", run.out);
    assert_eq!(startable(&lab), [Value::Bool(true), Value::Bool(true)]);
    lab.expect_nothing_left();

    // The same as a move: the source's place is the target.
    let lab = Lab::new();
    lab.run(&[&["run", "small", "--quiet"][..], &part].concat()).expect_code(0);
    assert_eq!(startable(&lab), [Value::Null, Value::Null]);

    // A move after which the guest does not boot: the source still does.
    let lab = Lab::new();
    let failing = ["run", "small", "--quiet", "--guest", "lean", "--source", "kvm-like"];
    lab.run(&failing).expect_code(0);
    assert_eq!(lab.standings(), ["lean kvm-like xen-like FAILURE"]);
    assert_eq!(startable(&lab), [Value::Bool(true), Value::Bool(true)]);
    let told = lab.run(&["explain", "kvm-like", "xen-like", "lean"]);
    assert!(!told.out.contains("does not start again"), "{}", told.out);
    lab.expect_each_step_once();
    lab.expect_nothing_left();
}

#[test]
fn what_moves_while_it_runs_cannot_be_copied() {
    let lab = Lab::new();
    let call = lab.run(&["plan", "live", "--mode", "copy"]);
    call.expect_code(2);
    assert!(call.err.contains("mode copy is for cold and loose ones"), "{}", call.err);
}

/// Somebody's own machine ran when it was found: after a copy it runs again, from its own disk.
#[test]
fn a_machine_of_libvirts_own_runs_on_after_a_copy_and_is_off_after_a_move() {
    let (lab, session) = (Lab::new(), Session::start());
    let own = "host_only_modules = \"virtio_pci virtio_blk\" }";
    let testbed = session.testbed(&lab, &[(own, &format!("\"vm.server\" = \"own\", {own}"))]);
    let built = lab.run(&["lab", "build", &testbed, "--json", "--quiet"]);
    let built: Value = serde_json::from_str(&built.expect_code(0).out).unwrap();
    session.own_machine(built[0]["path"].as_str().unwrap().as_ref());
    let state = || session.virsh(&["domstate", "--domain", "own"]).trim().to_owned();

    let part = ["run", &testbed, "--quiet", "--source", "libvirt"];
    for (mode, after) in [("copy", "running"), ("move", "shut off")] {
        if state() == "shut off" {
            session.virsh(&["start", "--domain", "own"]);
        }
        lab.run(&[&part[..], &["--mode", mode]].concat()).expect_code(0);
        assert_eq!(state(), after, "after mode {mode}");
        session.expect_left(&lab, &["own"]);
    }
    // The last trial of the source tells it, once.
    let told: Vec<Value> = startable(&lab).into_iter().filter(|it| !it.is_null()).collect();
    assert_eq!(told, [Value::Bool(true)]);
}

/// A source that somebody starts in mid-campaign keeps its target from being started.
#[test]
fn no_target_starts_beside_its_source() {
    let (lab, session) = (Lab::new(), Session::start());
    let testbed = session.testbed(&lab, &[]);
    let mut run = lab.start(&["run", &testbed, "--quiet", "--source", "libvirt"]);
    lab.wait_for_file("kvm-like+direct/vm.json");
    kill_process(Pid::from_raw(i32::try_from(run.id()).unwrap()).unwrap(), Signal::KILL).unwrap();
    run.wait().unwrap();
    let [source] = &session.domains()[..] else { panic!("{:?}", session.domains()) };
    session.virsh(&["start", "--domain", source]);

    let resumed = lab.run(&["run", "--resume", "--quiet"]);
    resumed.expect_code(3);
    let guarded = |it: &Value| it["event"]["outcome"].to_string().contains("split-brain guard");
    assert!(lab.events().iter().any(guarded), "{}", resumed.err);
    session.virsh(&["destroy", "--domain", source]);
    lab.run(&["run", "--resume", "--quiet"]).expect_code(0);
    lab.expect_each_step_once();
    session.expect_left(&lab, &[]);
}
