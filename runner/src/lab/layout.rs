//! Where things lie in a campaign's work folder, and how they are named: ids joined by `+`, which
//! no id contains.

use std::path::{Path, PathBuf};

use domain::ids::{GuestId, PlatformId, RouteId};
use domain::plan::Trial;
use domain::testbed::{Payload, Route};
use serde::{Serialize, de::DeserializeOwned};

/// A source VM: shared by all trials of one guest from one platform in one repetition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourceKey {
    pub(crate) guest: GuestId,
    pub(crate) source: PlatformId,
    pub(crate) repetition: u32,
    /// Empty, or the trial's target and route when nothing is shared.
    pub(crate) alone: String,
}

/// An exported package: shared by all targets that take the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PackageKey {
    pub(crate) source: SourceKey,
    pub(crate) route: RouteId,
    pub(crate) through: Package,
    /// Disk format: the target's own, or streamOptimized VMDK in an OVF package.
    pub(crate) format: String,
}

/// What the lab carries from platform to platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Package {
    /// A bare disk in the target's format.
    Disk,
    /// An OVF package.
    Ovf,
}

impl Package {
    /// What travels on this route; none when the lab cannot carry it.
    pub(crate) fn of(route: &Route) -> Option<Self> {
        match route.through {
            Payload::Disk => Some(Self::Disk),
            Payload::Ovf => Some(Self::Ovf),
            Payload::Native | Payload::Memory | Payload::Description => None,
        }
    }
}

impl SourceKey {
    pub(crate) fn name(&self) -> String {
        let Self { guest, source, repetition, alone } = self;
        let plus = if alone.is_empty() { "" } else { "+" };
        format!("{guest}+{source}+{repetition}{plus}{alone}")
    }

    pub(crate) fn folder(&self, work: &Path) -> PathBuf {
        work.join(self.name())
    }
}

impl PackageKey {
    pub(crate) fn name(&self) -> String {
        format!("{}+{}", self.route, self.format)
    }

    pub(crate) fn folder(&self, work: &Path) -> PathBuf {
        self.source.folder(work).join(self.name())
    }

    /// The disk within the package.
    pub(crate) fn disk(&self, work: &Path) -> PathBuf {
        let name = match self.through {
            Package::Disk => format!("disk.{}", self.format),
            Package::Ovf => format!("{}-disk1.vmdk", self.source.guest),
        };
        self.folder(work).join(name)
    }
}

/// The folder of what only this trial uses.
pub(crate) fn trial_folder(work: &Path, source: &SourceKey, trial: &Trial) -> PathBuf {
    source.folder(work).join(format!("{}+{}", trial.target, trial.route))
}

/// Writes a small file whole or not at all.
pub(crate) fn write_whole<T: Serialize>(path: &Path, value: &T) -> std::io::Result<()> {
    let partial = path.with_extension("partial");
    std::fs::write(&partial, serde_json::to_vec(value)?)?;
    std::fs::rename(partial, path)
}

/// Reads such a file back; none when it is not there or not readable.
pub(crate) fn read_whole<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}
