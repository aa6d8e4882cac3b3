//! Which verbs there are, what each is told, and what its answer may be read as.

/// One verb of the boundary.
pub(super) struct Word {
    pub(super) verb: &'static str,
    /// Values that its arguments may use, beside the file's own.
    pub(super) values: &'static [&'static str],
    /// Fields that must be mapped.
    pub(super) needs: &'static [&'static str],
    /// Fields that may be.
    pub(super) may: &'static [&'static str],
    /// Whether calling it again does no harm.
    pub(super) reads: bool,
}

const VM: &[&str] = &["vm", "vm_name"];
const SNAPSHOT: &[&str] = &["vm", "vm_name", "snapshot"];
const ARRIVAL: &[&str] = &["name", "format", "file"];
const HARDWARE: &[&str] = &[
    "state",
    "cpus",
    "sockets",
    "cpu_model",
    "memory_bytes",
    "machine",
    "firmware",
    "secure_boot",
    "tpm",
    "snapshots",
    "console",
];
/// Values that `inspect` gives to other verbs: its first disk, and where its console is written.
pub(super) const INSPECTED: [&str; 3] = ["disk", "disk_format", "console"];
const RESOURCES: &[&str] = &[
    "memory_total_bytes",
    "memory_free_bytes",
    "cpus",
    "storage",
    "storage_total_bytes",
    "storage_free_bytes",
    "network",
];

const fn power(verb: &'static str) -> Word {
    Word { verb, values: VM, needs: &[], may: &["job"], reads: false }
}

/// Every verb of the boundary. A file may have others, which these refer to.
pub(super) const WORDS: &[Word] = &[
    Word {
        verb: "identify",
        values: &[],
        needs: &["version"],
        may: &["product", "build", "api", "host"],
        reads: true,
    },
    Word { verb: "list", values: &[], needs: &["id", "name"], may: &[], reads: true },
    Word { verb: "inspect", values: VM, needs: &[], may: HARDWARE, reads: true },
    Word { verb: "state", values: VM, needs: &["state"], may: &[], reads: true },
    power("start"),
    power("shutdown"),
    power("force-off"),
    power("pause"),
    power("unpause"),
    power("suspend"),
    power("resume"),
    power("reset"),
    Word {
        verb: "export",
        values: &["vm", "vm_name", "format", "out", "disk", "disk_format"],
        needs: &[],
        may: &["job"],
        reads: false,
    },
    Word { verb: "resources", values: &[], needs: &[], may: RESOURCES, reads: true },
    Word {
        verb: "precheck",
        values: ARRIVAL,
        needs: &["words"],
        may: &["severity", "code"],
        reads: true,
    },
    Word {
        verb: "import",
        values: ARRIVAL,
        needs: &["made_by_hand"],
        may: &["id", "job"],
        reads: false,
    },
    Word { verb: "guest-facts", values: VM, needs: &[], may: &[], reads: true },
    Word {
        verb: "console",
        values: &["vm", "vm_name", "console"],
        needs: &[],
        may: &[],
        reads: true,
    },
    Word {
        verb: "screenshot",
        values: &["vm", "vm_name", "out"],
        needs: &[],
        may: &[],
        reads: true,
    },
    Word { verb: "delete", values: VM, needs: &[], may: &[], reads: false },
    Word { verb: "snapshot", values: SNAPSHOT, needs: &[], may: &[], reads: false },
    Word { verb: "snapshots", values: VM, needs: &["snapshot"], may: &[], reads: true },
    Word { verb: "snapshot-delete", values: SNAPSHOT, needs: &[], may: &[], reads: false },
];

/// Fields of each disk.
pub(super) const DISK: &[&str] = &["target", "bus", "capacity_bytes", "format", "place", "shared"];
/// Fields of each adapter.
pub(super) const NIC: &[&str] = &["mac", "model", "network"];
/// Fields that are true or false.
pub(super) const FLAGS: &[&str] = &["secure_boot", "tpm", "shared", "made_by_hand"];
/// Values that verbs of a file's own may use, beside those of the verb that refers to them.
pub(super) const OF_JOBS: &[&str] = &["job", "id"];

/// The verb of the boundary by this name.
pub(super) fn word(verb: &str) -> Option<&'static Word> {
    WORDS.iter().find(|it| it.verb == verb)
}

/// Every value that any verb may use.
pub(super) fn all_values() -> impl Iterator<Item = &'static str> {
    WORDS.iter().flat_map(|it| it.values).chain(OF_JOBS).copied()
}
