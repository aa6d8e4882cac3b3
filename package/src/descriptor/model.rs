//! What a descriptor says, as it says it: nothing is filled in, and nothing is judged.

use std::fmt;

/// Types of resources, as CIM numbers them.
pub mod resource {
    /// Processors.
    pub const CPU: u16 = 3;
    /// Memory.
    pub const MEMORY: u16 = 4;
    /// IDE controller.
    pub const IDE: u16 = 5;
    /// SCSI controller.
    pub const SCSI: u16 = 6;
    /// Network adapter.
    pub const ETHERNET: u16 = 10;
    /// A disk.
    pub const DISK: u16 = 17;
    /// Another controller of storage: SATA, NVMe.
    pub const STORAGE: u16 = 20;
}

/// A line of the descriptor, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place(pub u32);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.0)
    }
}

/// Which OVF a descriptor is written in, by its namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// 1.0 or 1.1.
    One,
    /// 2.0 or 2.1.
    Two,
    /// Anything else that has an `Envelope`: its namespace.
    Other(String),
}

/// A descriptor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// Which OVF it is written in.
    pub version: Version,
    /// Files it refers to.
    pub files: Vec<FileReference>,
    /// Its disks.
    pub disks: Vec<Disk>,
    /// Names of its networks.
    pub networks: Vec<String>,
    /// Its machines.
    pub systems: Vec<System>,
    /// Whether they stand in a collection.
    pub collection: bool,
    /// Sections that are not of the standard.
    pub foreign: Vec<Section>,
}

/// A file that a descriptor refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReference {
    /// What disks name it by.
    pub id: String,
    /// Its name within the package.
    pub href: String,
    /// Its promised bytes; none if not told. A text that is no number is kept in `Err`.
    pub bytes: Option<Result<u64, String>>,
    /// How it is packed: `gzip`, `bzip2`.
    pub compression: Option<String>,
    /// Bytes of each part, where it is split.
    pub chunk_bytes: Option<u64>,
    /// Where it says so.
    pub place: Place,
}

/// A disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// What items name it by.
    pub id: String,
    /// The file that holds it; an empty disk has none.
    pub file: Option<String>,
    /// Its capacity in bytes; none where it is no number or its unit is unknown.
    pub capacity_bytes: Option<u64>,
    /// The capacity and its unit as written.
    pub written: String,
    /// Its format, a URI.
    pub format: String,
    /// Where it says so.
    pub place: Place,
}

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct System {
    /// Its id within the package.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The id of its operating system, as CIM numbers them.
    pub os: Option<u32>,
    /// Families of hardware it asks for, such as `vmx-10`.
    pub families: Vec<String>,
    /// Its identifier, as a rule a UUID.
    pub identifier: Option<String>,
    /// What a vendor's extension says of its firmware.
    pub firmware: Option<String>,
    /// Whether it has a hardware section.
    pub has_hardware: bool,
    /// Its resources.
    pub items: Vec<Item>,
    /// Where it begins.
    pub place: Place,
}

/// One resource of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// What other items name it by.
    pub instance: String,
    /// Its type as CIM numbers them; none where it is no number.
    pub kind: Option<u16>,
    /// Its model.
    pub model: Option<String>,
    /// How many of its unit; none where it is not told or no number.
    pub quantity: Option<u64>,
    /// Its unit.
    pub unit: Unit,
    /// The controller it hangs on.
    pub parent: Option<String>,
    /// Its address; of an adapter, its MAC.
    pub address: Option<String>,
    /// What of the host or the package it stands for.
    pub host_resources: Vec<String>,
    /// Networks it is connected to.
    pub connections: Vec<String>,
    /// Which alternative configuration it belongs to; none: all.
    pub configuration: Option<String>,
    /// Where it begins.
    pub place: Place,
}

/// The unit of a quantity.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Unit {
    /// None is told.
    #[default]
    None,
    /// As it is written.
    Written(String),
}

/// A section that is not of the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// Whether an importer that does not know it has to give up. By the standard it has, if
    /// nothing is said.
    pub required: bool,
    /// Where it begins.
    pub place: Place,
}

impl Descriptor {
    /// The file that holds a disk.
    #[must_use]
    pub fn file_of(&self, disk: &Disk) -> Option<&FileReference> {
        let id = disk.file.as_ref()?;
        self.files.iter().find(|it| it.id == *id)
    }
}

impl System {
    /// Its resources of one type.
    pub fn of_kind(&self, kind: u16) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |it| it.kind == Some(kind))
    }

    /// How many processors it has; none where that is not told.
    #[must_use]
    pub fn cpus(&self) -> Option<u64> {
        self.of_kind(resource::CPU).find_map(|it| it.quantity).filter(|it| *it > 0)
    }

    /// Its memory in bytes; none where that is not told or in no known unit.
    #[must_use]
    pub fn memory_bytes(&self) -> Option<u64> {
        let item = self.of_kind(resource::MEMORY).next()?;
        let unit = match &item.unit {
            Unit::None => 1 << 20, // what exporters mean that write none
            Unit::Written(unit) => super::bytes_of(unit)?,
        };
        item.quantity?.checked_mul(unit).filter(|it| *it > 0)
    }
}

impl Item {
    /// The id of the disk it stands for, if it names one of the package.
    #[must_use]
    pub fn disk(&self) -> Option<&str> {
        self.stands_for("/disk/")
    }

    /// The id of the file it stands for, if it names one of the package.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.stands_for("/file/")
    }

    /// OVF 1.0 writes `ovf:/disk/ID`, others leave the scheme out.
    fn stands_for(&self, what: &str) -> Option<&str> {
        let id = |it: &'_ str| -> Option<usize> {
            Some(it.strip_prefix("ovf:").unwrap_or(it).strip_prefix(what)?.len())
        };
        self.host_resources.iter().find_map(|it| id(it).map(|length| &it[it.len() - length..]))
    }
}
