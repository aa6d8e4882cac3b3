//! The testbed: platforms, guests, converters, routes and slots, declared in one file.
//!
//! Serde reads the declaration; [`Testbed::validate`] turns it into one that can be trusted.
//! Versions are not declared here but discovered and pinned when a campaign starts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{ConverterId, GuestId, PlatformId, RouteId, VendorId};

mod migration;
mod probe;
mod validation;

pub use migration::Migration;
pub use probe::{Ask, Probe};
pub use validation::TestbedProblem;

/// Most entries of one kind a testbed may declare; keeps plans and matrices bounded.
pub const MOST_ENTRIES: usize = 64;

/// One declared testbed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Testbed {
    /// What people call it.
    pub name: String,
    /// How much of the lab's machine trials may use at once.
    pub slots: Slots,
    /// Longest time each step may take.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// What becomes of the VM at the source.
    #[serde(default, skip_serializing_if = "Mode::is_move")]
    pub mode: Mode,
    /// The makers named by platforms and converters.
    #[serde(rename = "vendor", default)]
    pub vendors: Vec<Vendor>,
    /// The hypervisor environments.
    #[serde(rename = "platform")]
    pub platforms: Vec<Platform>,
    /// The operating system images.
    #[serde(rename = "guest")]
    pub guests: Vec<Guest>,
    /// The conversion tools.
    #[serde(rename = "converter", default)]
    pub converters: Vec<Converter>,
    /// The ways from source to target.
    #[serde(rename = "route")]
    pub routes: Vec<Route>,
}

/// How much of the lab's machine trials may use at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slots {
    /// VMs and conversions that may run at the same time.
    pub cpu: u32,
    /// Memory that running VMs may claim together, in MiB.
    pub memory_mib: u32,
}

/// Longest time each step may take, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timeouts {
    /// From power-on to the guest's facts.
    pub boot_s: u32,
    /// From the power button to power-off, before it is forced.
    pub shutdown_s: u32,
    /// One conversion, check or comparison of a disk.
    pub convert_s: u32,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { boot_s: 180, shutdown_s: 30, convert_s: 300 }
    }
}

/// A maker of platforms or converters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// Its identifier.
    pub id: VendorId,
    /// Its name.
    pub name: String,
}

/// A hypervisor environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Its identifier.
    pub id: PlatformId,
    /// Its maker.
    pub vendor: VendorId,
    /// Product name.
    pub product: String,
    /// Management console, empty when there is none.
    #[serde(default)]
    pub console: String,
    /// True when something else plays this platform; every report says so.
    #[serde(default)]
    pub stand_in: bool,
    /// The driver that reaches it.
    pub driver: String,
    /// What that driver needs to know.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
}

/// An operating system image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guest {
    /// Its identifier.
    pub id: GuestId,
    /// Name and what is special about it.
    pub name: String,
    /// Processor architecture.
    pub architecture: String,
    /// `bios` or `uefi`.
    pub firmware: String,
    /// Memory it is given, in MiB.
    pub memory_mib: u32,
    /// Virtual processors it is given.
    pub cpus: u32,
    /// How the lab makes its image.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// What its applications are asked before and after.
    #[serde(rename = "probe", default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<Probe>,
}

/// A conversion tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Converter {
    /// Its identifier.
    pub id: ConverterId,
    /// Its maker.
    pub vendor: VendorId,
    /// Product name.
    pub product: String,
    /// Whether it is still made.
    #[serde(default)]
    pub status: ConverterStatus,
}

/// Whether a conversion tool is still made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConverterStatus {
    /// Still made.
    #[default]
    Current,
    /// No longer made or shipped.
    Retired,
}

/// A way from source to target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Its identifier.
    pub id: RouteId,
    /// What travels between the two platforms.
    pub through: Payload,
    /// The tools it needs, in order: one, or two with a package between them; none where the platforms do it alone.
    pub converters: Vec<ConverterId>,
}

/// What travels between two platforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Payload {
    /// A bare disk in the target's format; the VM around it is made at the target.
    Disk,
    /// An OVF package: descriptor, streamOptimized VMDK and manifest.
    Ovf,
    /// What the source's own export writes and the target's own import reads.
    Native,
    /// The memory of a running VM, beside a disk that both platforms reach.
    Memory,
    /// A description of the environment, and the data disks alone.
    Description,
}

/// What becomes of the VM at the source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It stays off: its place is now the target.
    #[default]
    Move,
    /// It is started again: there are two of it.
    Copy,
}

impl Mode {
    fn is_move(&self) -> bool {
        *self == Self::Move
    }
}

impl Payload {
    /// The type of migration in which this travels.
    #[must_use]
    pub fn migration(self) -> Migration {
        match self {
            Self::Memory => Migration::Live,
            Self::Disk | Self::Ovf | Self::Native => Migration::Cold,
            Self::Description => Migration::Loose,
        }
    }

    /// Whether the platforms carry it by themselves, without a conversion tool.
    #[must_use]
    pub fn needs_no_tool(self) -> bool {
        match self {
            Self::Native | Self::Memory | Self::Description => true,
            Self::Disk | Self::Ovf => false,
        }
    }
}

impl Testbed {
    /// The platform with this identifier.
    #[must_use]
    pub fn platform(&self, id: &PlatformId) -> Option<&Platform> {
        self.platforms.iter().find(|platform| platform.id == *id)
    }

    /// The guest with this identifier.
    #[must_use]
    pub fn guest(&self, id: &GuestId) -> Option<&Guest> {
        self.guests.iter().find(|guest| guest.id == *id)
    }

    /// The route with this identifier.
    #[must_use]
    pub fn route(&self, id: &RouteId) -> Option<&Route> {
        self.routes.iter().find(|route| route.id == *id)
    }
}
