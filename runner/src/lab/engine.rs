//! How QEMU runs on this machine: TCG, or KVM where a probe boot has proved that guests run under
//! it; in a network namespace of its own where the kernel allows one.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::machine::{Boot, Machine};
use super::profile::Profile;
use super::vm::VmDefinition;
use crate::ledger::Ledger;
use crate::slots::Slots;

/// Longest a guest may take to report in the probe; under a working KVM it takes two seconds.
const PROBE: Duration = Duration::from_secs(12);

/// How guests' instructions are executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Accel {
    /// Translated by QEMU.
    Tcg,
    /// Executed by the processor.
    Kvm,
}

impl Accel {
    /// The value of QEMU's `-accel`.
    #[must_use]
    pub fn argument(self) -> &'static str {
        match self {
            Accel::Tcg => "tcg,thread=multi",
            Accel::Kvm => "kvm",
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Accel::Tcg => "TCG",
            Accel::Kvm => "KVM",
        }
    }
}

/// Whether guests are kept away from this machine's network.
///
/// QEMU's user network answers DHCP in full only when it could also forward; a namespace without
/// any link leaves it nowhere to forward to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quarantine {
    /// Each VM in a network namespace without links, by an unprivileged user namespace.
    UserNamespace,
    /// The same, made with root's rights.
    RootNamespace,
    /// None: this kernel allows neither. The lab's own guests send nothing.
    None,
}

impl Quarantine {
    const USER: [&str; 4] = ["unshare", "--user", "--map-current-user", "--net"];
    const ROOT: [&str; 2] = ["unshare", "--net"];

    /// The strongest that this machine allows.
    #[must_use]
    pub fn probe() -> Self {
        let works = |prefix: &[&str]| {
            let run = std::process::Command::new(prefix[0])
                .args(&prefix[1..])
                .arg("true")
                .stderr(std::process::Stdio::null())
                .status();
            run.is_ok_and(|status| status.success())
        };
        if works(&Self::USER) {
            Self::UserNamespace
        } else if works(&Self::ROOT) {
            Self::RootNamespace
        } else {
            Self::None
        }
    }

    /// What stands before QEMU on its command line.
    #[must_use]
    pub fn prefix(self) -> &'static [&'static str] {
        match self {
            Self::UserNamespace => &Self::USER,
            Self::RootNamespace => &Self::ROOT,
            Self::None => &[],
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::UserNamespace | Self::RootNamespace => "a network namespace for each VM",
            Self::None => "none: this kernel allows no network namespace",
        }
    }
}

/// How QEMU runs on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Engine {
    /// How guests' instructions are executed.
    pub accel: Accel,
    /// Whether guests are kept away from this machine's network.
    pub quarantine: Quarantine,
}

/// Boots an image under KVM and answers KVM only if the guest reports its facts.
///
/// A device that opens proves nothing: there are hosts on which guests hang under it.
pub async fn probe(ledger: &Ledger, image: &Path, profile: &Profile, memory_mib: u32) -> Accel {
    if std::fs::OpenOptions::new().read(true).write(true).open("/dev/kvm").is_err() {
        return Accel::Tcg;
    }
    match try_kvm(ledger, image, profile, memory_mib).await {
        Some(Boot::Reported(_)) => Accel::Kvm,
        Some(Boot::Failed(_) | Boot::Died(_)) | None => Accel::Tcg,
    }
}

async fn try_kvm(ledger: &Ledger, image: &Path, profile: &Profile, memory: u32) -> Option<Boot> {
    let disk = ledger.folder().join("probe.partial");
    let serial = ledger.folder().join("probe-serial.partial");
    tokio::fs::copy(image, &disk).await.ok()?;
    let mut vm = VmDefinition::fresh("portolan-probe", "probe", profile, &profile.subnet);
    (vm.memory_mib, vm.cpus) = (memory, 1);
    let raw = Profile { disk_format: "raw".to_owned(), ..profile.clone() };
    let engine = Engine { accel: Accel::Kvm, quarantine: Quarantine::probe() };
    let argv = vm.argv(&raw, engine, &disk, &serial);
    let slots = Slots::new(domain::testbed::Slots { cpu: 1, memory_mib: memory });
    let claim = slots.claim(1, memory).await?;
    let started = Machine::start(ledger, argv, &serial, claim).await;
    let boot = match started {
        Ok(mut machine) => {
            let boot = machine.wait_for_facts(PROBE).await;
            machine.pull_the_plug().await;
            Some(boot)
        }
        Err(_) => None,
    };
    for file in [&disk, &serial] {
        let _ = tokio::fs::remove_file(file).await;
    }
    boot
}
