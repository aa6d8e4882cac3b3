//! What a platform's driver can do. What is not declared is answered with `Unsupported`, and nothing is run.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::PowerOp;

/// One thing that a driver can do beside naming its platform and listing machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Tell a machine's hardware and state.
    Inspect,
    /// Change its power.
    Power(PowerOp),
    /// Write a machine out.
    Export,
    /// Tell what is free.
    Resources,
    /// Ask the vendor's own checker about what is to be imported.
    Precheck,
    /// Take a machine in.
    Import,
    /// Read facts of the guest.
    GuestFacts,
    /// Read what the guest printed.
    Console,
    /// Take a picture of the screen.
    Screenshot,
    /// Remove a machine.
    Delete,
    /// Make a snapshot.
    Snapshot,
    /// Name the snapshots of a machine.
    Snapshots,
    /// Remove a snapshot, and keep what the machine is now.
    SnapshotDelete,
    /// Call off an import under way.
    CancelImport,
    /// Call off an export under way.
    CancelExport,
}

impl Capability {
    /// Those that driver files declare by having the verb.
    pub const BY_VERB: [Self; 12] = [
        Self::Inspect,
        Self::Export,
        Self::Resources,
        Self::Precheck,
        Self::Import,
        Self::GuestFacts,
        Self::Console,
        Self::Screenshot,
        Self::Delete,
        Self::Snapshot,
        Self::Snapshots,
        Self::SnapshotDelete,
    ];

    /// The verb of driver files, and the name in tables.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Self::Inspect => "inspect",
            Self::Power(op) => op.verb(),
            Self::Export => "export",
            Self::Resources => "resources",
            Self::Precheck => "precheck",
            Self::Import => "import",
            Self::GuestFacts => "guest-facts",
            Self::Console => "console",
            Self::Screenshot => "screenshot",
            Self::Delete => "delete",
            Self::Snapshot => "snapshot",
            Self::Snapshots => "snapshots",
            Self::SnapshotDelete => "snapshot-delete",
            Self::CancelImport => "cancel of import",
            Self::CancelExport => "cancel of export",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.verb())
    }
}

/// What the same power operation does when it is asked for twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Twice {
    /// Nothing, and says that all is well.
    Idempotent,
    /// It is refused as a conflict.
    Conflict,
}

/// Everything a driver can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapabilitySet {
    /// What it can do.
    pub can: BTreeSet<Capability>,
    /// What a second power operation does.
    pub twice: Twice,
    /// Disk formats and packages that it takes.
    pub formats_in: BTreeSet<String>,
    /// Disk formats and packages that it gives.
    pub formats_out: BTreeSet<String>,
}

impl CapabilitySet {
    /// Whether it can do this.
    #[must_use]
    pub fn has(&self, capability: Capability) -> bool {
        self.can.contains(&capability)
    }
}
