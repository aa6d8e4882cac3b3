//! Writes a descriptor: the dialect that importers of all vendors accept, in OVF 1.x or 2.x.

use std::io;

use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::writer::Writer;

use super::model::{Version, resource};
use super::{OVF1, OVF2, RASD, STREAM_OPTIMIZED, VMW, VSSD};

/// The machine that a descriptor is written for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its name.
    pub name: String,
    /// Virtual processors.
    pub cpus: u32,
    /// Memory, in MiB.
    pub memory_mib: u32,
    /// Its identifier, as a rule its SMBIOS UUID.
    pub identifier: Option<String>,
    /// Family of hardware, such as `vmx-10`.
    pub family: String,
    /// Its operating system as CIM numbers them, and in words.
    pub os: (u32, String),
    /// What starts it.
    pub firmware: Firmware,
    /// Its disks, in order.
    pub disks: Vec<OutDisk>,
    /// Its adapters, in order.
    pub adapters: Vec<Adapter>,
}

/// What starts a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Firmware {
    /// BIOS: what importers take for granted.
    Bios,
    /// UEFI: told by an extension of VMware's, since the standard has no word for it.
    Efi,
}

/// A disk as a descriptor names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutDisk {
    /// File name within the package.
    pub file: String,
    /// Size of that file, in bytes.
    pub file_bytes: u64,
    /// Capacity, in bytes.
    pub capacity_bytes: u64,
}

/// An adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// Name of its network.
    pub network: String,
    /// Its hardware address, if that shall be kept.
    pub mac: Option<String>,
}

type Xml = Writer<Vec<u8>>;

