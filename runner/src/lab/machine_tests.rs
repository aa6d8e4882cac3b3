//! A real QEMU without a guest: what it cannot do is seen, recorded, and ends in time.

use std::path::PathBuf;

use domain::observation::{Value, find};
use domain::testbed::Slots as Declared;

use super::super::engine::{Accel, Engine, Quarantine};
use super::super::profile::Profile;
use super::super::vm::VmDefinition;
use super::*;
use crate::slots::Slots;

struct Bench {
    _folder: tempfile::TempDir,
    ledger: Ledger,
    profile: Profile,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("work")).unwrap();
    let text = include_str!("../../../lab/platforms/xen-like.toml");
    Bench { _folder: folder, ledger, profile: toml::from_str(text).unwrap() }
}

impl Bench {
    fn disk(&self) -> PathBuf {
        self.ledger.folder().join("empty, disk.raw")
    }

    /// Starts a VM whose disk boots into an endless loop.
    async fn start(&self, memory_mib: u32) -> Result<Machine, String> {
        let mut disk = vec![0; 1 << 20];
        disk[..2].copy_from_slice(&[0xeb, 0xfe]); // jmp to itself
        disk[510..512].copy_from_slice(&[0x55, 0xaa]);
        self.start_from(&disk, memory_mib).await
    }

    async fn start_from(&self, disk: &[u8], memory_mib: u32) -> Result<Machine, String> {
        std::fs::write(self.disk(), disk).unwrap();
        let mut vm = VmDefinition::fresh("empty", "test", &self.profile, "10.71.9");
        (vm.memory_mib, vm.cpus) = (memory_mib, 1);
        let serial = self.ledger.folder().join("serial");
        let engine = Engine { accel: Accel::Tcg, quarantine: Quarantine::probe() };
        let argv = vm.argv(&self.profile, engine, &self.disk(), &serial);
        let claim = Slots::new(Declared { cpu: 1, memory_mib: 64 }).claim(1, 64).await.unwrap();
        Machine::start(&self.ledger, argv, &serial, claim).await
    }
}

#[tokio::test]
async fn a_vm_that_never_reports_is_given_up_in_time_and_its_screen_is_kept() {
    let bench = bench();
    let mut machine = bench.start(64).await.unwrap();
    let boot = machine.wait_for_facts(Duration::from_secs(3)).await;
    assert!(matches!(boot, Boot::Failed(reason) if reason == "no facts within 3 s"));
    let shot = machine.screenshot(&bench.ledger.folder().join("shot.png")).await.unwrap();
    assert!(shot.bytes.starts_with(b"\x89PNG"));
}

#[tokio::test]
async fn a_disk_that_nothing_boots_from_is_diagnosed_at_once() {
    let bench = bench();
    let mut machine = bench.start_from(&vec![0; 1 << 20], 64).await.unwrap();
    let Boot::Failed(reason) = machine.wait_for_facts(Duration::from_secs(30)).await else {
        panic!("a VM without a system reported");
    };
    assert!(reason.contains("No bootable device"), "{reason}");
    let cause = domain::diagnosis::why_no_boot(&reason, &[machine.tail()]);
    assert_eq!(cause, domain::diagnosis::Cause::NoBootDevice);
}

#[tokio::test]
async fn a_vm_that_ignores_the_power_button_is_forced_and_that_is_seen() {
    let bench = bench();
    let mut machine = bench.start(64).await.unwrap();
    let seen = machine.shut_down(Duration::from_secs(1)).await.unwrap();
    assert_eq!(find(&seen, "shutdown.forced"), Some(&Value::Flag(true)));
    assert_eq!(find(&seen, "shutdown.graceful"), Some(&Value::Flag(false)));
    assert!(matches!(machine.child.try_wait(), Ok(Some(_))), "it is gone");
}

#[tokio::test]
async fn a_qemu_that_is_killed_or_hangs_is_the_labs_trouble() {
    let bench = bench();
    let mut machine = bench.start(64).await.unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(machine.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    let error = machine.shut_down(Duration::from_secs(5)).await.unwrap_err();
    assert!(error.contains("QEMU ended with signal"), "{error}");
    assert!(machine.pause_and_resume(Duration::from_secs(1)).await.is_err());
}

#[tokio::test]
async fn a_vm_that_qemu_stopped_itself_is_no_failure_of_the_guest() {
    let bench = bench();
    let mut machine = bench.start(64).await.unwrap();
    // What QEMU does by itself when its disk is full, as far as a caller can see it.
    machine.qmp.execute("stop", json!({})).await.unwrap();
    let boot = machine.wait_for_facts(Duration::from_secs(1)).await;
    assert!(matches!(boot, Boot::Died(reason) if reason.contains("is the lab's disk full?")));
}

#[tokio::test]
async fn a_vm_can_be_paused_without_a_guest_that_ticks() {
    let bench = bench();
    let mut machine = bench.start(64).await.unwrap();
    let seen = machine.pause_and_resume(Duration::from_secs(1)).await.unwrap();
    assert_eq!(find(&seen, "pause.frozen"), Some(&Value::Flag(true)));
    assert_eq!(find(&seen, "pause.resumed"), Some(&Value::Flag(false)));
}

#[tokio::test]
async fn a_qemu_that_cannot_start_says_why() {
    let mut bench = bench();
    bench.profile.nic_device = "no-such-adapter".to_owned();
    let error = bench.start(64).await.unwrap_err();
    assert!(error.contains("no-such-adapter"), "{error}");
}

#[tokio::test]
async fn a_dropped_vm_leaves_no_process() {
    let bench = bench();
    let machine = bench.start(64).await.unwrap();
    let process = PathBuf::from(format!("/proc/{}", machine.id()));
    assert!(process.exists());
    drop(machine);
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if std::fs::read_to_string(process.join("status")).is_err() {
            return;
        }
    }
    panic!("the process of a dropped VM still runs");
}
