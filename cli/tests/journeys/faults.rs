//! Faults of the lab, made by real parts: each is a lab error that says what to do, never a FAILURE.

use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use crate::called::Called;
use crate::lab::{EXPECTED, Lab, called};

const PART: [&str; 7] = ["run", "small", "--quiet", "--guest", "server", "--source", "xen-like"];

fn expect_no_failure(lab: &Lab) {
    let standings = lab.standings();
    assert!(standings.iter().all(|it| !it.ends_with("FAILURE")), "{standings:?}");
}

#[test]
fn a_qemu_that_dies_is_a_lab_error_and_the_trial_goes_on_later() {
    let lab = Lab::new();
    let mut run = lab.start(&PART);
    let victim = loop {
        let pid = lab.wait_for_process();
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        if line.starts_with(b"qemu-system") {
            break pid;
        }
    };
    kill_process(Pid::from_raw(victim).unwrap(), Signal::KILL).unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(3));
    expect_no_failure(&lab);
    lab.expect_nothing_left();
    lab.run(&["run", "--resume", "--quiet"]).expect_code(0);
    assert_eq!(lab.standings(), EXPECTED[3..]);
}

#[test]
fn a_machine_without_qemu_is_told_what_to_install() {
    let lab = Lab::new();
    let tools = lab.folder().join("bin");
    std::fs::create_dir(&tools).unwrap();
    for tool in ["qemu-img", "cp", "unshare", "true"] {
        let real = Command::new("which").arg(tool).output().unwrap().stdout;
        let real = String::from_utf8(real).unwrap();
        std::os::unix::fs::symlink(real.trim(), tools.join(tool)).unwrap();
    }
    let mut command = lab.command(&PART);
    command.env("PATH", &tools);
    let call = called(command);
    call.expect_code(3);
    assert!(call.err.contains("install the package qemu-system-x86"), "{}", call.err);
    lab.expect_nothing_left();
    assert!(lab.events().is_empty(), "a campaign that cannot run does not start");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test finds the user's own cache")]
fn a_missing_or_altered_image_is_built_again_to_the_same_bytes() {
    let lab = Lab::new();
    // A cache of its own, which shares nothing but the downloads: others use the real one.
    lab.run(&["lab", "build", "small", "--quiet"]).expect_code(0);
    let home = std::path::PathBuf::from(std::env::var_os("HOME").unwrap());
    let cache = lab.folder().join("cache");
    std::fs::create_dir(&cache).unwrap();
    let downloads = home.join(".cache/portolan/downloads");
    std::os::unix::fs::symlink(downloads, cache.join("downloads")).unwrap();
    let build = || {
        let mut command = lab.command(&["lab", "build", "small", "--json", "--quiet"]);
        command.env("PORTOLAN_CACHE", &cache);
        let built = called(command);
        serde_json::from_str::<serde_json::Value>(&built.expect_code(0).out).unwrap()
    };
    let before = build();
    let path = before[0]["path"].as_str().unwrap().to_owned();
    std::fs::write(&path, b"no disk image").unwrap();
    let mended = build();
    assert_eq!(mended[0]["built"], true, "an altered image is not used");
    assert_eq!(mended[0]["sha256"], before[0]["sha256"], "the same recipe, the same bytes");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(build()[0]["sha256"], before[0]["sha256"]);
}

/// Runs on a file system of so many MiB, made in namespaces of its own: a really full disk.
fn on_small_disk(lab: &Lab, mib: u32, words: &[&str]) -> Called {
    let store = lab.store();
    std::fs::create_dir_all(&store).unwrap();
    let mount = format!("mount -t tmpfs -o size={mib}m tmpfs '{0}' && ", store.display());
    let run = lab.command(words);
    let line: Vec<String> = std::iter::once(run.get_program())
        .chain(run.get_args())
        .map(|it| format!("'{}'", it.to_string_lossy()))
        .collect();
    let after = format!("; code=$?; ls '{0}/work' >&2; exit $code", store.display());
    let script = format!("{mount}{}{after}", line.join(" "));
    let mut shell = Command::new("unshare");
    shell.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
    shell.env("PORTOLAN_STORE", &store);
    called(shell)
}

#[test]
fn a_full_disk_is_a_lab_error_that_says_so() {
    let lab = Lab::new();
    for mib in [3, 40, 150] {
        let call = on_small_disk(&lab, mib, &PART);
        call.expect_code(3);
        let said = call.err.contains("disk is full") || call.err.contains("No space left");
        assert!(said, "{mib} MiB: {}", call.err);
        assert!(!call.out.contains("✗ FAILURE 2/2"), "{mib} MiB: {}", call.out);
        assert!(!call.err.contains("panicked"), "{mib} MiB: {}", call.err);
    }
}