/// The descriptor of a machine.
///
/// # Errors
/// Writing to memory does not fail; the signature is the XML writer's. OVF of another version than 1.x
/// and 2.x is not written.
pub fn write(machine: &Machine, version: &Version) -> io::Result<Vec<u8>> {
    let namespace = match version {
        Version::One => OVF1,
        Version::Two => OVF2,
        Version::Other(_) => return Err(io::ErrorKind::Unsupported.into()),
    };
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut namespaces = vec![
        ("xmlns", namespace),
        ("xmlns:ovf", namespace),
        ("xmlns:rasd", RASD),
        ("xmlns:vssd", VSSD),
    ];
    if machine.firmware == Firmware::Efi {
        namespaces.push(("xmlns:vmw", VMW));
    }
    within(&mut xml, "Envelope", &namespaces, |xml| {
        references(xml, machine)?;
        disk_section(xml, machine)?;
        network_section(xml, machine)?;
        virtual_system(xml, machine)
    })?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn references(xml: &mut Xml, machine: &Machine) -> io::Result<()> {
    within(xml, "References", &[], |xml| {
        for (number, disk) in (1..).zip(&machine.disks) {
            let (id, size) = (format!("file{number}"), disk.file_bytes.to_string());
            empty(xml, "File", &[("ovf:href", &disk.file), ("ovf:id", &id), ("ovf:size", &size)])?;
        }
        Ok(())
    })
}

fn disk_section(xml: &mut Xml, machine: &Machine) -> io::Result<()> {
    within(xml, "DiskSection", &[], |xml| {
        leaf(xml, "Info", "Virtual disks")?;
        for (number, disk) in (1..).zip(&machine.disks) {
            let capacity = disk.capacity_bytes.to_string();
            let attributes = [
                ("ovf:capacity", &*capacity),
                ("ovf:capacityAllocationUnits", "byte"),
                ("ovf:diskId", &format!("disk{number}")),
                ("ovf:fileRef", &format!("file{number}")),
                ("ovf:format", STREAM_OPTIMIZED),
            ];
            empty(xml, "Disk", &attributes)?;
        }
        Ok(())
    })
}

fn network_section(xml: &mut Xml, machine: &Machine) -> io::Result<()> {
    let names: std::collections::BTreeSet<&str> =
        machine.adapters.iter().map(|it| it.network.as_str()).collect();
    within(xml, "NetworkSection", &[], |xml| {
        leaf(xml, "Info", "Networks")?;
        names.iter().try_for_each(|name| {
            within(xml, "Network", &[("ovf:name", name)], |xml| {
                leaf(xml, "Description", "The network the VM was attached to")
            })
        })
    })
}

fn virtual_system(xml: &mut Xml, machine: &Machine) -> io::Result<()> {
    within(xml, "VirtualSystem", &[("ovf:id", &machine.name)], |xml| {
        leaf(xml, "Info", "A virtual machine")?;
        leaf(xml, "Name", &machine.name)?;
        let (os, words) = &machine.os;
        within(xml, "OperatingSystemSection", &[("ovf:id", &os.to_string())], |xml| {
            leaf(xml, "Info", "Guest operating system")?;
            leaf(xml, "Description", words)
        })?;
        within(xml, "VirtualHardwareSection", &[], |xml| {
            leaf(xml, "Info", "Virtual hardware")?;
            within(xml, "System", &[], |xml| {
                leaf(xml, "vssd:ElementName", "Virtual Hardware Family")?;
                leaf(xml, "vssd:InstanceID", "0")?;
                if let Some(identifier) = &machine.identifier {
                    leaf(xml, "vssd:VirtualSystemIdentifier", identifier)?;
                }
                leaf(xml, "vssd:VirtualSystemType", &machine.family)
            })?;
            items(xml, machine)?;
            match machine.firmware {
                Firmware::Bios => Ok(()),
                Firmware::Efi => firmware(xml),
            }
        })
    })
}

fn firmware(xml: &mut Xml) -> io::Result<()> {
    let config = [("ovf:required", "false"), ("vmw:key", "firmware"), ("vmw:value", "efi")];
    empty(xml, "vmw:Config", &config)
}

/// Instances: 1 processors, 2 memory, 3 the controller, then disks, then adapters. A SCSI bus
/// keeps address 7 for its controller, so a disk never gets it.
fn items(xml: &mut Xml, machine: &Machine) -> io::Result<()> {
    let (cpus, memory) = (machine.cpus.to_string(), machine.memory_mib.to_string());
    one(
        xml,
        resource::CPU,
        1,
        &[
            ("AllocationUnits", "hertz * 10^6"),
            ("ElementName", "Processors"),
            ("VirtualQuantity", &cpus),
        ],
    )?;
    one(
        xml,
        resource::MEMORY,
        2,
        &[
            ("AllocationUnits", "byte * 2^20"),
            ("ElementName", "Memory"),
            ("VirtualQuantity", &memory),
        ],
    )?;
    one(
        xml,
        resource::SCSI,
        3,
        &[("Address", "0"), ("ElementName", "SCSI controller 0"), ("ResourceSubType", "lsilogic")],
    )?;
    let mut instance = 4;
    for number in 1..=machine.disks.len() {
        let address = if number <= 7 { number - 1 } else { number }.to_string();
        one(
            xml,
            resource::DISK,
            instance,
            &[
                ("AddressOnParent", &*address),
                ("ElementName", &format!("Disk {number}")),
                ("HostResource", &format!("ovf:/disk/disk{number}")),
                ("Parent", "3"),
            ],
        )?;
        instance += 1;
    }
    for (number, adapter) in (1..).zip(&machine.adapters) {
        let name = format!("Network adapter {number}");
        let mac = adapter.mac.as_ref().map(|it| ("Address", it.as_str()));
        let rest = [
            ("AutomaticAllocation", "true"),
            ("Connection", &*adapter.network),
            ("ElementName", &name),
            ("ResourceSubType", "E1000"),
        ];
        let all: Vec<(&str, &str)> = mac.into_iter().chain(rest).collect();
        one(xml, resource::ETHERNET, instance, &all)?;
        instance += 1;
    }
    Ok(())
}

/// An item; within it the schema wants alphabetical order.
fn one(xml: &mut Xml, kind: u16, instance: u32, fields: &[(&str, &str)]) -> io::Result<()> {
    let (kind, instance) = (kind.to_string(), instance.to_string());
    let mut fields = fields.to_vec();
    fields.extend([("InstanceID", instance.as_str()), ("ResourceType", kind.as_str())]);
    fields.sort_unstable();
    within(xml, "Item", &[], |xml| {
        fields.iter().try_for_each(|(name, value)| leaf(xml, &format!("rasd:{name}"), value))
    })
}

fn within(
    xml: &mut Xml,
    name: &str,
    attributes: &[(&str, &str)],
    inside: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
    xml.write_event(Event::Start(start))?;
    inside(xml)?;
    xml.write_event(Event::End(BytesEnd::new(name)))
}

fn empty(xml: &mut Xml, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
    xml.write_event(Event::Empty(start))
}

fn leaf(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    within(xml, name, &[], |xml| xml.write_event(Event::Text(BytesText::new(text))))
}
