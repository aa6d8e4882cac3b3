//! The header of a sparse VMDK, which is its footer as well.

use super::{LARGEST_DISK, SECTOR, TABLE};

/// Where the header says that the directory of tables is, when it is at the end: the footer knows.
pub(super) const AT_END: u64 = u64::MAX;
/// Sectors before the first grain.
pub(super) const OVERHEAD: u64 = 128;
/// Sectors of the text.
const TEXT_SECTORS: u64 = 20;
/// Bit 0: line ends can be checked; bit 16: grains are compressed; bit 17: there are markers.
const FLAGS: u32 = 0x0003_0001;
const COMPRESSED: u32 = 1 << 16;
const MARKERS: u32 = 1 << 17;

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Capacity, in sectors.
    pub capacity: u64,
    /// Sectors of a grain.
    pub grain: u64,
    /// Grains of a table.
    pub table: u64,
    /// The sector of the directory, or `u64::MAX`.
    pub directory: u64,
    /// Sectors before the first grain.
    pub overhead: u64,
    /// Whether grains are compressed and have markers: streamOptimized.
    pub stream: bool,
}

/// Why 512 bytes are no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    /// They begin otherwise.
    #[error("it does not begin as a sparse VMDK")]
    Magic,
    /// Its version is of another kind.
    #[error("its version {0} is not 1, 2 or 3")]
    Version(u32),
    /// A number in it cannot be.
    #[error("its header has an impossible {0}")]
    Number(&'static str),
    /// A transfer in text mode has changed line ends.
    #[error("a transfer in text mode has damaged it")]
    LineEnds,
}

impl Header {
    /// Reads a header.
    ///
    /// # Errors
    /// The first thing that cannot be.
    pub fn read(bytes: &[u8; 512]) -> Result<Self, HeaderProblem> {
        if &bytes[..4] != b"KDMV" {
            return Err(HeaderProblem::Magic);
        }
        let version = u32_at(bytes, 4);
        if !(1..=3).contains(&version) {
            return Err(HeaderProblem::Version(version));
        }
        let flags = u32_at(bytes, 8);
        if flags & 1 != 0 && &bytes[73..77] != b"\n \r\n" {
            return Err(HeaderProblem::LineEnds);
        }
        let header = Self {
            capacity: u64_at(bytes, 12),
            grain: u64_at(bytes, 20),
            table: u32_at(bytes, 44).into(),
            directory: u64_at(bytes, 56),
            overhead: u64_at(bytes, 64),
            stream: flags & COMPRESSED != 0 && flags & MARKERS != 0,
        };
        header.possible()
    }

    fn possible(self) -> Result<Self, HeaderProblem> {
        let checks = [
            ((1..=LARGEST_DISK / SECTOR).contains(&self.capacity), "capacity"),
            (self.grain.is_power_of_two() && (8..=2048).contains(&self.grain), "grain size"),
            (self.table == TABLE, "size of its tables"),
            ((1..=1 << 22).contains(&self.overhead), "overhead"),
        ];
        match checks.into_iter().find(|(holds, _)| !holds) {
            Some((_, what)) => Err(HeaderProblem::Number(what)),
            None => Ok(self),
        }
    }

    /// The header of a disk of so many sectors whose directory is at that sector.
    pub(super) fn write(capacity: u64, directory: u64) -> [u8; 512] {
        let mut bytes = [0; 512];
        let mut put = |at: usize, field: &[u8]| bytes[at..at + field.len()].copy_from_slice(field);
        put(0, b"KDMV");
        put(4, &3_u32.to_le_bytes());
        put(8, &FLAGS.to_le_bytes());
        put(12, &capacity.to_le_bytes());
        put(20, &OVERHEAD.to_le_bytes()); // a grain has as many sectors as the overhead
        put(28, &1_u64.to_le_bytes());
        put(36, &TEXT_SECTORS.to_le_bytes());
        put(44, &512_u32.to_le_bytes());
        put(56, &directory.to_le_bytes());
        put(64, &OVERHEAD.to_le_bytes());
        put(73, b"\n \r\n");
        put(77, &1_u16.to_le_bytes()); // deflate
        bytes
    }
}

/// Everything before the first grain: header, text, and nothing up to the overhead. The content id is made from the
/// capacity: one that is drawn would make each copy another file.
pub(super) fn front(capacity: u64, file: &str) -> Vec<u8> {
    let cylinders = (capacity / (16 * 63)).clamp(1, 16383);
    let id = u32::try_from(capacity & 0x7fff_ffff).unwrap_or(0) | 1;
    let file: String =
        file.chars().map(|c| if c == '"' || c.is_control() { '_' } else { c }).take(255).collect();
    let text = format!(
        "# Disk DescriptorFile\nversion=1\nCID={id:08x}\nparentCID=ffffffff\ncreateType=\"streamOptimized\"\n\n\
         # Extent description\nRW {capacity} SPARSE \"{file}\"\n\n# The Disk Data Base\n#DDB\n\n\
         ddb.adapterType = \"lsilogic\"\nddb.geometry.cylinders = \"{cylinders}\"\n\
         ddb.geometry.heads = \"16\"\nddb.geometry.sectors = \"63\"\nddb.virtualHWVersion = \"10\"\n"
    );
    let mut bytes = Header::write(capacity, AT_END).to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes.resize(usize::try_from(OVERHEAD * SECTOR).unwrap_or(0), 0);
    bytes
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
