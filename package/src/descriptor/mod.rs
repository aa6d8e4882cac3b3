//! The descriptor: what a package says about its machines (DMTF DSP0243, OVF 1.x and 2.x).

mod guard;
mod hardware;
mod model;
mod read;
mod units;
mod write;

pub use model::{
    Descriptor, Disk, FileReference, Item, Place, Section, System, Unit, Version, resource,
};
pub use read::{LARGEST, Reading, read};
pub use units::bytes_of;
pub use write::{Adapter, Firmware, Machine, OutDisk, write};

/// The envelope's namespace, OVF 1.x.
pub const OVF1: &str = "http://schemas.dmtf.org/ovf/envelope/1";
/// The envelope's namespace, OVF 2.x.
pub const OVF2: &str = "http://schemas.dmtf.org/ovf/envelope/2";
/// CIM resource allocation settings.
const RASD: &str =
    "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData";
/// CIM virtual system settings.
const VSSD: &str = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData";
/// VMware's extensions: firmware is told in them alone.
const VMW: &str = "http://www.vmware.com/schema/ovf";
/// The only disk format that all importers accept.
pub const STREAM_OPTIMIZED: &str =
    "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized";
