//! Acceleration: TCG everywhere, KVM only where a probe boot has proved that guests run under it.

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
    let argv = vm.argv(&raw, Accel::Kvm, &disk, &serial);
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
