//! Runs that are killed or stopped: nothing finished is repeated, nothing is left behind.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::lab::{EXPECTED, Lab};

const PART: [&str; 5] = ["run", "small", "--quiet", "--guest", "server"];

fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

#[test]
fn a_run_killed_again_and_again_is_resumed_without_repeating_a_finished_step() {
    let lab = Lab::new();
    // Moments from a fixed seed, spread over what a run of these trials takes.
    let mut seed: u64 = 0x9e37_79b9_7f4a_7c15;
    for kill in 0..4 {
        let words: &[&str] = if kill == 0 { &PART } else { &["run", "--resume", "--quiet"] };
        let mut run = lab.start(words);
        lab.wait_for_process();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(Duration::from_millis(500 + (seed >> 33) % 9000));
        signal(run.id(), Signal::KILL);
        run.wait().unwrap();
    }
    lab.run(&["run", "--resume", "--quiet"]).expect_code(0);
    assert_eq!(lab.standings(), EXPECTED[2..]);
    lab.expect_each_step_once();
    lab.expect_nothing_left();
    lab.run(&["log", "verify"]).expect_code(0);
    let resumed = lab.events().iter().filter(|it| it["event"]["type"] == "CampaignResumed").count();
    assert!(resumed >= 1);
    lab.run(&["run", "--resume"]).expect_code(2);
}

#[test]
fn ctrl_c_leaves_nothing_and_is_recorded_and_can_be_resumed() {
    let lab = Lab::new();
    let mut run = lab.start(&PART);
    lab.wait_for_process();
    std::thread::sleep(Duration::from_millis(1500));
    signal(run.id(), Signal::INT);
    assert_eq!(run.wait().unwrap().code(), Some(3));
    lab.expect_nothing_left();
    let finished: Vec<_> = lab
        .events()
        .into_iter()
        .filter(|it| it["event"]["type"] == "CampaignFinished")
        .map(|it| it["event"]["ending"].clone())
        .collect();
    assert_eq!(finished, ["cancelled"]);
    lab.run(&["run", "--resume", "--quiet"]).expect_code(0);
    assert_eq!(lab.standings(), EXPECTED[2..]);
    lab.expect_each_step_once();
}

/// Several trials of one source VM, killed at the moment it is shut down: some have recorded that,
/// some have not even recorded that it ran.
#[test]
fn trials_that_shared_a_source_vm_agree_on_it_after_a_kill() {
    let lab = Lab::new();
    let file = lab.folder().join("many-routes.toml");
    let more = (1..=5).map(|number| {
        format!(
            "[[route]]\nid = \"again-{number}\"\nthrough = \"disk\"\nconverters = [\"qemu-img\"]\n"
        )
    });
    let small = include_str!("../../../lab/testbeds/small.toml");
    std::fs::write(&file, format!("{small}\n{}", more.collect::<String>())).unwrap();
    let words = ["run", file.to_str().unwrap(), "--quiet", "--guest", "server"];
    let mut run = lab.start(&[&words[..], &["--source", "xen-like"]].concat());
    lab.wait_for_process();
    while !lab.shut_down_once() {
        assert!(run.try_wait().unwrap().is_none(), "the run ended before its source VM was off");
        std::thread::sleep(Duration::from_millis(1));
    }
    signal(run.id(), Signal::KILL);
    run.wait().unwrap();
    lab.run(&["run", "--resume", "--quiet"]).expect_code(0);
    assert_eq!(lab.standings(), EXPECTED[3..]);
    lab.expect_each_step_once();
    lab.expect_nothing_left();
    for event in lab.events() {
        let text = event.to_string();
        assert!(!text.contains(r#""fact":"source.unchanged","value":{"flag":false}"#), "{text}");
    }
}
