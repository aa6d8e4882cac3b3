//! What importers accept, as far as it decides whether a package can travel to them.

use crate::digest::Algorithm;

/// An importer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Beginnings of the families of hardware it accepts; none: all.
    pub(crate) families: &'static [&'static str],
    /// The newest `vmx-` it knows.
    pub(crate) newest_vmx: u32,
    /// Digests it reads.
    pub(crate) algorithms: &'static [Algorithm],
    /// Whether it reads OVF 2.x.
    pub(crate) reads_two: bool,
    /// Whether it takes several machines in one package.
    pub(crate) takes_many: bool,
    /// Whether it reads what an extension says of firmware.
    pub(crate) reads_firmware: bool,
}

const ESXI: Target = Target {
    name: "esxi-8",
    about: "VMware ESXi 8.0",
    families: &["vmx-"],
    newest_vmx: 20,
    algorithms: &[Algorithm::Sha256],
    reads_two: false,
    takes_many: false,
    reads_firmware: true,
};

/// Importers that are known. What they accept is from their messages in public issues, and from the versions
/// of hardware that VMware lists; see docs/ovf.md.
pub const TARGETS: [Target; 6] = [
    ESXI,
    Target { name: "esxi-6.7", about: "VMware ESXi 6.7", newest_vmx: 14, ..ESXI },
    Target {
        name: "esxi-5.0",
        about: "VMware ESXi 5.0",
        newest_vmx: 8,
        algorithms: &[Algorithm::Sha1],
        ..ESXI
    },
    Target {
        name: "virtualbox",
        about: "Oracle VirtualBox",
        families: &["vmx-", "virtualbox-"],
        newest_vmx: u32::MAX,
        algorithms: &[Algorithm::Sha1, Algorithm::Sha256],
        reads_two: true,
        takes_many: true,
        reads_firmware: false,
    },
    Target {
        name: "virt-v2v",
        about: "virt-v2v -i ova",
        families: &[],
        newest_vmx: u32::MAX,
        algorithms: &[Algorithm::Sha1, Algorithm::Sha256],
        reads_two: false,
        takes_many: false,
        reads_firmware: true,
    },
    Target {
        name: "xenserver",
        about: "XenServer and XCP-ng",
        families: &[],
        newest_vmx: u32::MAX,
        algorithms: &[Algorithm::Sha1, Algorithm::Sha256],
        reads_two: false,
        takes_many: true,
        reads_firmware: false,
    },
];

impl Target {
    /// The importer of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|it| it.name == name)
    }

    /// Whether it accepts a family of hardware.
    pub(crate) fn accepts(&self, family: &str) -> bool {
        let known =
            self.families.is_empty() || self.families.iter().any(|it| family.starts_with(it));
        let version: Option<u32> = family.strip_prefix("vmx-").and_then(|it| it.parse().ok());
        known && version.is_none_or(|it| it <= self.newest_vmx)
    }
}
