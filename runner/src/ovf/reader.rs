//! Reads an OVF 1.x descriptor with one VM, one disk and one adapter, and says what does not fit.

use std::path::Path;

use roxmltree::{Document, Node};

use super::descriptor::{OVF, RASD, STREAM_OPTIMIZED};
use super::manifest::is_plain;

/// Largest descriptor read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// What a descriptor says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Virtual processors.
    pub cpus: u32,
    /// Memory, in MiB.
    pub memory_mib: u32,
    /// Hardware address of the adapter, if given.
    pub mac: Option<String>,
    /// The system's identifier, if given.
    pub uuid: Option<String>,
    /// File name of the disk.
    pub disk_file: String,
    /// Size of that file as promised, in bytes.
    pub disk_file_bytes: Option<u64>,
    /// Capacity of the disk, in bytes.
    pub capacity_bytes: u64,
    /// Whether the adapter is connected to a declared network.
    pub network_linked: bool,
}

/// Why a descriptor cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OvfProblem {
    /// It is not there, too large or not text.
    #[error("the descriptor cannot be read: {0}")]
    Unreadable(String),
    /// It is not well-formed XML (or has a DTD, which is refused).
    #[error("the descriptor is not well-formed: {0}")]
    NotWellFormed(String),
    /// It is not an OVF 1.x envelope.
    #[error("the root element is not an OVF 1.x Envelope")]
    NotAnEnvelope,
    /// It lacks something.
    #[error("the descriptor lacks {0}")]
    Lacks(&'static str),
    /// A number is missing or not one.
    #[error("{0} is not a number above zero")]
    NotANumber(&'static str),
    /// A file reference leads out of the package.
    #[error("the disk's file name {0:?} leads out of the package")]
    Escape(String),
    /// The disk has a format this reader does not know.
    #[error("the disk's format is not streamOptimized VMDK")]
    DiskFormat,
}

/// Reads a descriptor.
///
/// # Errors
/// The first [`OvfProblem`].
pub fn read_envelope(path: &Path) -> Result<Envelope, OvfProblem> {
    let size = std::fs::metadata(path).map_err(|e| OvfProblem::Unreadable(e.to_string()))?.len();
    if size > LARGEST {
        return Err(OvfProblem::Unreadable(format!("{size} bytes are too many")));
    }
    let text = std::fs::read_to_string(path).map_err(|e| OvfProblem::Unreadable(e.to_string()))?;
    parse(&text)
}

/// Reads a descriptor's text.
pub(crate) fn parse(text: &str) -> Result<Envelope, OvfProblem> {
    let document = Document::parse(text).map_err(|e| OvfProblem::NotWellFormed(e.to_string()))?;
    let root = document.root_element();
    if !root.has_tag_name((OVF, "Envelope")) {
        return Err(OvfProblem::NotAnEnvelope);
    }
    let disk = find(root, "Disk").ok_or(OvfProblem::Lacks("a Disk"))?;
    if disk.attribute((OVF, "format")) != Some(STREAM_OPTIMIZED) {
        return Err(OvfProblem::DiskFormat);
    }
    linked(root, disk)?;
    let reference = disk.attribute((OVF, "fileRef"));
    let file = root
        .descendants()
        .find(|it| it.has_tag_name((OVF, "File")) && it.attribute((OVF, "id")) == reference)
        .ok_or(OvfProblem::Lacks("the File its Disk refers to"))?;
    let name = file.attribute((OVF, "href")).unwrap_or_default();
    if !is_plain(name) {
        return Err(OvfProblem::Escape(name.to_owned()));
    }
    let memory = item(root, "4").ok_or(OvfProblem::Lacks("a memory Item"))?;
    let cpus = item(root, "3").ok_or(OvfProblem::Lacks("a processor Item"))?;
    Ok(Envelope {
        cpus: quantity(cpus, "the number of processors")?,
        memory_mib: mebibytes(memory)?,
        mac: item(root, "10").and_then(|it| field(it, "Address")).filter(|it| is_hex(it, ':', 17)),
        uuid: root
            .descendants()
            .find(|it| it.tag_name().name() == "VirtualSystemIdentifier")
            .and_then(|it| it.text().map(str::to_owned))
            .filter(|it| is_hex(it, '-', 36)),
        disk_file: name.to_owned(),
        disk_file_bytes: file.attribute((OVF, "size")).and_then(|it| it.parse().ok()),
        capacity_bytes: capacity(disk)?,
        network_linked: network_linked(root),
    })
}

/// Hexadecimal digits and one kind of separator, of this length: an address or a UUID, nothing else.
fn is_hex(text: &str, separator: char, length: usize) -> bool {
    text.len() == length && text.chars().all(|c| c.is_ascii_hexdigit() || c == separator)
}

fn find<'a, 'b>(root: Node<'a, 'b>, name: &str) -> Option<Node<'a, 'b>> {
    root.descendants().find(|it| it.has_tag_name((OVF, name)))
}

fn item<'a, 'b>(root: Node<'a, 'b>, resource_type: &str) -> Option<Node<'a, 'b>> {
    root.descendants().find(|it| {
        it.has_tag_name((OVF, "Item"))
            && field(*it, "ResourceType").as_deref() == Some(resource_type)
    })
}

fn field(item: Node<'_, '_>, name: &str) -> Option<String> {
    let child = item.children().find(|it| it.has_tag_name((RASD, name)))?;
    child.text().map(|text| text.trim().to_owned())
}

/// Item → Disk: some disk Item names this Disk.
fn linked(root: Node<'_, '_>, disk: Node<'_, '_>) -> Result<(), OvfProblem> {
    let id = disk.attribute((OVF, "diskId")).unwrap_or_default();
    let resource = item(root, "17").and_then(|it| field(it, "HostResource")).unwrap_or_default();
    let named = resource.trim_start_matches("ovf:") == format!("/disk/{id}");
    if named { Ok(()) } else { Err(OvfProblem::Lacks("a disk Item that names its Disk")) }
}

fn network_linked(root: Node<'_, '_>) -> bool {
    let connection = item(root, "10").and_then(|it| field(it, "Connection"));
    root.descendants().any(|it| {
        it.has_tag_name((OVF, "Network"))
            && it.attribute((OVF, "name")).map(str::to_owned) == connection
    })
}

fn quantity(item: Node<'_, '_>, what: &'static str) -> Result<u32, OvfProblem> {
    let number = field(item, "VirtualQuantity").and_then(|it| it.parse().ok());
    number.filter(|it| *it > 0).ok_or(OvfProblem::NotANumber(what))
}

fn mebibytes(item: Node<'_, '_>) -> Result<u32, OvfProblem> {
    let quantity = u64::from(quantity(item, "the memory size")?);
    let units = field(item, "AllocationUnits").unwrap_or_default();
    let bytes =
        quantity.checked_mul(unit(&units)?).ok_or(OvfProblem::NotANumber("the memory size"))?;
    u32::try_from(bytes >> 20).map_err(|_| OvfProblem::NotANumber("the memory size"))
}

fn capacity(disk: Node<'_, '_>) -> Result<u64, OvfProblem> {
    let not = OvfProblem::NotANumber("the disk's capacity");
    let number: Option<u64> = disk.attribute((OVF, "capacity")).and_then(|it| it.parse().ok());
    let units = disk.attribute((OVF, "capacityAllocationUnits")).unwrap_or("byte");
    let bytes = number.and_then(|it| it.checked_mul(unit(units).ok()?));
    bytes.filter(|it| *it > 0).ok_or(not)
}

/// Bytes of a DSP0004 unit: `byte`, `byte * 2^20`, `byte * 10^6`, or what old exporters write.
fn unit(text: &str) -> Result<u64, OvfProblem> {
    let not = || OvfProblem::NotANumber("an allocation unit");
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    match squeezed.as_str() {
        "byte" | "bytes" | "" => return Ok(1),
        "KiloBytes" | "KB" => return Ok(1 << 10),
        "MegaBytes" | "MB" => return Ok(1 << 20),
        "GigaBytes" | "GB" => return Ok(1 << 30),
        _ => {}
    }
    let power = squeezed.strip_prefix("byte*").ok_or_else(not)?;
    let (base, exponent) = power.split_once('^').ok_or_else(not)?;
    let base: u64 = base.parse().map_err(|_| not())?;
    let exponent: u32 = exponent.parse().map_err(|_| not())?;
    base.checked_pow(exponent).filter(|it| *it > 0).ok_or_else(not)
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
