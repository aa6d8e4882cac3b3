//! The ledger ends what a killed run left behind, and nothing else.

use std::process::Command;

use runner::Ledger;

#[test]
fn a_process_of_the_ledger_is_ended_and_a_stranger_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("work");
    let ledger = Ledger::open(&work).unwrap();
    ledger.about_to_start("tail").unwrap();
    let file = ledger.folder().join("serial");
    std::fs::write(&file, "").unwrap();
    std::fs::write(ledger.folder().join("disk.partial"), "half").unwrap();
    let follow = |path: &std::path::Path| Command::new("tail").arg("-f").arg(path).spawn().unwrap();
    let mut ours = follow(&file);
    let elsewhere = folder.path().join("elsewhere");
    std::fs::write(&elsewhere, "").unwrap();
    let mut stranger = follow(&elsewhere);
    // A process is known by its command line only once it has replaced its parent's.
    std::thread::sleep(std::time::Duration::from_millis(300));

    assert_eq!(Ledger::open(&work).unwrap().clean_up().unwrap(), 1);
    assert!(!ours.wait().unwrap().success());
    assert!(stranger.try_wait().unwrap().is_none(), "the stranger lives");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    assert!(!ledger.folder().join("disk.partial").exists());
    assert!(file.exists(), "whole files stay");
}
