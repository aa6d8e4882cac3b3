//! Writes an OVF 1.1 descriptor: the dialect that importers of all vendors accept.

use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::writer::Writer;

/// The envelope's namespace, OVF 1.x.
pub(crate) const OVF: &str = "http://schemas.dmtf.org/ovf/envelope/1";
/// CIM resource allocation settings.
pub(crate) const RASD: &str =
    "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData";
/// CIM virtual system settings.
const VSSD: &str = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData";
/// The only disk format that all importers accept.
pub(crate) const STREAM_OPTIMIZED: &str =
    "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized";

/// What a descriptor says about a VM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hardware {
    /// Its name.
    pub name: String,
    /// Virtual processors.
    pub cpus: u32,
    /// Memory, in MiB.
    pub memory_mib: u32,
    /// Hardware address of its adapter.
    pub mac: String,
    /// SMBIOS UUID, carried as the system's identifier.
    pub uuid: String,
    /// File name of its disk.
    pub disk_file: String,
    /// Size of that file, in bytes.
    pub disk_file_bytes: u64,
    /// Capacity of the disk, in bytes.
    pub capacity_bytes: u64,
}

type Xml = Writer<Vec<u8>>;

/// The descriptor of a VM with one disk and one adapter.
///
/// # Errors
/// Writing to memory does not fail; the signature is the XML writer's.
pub fn write_descriptor(vm: &Hardware) -> std::io::Result<Vec<u8>> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let namespaces =
        [("xmlns", OVF), ("xmlns:ovf", OVF), ("xmlns:rasd", RASD), ("xmlns:vssd", VSSD)];
    within(&mut xml, "Envelope", &namespaces, |xml| {
        references(xml, vm)?;
        disk_section(xml, vm)?;
        network_section(xml)?;
        virtual_system(xml, vm)
    })?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn references(xml: &mut Xml, vm: &Hardware) -> std::io::Result<()> {
    let size = vm.disk_file_bytes.to_string();
    within(xml, "References", &[], |xml| {
        let file = [("ovf:href", &*vm.disk_file), ("ovf:id", "file1"), ("ovf:size", &size)];
        empty(xml, "File", &file)
    })
}

fn disk_section(xml: &mut Xml, vm: &Hardware) -> std::io::Result<()> {
    let capacity = vm.capacity_bytes.to_string();
    within(xml, "DiskSection", &[], |xml| {
        leaf(xml, "Info", "Virtual disks")?;
        let disk = [
            ("ovf:capacity", &*capacity),
            ("ovf:capacityAllocationUnits", "byte"),
            ("ovf:diskId", "disk1"),
            ("ovf:fileRef", "file1"),
            ("ovf:format", STREAM_OPTIMIZED),
        ];
        empty(xml, "Disk", &disk)
    })
}

fn network_section(xml: &mut Xml) -> std::io::Result<()> {
    within(xml, "NetworkSection", &[], |xml| {
        leaf(xml, "Info", "Networks")?;
        within(xml, "Network", &[("ovf:name", "network1")], |xml| {
            leaf(xml, "Description", "The network the VM was attached to")
        })
    })
}

fn virtual_system(xml: &mut Xml, vm: &Hardware) -> std::io::Result<()> {
    within(xml, "VirtualSystem", &[("ovf:id", &vm.name)], |xml| {
        leaf(xml, "Info", "A virtual machine")?;
        leaf(xml, "Name", &vm.name)?;
        within(xml, "OperatingSystemSection", &[("ovf:id", "96")], |xml| {
            leaf(xml, "Info", "Guest operating system")?;
            leaf(xml, "Description", "Debian GNU/Linux (64-bit)")
        })?;
        within(xml, "VirtualHardwareSection", &[], |xml| {
            leaf(xml, "Info", "Virtual hardware")?;
            within(xml, "System", &[], |xml| {
                leaf(xml, "vssd:ElementName", "Virtual Hardware Family")?;
                leaf(xml, "vssd:InstanceID", "0")?;
                leaf(xml, "vssd:VirtualSystemIdentifier", &vm.uuid)?;
                leaf(xml, "vssd:VirtualSystemType", "vmx-10")
            })?;
            items(xml, vm)
        })
    })
}

/// Hardware items; resource types are CIM's: 3 processor, 4 memory, 6 SCSI, 10 Ethernet, 17 disk.
/// Within an item the schema wants alphabetical order.
fn items(xml: &mut Xml, vm: &Hardware) -> std::io::Result<()> {
    let (cpus, memory) = (vm.cpus.to_string(), vm.memory_mib.to_string());
    let items: [&[(&str, &str)]; 5] = [
        &[
            ("AllocationUnits", "hertz * 10^6"),
            ("ElementName", "Processors"),
            ("InstanceID", "1"),
            ("ResourceType", "3"),
            ("VirtualQuantity", &cpus),
        ],
        &[
            ("AllocationUnits", "byte * 2^20"),
            ("ElementName", "Memory"),
            ("InstanceID", "2"),
            ("ResourceType", "4"),
            ("VirtualQuantity", &memory),
        ],
        &[
            ("Address", "0"),
            ("ElementName", "SCSI controller 0"),
            ("InstanceID", "3"),
            ("ResourceSubType", "lsilogic"),
            ("ResourceType", "6"),
        ],
        &[
            ("AddressOnParent", "0"),
            ("ElementName", "Disk 1"),
            ("HostResource", "ovf:/disk/disk1"),
            ("InstanceID", "4"),
            ("Parent", "3"),
            ("ResourceType", "17"),
        ],
        &[
            ("Address", &vm.mac),
            ("AutomaticAllocation", "true"),
            ("Connection", "network1"),
            ("ElementName", "Network adapter 1"),
            ("InstanceID", "5"),
            ("ResourceSubType", "E1000"),
            ("ResourceType", "10"),
        ],
    ];
    for item in items {
        within(xml, "Item", &[], |xml| {
            item.iter().try_for_each(|(name, value)| leaf(xml, &format!("rasd:{name}"), value))
        })?;
    }
    Ok(())
}

fn within(
    xml: &mut Xml,
    name: &str,
    attributes: &[(&str, &str)],
    inside: impl FnOnce(&mut Xml) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
    xml.write_event(Event::Start(start))?;
    inside(xml)?;
    xml.write_event(Event::End(BytesEnd::new(name)))
}

fn empty(xml: &mut Xml, name: &str, attributes: &[(&str, &str)]) -> std::io::Result<()> {
    let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
    xml.write_event(Event::Empty(start))
}

fn leaf(xml: &mut Xml, name: &str, text: &str) -> std::io::Result<()> {
    within(xml, name, &[], |xml| xml.write_event(Event::Text(BytesText::new(text))))
}
