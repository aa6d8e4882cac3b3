//! Operations at real machines: by QMP in the lab, by virsh at a libvirt of the test's own.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::lab::Lab;
use crate::session::Session;

/// Each platform, how it stands, and its operations that are no SUCCESS.
fn told(out: &str) -> Vec<(String, String, Vec<String>)> {
    let file: Value = serde_json::from_str(out).unwrap();
    assert_eq!(file["schema"], "portolan.ops/1");
    let word = |it: &Value| it.as_str().unwrap().to_owned();
    let other = |it: &Value| {
        (it["standing"] != "SUCCESS")
            .then(|| format!("{} {}: {}", it["operation"], it["standing"], it["why"]))
    };
    let platforms = file["platforms"].as_array().unwrap();
    let operations = |it: &Value| it["operations"].as_array().unwrap().clone();
    assert!(platforms.iter().all(|it| operations(it).len() == 10), "{file}");
    let of = |it: &Value| {
        (
            word(&it["platform"]),
            word(&it["standing"]),
            operations(it).iter().filter_map(other).collect(),
        )
    };
    platforms.iter().map(of).collect()
}

#[test]
fn every_operation_has_its_effect_in_the_lab() {
    let lab = Lab::new();
    let done = lab.run(&["ops", "small", "--json"]);
    let success = |name: &str| (name.to_owned(), "SUCCESS".to_owned(), Vec::new());
    assert_eq!(told(&done.expect_code(0).out), [success("kvm-like"), success("xen-like")]);
    let log = lab.run(&["log", "show"]);
    assert!(log.expect_code(2).err.contains("there is no store"), "operations are not recorded");
    lab.expect_nothing_left();
}

#[test]
fn every_operation_has_its_effect_at_libvirt() {
    let (lab, session) = (Lab::new(), Session::start());
    let testbed = session.testbed(&lab, &[]);
    let done =
        lab.run(&["ops", &testbed, "--platform", "libvirt", "--fail-on", "warning", "--json"]);
    assert_eq!(
        told(&done.out),
        [("libvirt".to_owned(), "SUCCESS".to_owned(), Vec::new())],
        "{}",
        done.err
    );
    done.expect_code(0);
    session.expect_left(&lab, &[]);
}

/// Stopped by a person in the middle, at a machine that runs.
#[test]
fn ctrl_c_takes_the_machine_away() {
    let (lab, session) = (Lab::new(), Session::start());
    let testbed = session.testbed(&lab, &[]);
    let mut ops = lab.start(&["ops", &testbed, "--platform", "libvirt", "--quiet"]);
    session.wait_for_domain(&mut ops);
    std::thread::sleep(Duration::from_secs(4));
    kill_process(Pid::from_raw(i32::try_from(ops.id()).unwrap()).unwrap(), Signal::INT).unwrap();
    assert!(!ops.wait().unwrap().success());
    session.expect_left(&lab, &[]);
}

/// Killed in the middle: the next command of the store takes away what it left.
#[test]
fn what_a_kill_left_is_taken_away_by_the_next() {
    let (lab, session) = (Lab::new(), Session::start());
    let testbed = session.testbed(&lab, &[]);
    let words = ["ops", &testbed, "--platform", "libvirt", "--json"];
    let mut ops = lab.start(&words);
    session.wait_for_domain(&mut ops);
    ops.kill().unwrap();
    ops.wait().unwrap();
    assert_eq!(session.domains().len(), 1, "nothing was left, so nothing was shown");
    lab.run(&words).expect_code(0);
    session.expect_left(&lab, &[]);
}
