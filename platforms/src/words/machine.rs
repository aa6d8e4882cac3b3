//! What a platform says of itself and of its machines. What it does not say is `None`: not observed, never a default.

use serde::{Deserialize, Serialize};

use super::PowerState;

/// What a platform says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformFacts {
    /// Product name.
    pub product: String,
    /// Its version.
    pub version: String,
    /// Its build, where versions have several.
    pub build: Option<String>,
    /// The version of what is spoken with.
    pub api: Option<String>,
    /// The host it runs on.
    pub host: Option<String>,
}

/// A machine: what the platform calls it for good, and what people call it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VmRef {
    /// The platform's identifier; one machine, for its whole life.
    pub id: String,
    /// Its name; several machines may have the same.
    pub name: String,
}

/// How a machine begins to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Firmware {
    /// BIOS.
    Bios,
    /// UEFI.
    Uefi,
}

impl Firmware {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Bios, Self::Uefi];

    /// The name in driver files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bios => "bios",
            Self::Uefi => "uefi",
        }
    }
}

/// A machine's hardware and state, in the same words for every vendor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VmSpec {
    /// Its state.
    pub state: Option<PowerState>,
    /// Virtual processors.
    pub cpus: Option<u64>,
    /// Sockets they stand in.
    pub sockets: Option<u64>,
    /// Model of the processors.
    pub cpu_model: Option<String>,
    /// Memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// Machine type or hardware version.
    pub machine: Option<String>,
    /// BIOS or UEFI.
    pub firmware: Option<Firmware>,
    /// Whether only signed boot loaders start.
    pub secure_boot: Option<bool>,
    /// Whether it has a TPM.
    pub tpm: Option<bool>,
    /// How many snapshots it has.
    pub snapshots: Option<u64>,
    /// The file that its serial console is written to.
    pub console: Option<String>,
    /// Its disks, in the platform's order.
    pub disks: Vec<DiskSpec>,
    /// Its network adapters, in the platform's order.
    pub nics: Vec<NicSpec>,
}

/// One disk of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskSpec {
    /// What the platform calls it: `vda`, `scsi0`.
    pub target: Option<String>,
    /// `virtio`, `scsi`, `ide`, …, as the platform says it.
    pub bus: Option<String>,
    /// Capacity as the guest sees it, in bytes.
    pub capacity_bytes: Option<u64>,
    /// `qcow2`, `raw`, `vmdk`, …, as the platform says it.
    pub format: Option<String>,
    /// Where it lies.
    pub place: Option<String>,
    /// Whether other machines may write to it too.
    pub shared: Option<bool>,
}

/// One network adapter of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NicSpec {
    /// Its MAC address, in lower case with colons.
    pub mac: Option<String>,
    /// `virtio`, `e1000`, …, as the platform says it.
    pub model: Option<String>,
    /// The network it is on.
    pub network: Option<String>,
}
