//! Walks a VMDK from its beginning to its end, without unpacking a grain.

use std::collections::BTreeMap;
use std::io::{self, Read};

use super::header::{AT_END, Header, HeaderProblem, u32_at, u64_at};
use super::{SECTOR, TABLE};

/// Most sectors of a directory.
const MOST_DIRECTORY: u64 = 1 << 15;

/// What a VMDK is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspection {
    /// Its header; where the directory is at the end, the footer's place of it.
    pub header: Header,
    /// Its grains; 0 if it is not streamOptimized, since only those have markers.
    pub grains: u64,
}

impl Inspection {
    /// Capacity, in bytes.
    #[must_use]
    pub fn capacity_bytes(&self) -> u64 {
        self.header.capacity * SECTOR
    }
}

/// What is wrong with a VMDK.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Its header, or its footer.
    #[error(transparent)]
    Header(#[from] HeaderProblem),
    /// It ends too early.
    #[error("it ends at byte {0}, within its data")]
    Short(u64),
    /// A marker says what cannot be.
    #[error("at byte {at} {what}")]
    Marker {
        /// Where.
        at: u64,
        /// What.
        what: &'static str,
    },
}

/// Walks a VMDK. A monolithic one is looked at no further than its header.
///
/// # Errors
/// What is wrong with it first.
pub fn inspect(from: impl Read) -> Result<Inspection, Damage> {
    let mut walk = Walk { from, at: 0 };
    let header = Header::read(&walk.sector()?.ok_or(Damage::Short(0))?)?;
    let mut found = Inspection { header, grains: 0 };
    if header.stream {
        walk.skip((header.overhead - 1) * SECTOR)?;
        walk.grains(&mut found)?;
    }
    Ok(found)
}

struct Walk<R> {
    from: R,
    at: u64,
}

impl<R: Read> Walk<R> {
    /// Markers up to the one that ends the stream. `qemu-img` writes tables in front, and neither
    /// footer nor end: then the file's end is the stream's, and those tables are not read, so that a
    /// disk which was cut off between two grains is not seen to be.
    fn grains(&mut self, found: &mut Inspection) -> Result<(), Damage> {
        let (mut next, mut footer, mut table) = (0, false, Table::default());
        let mut directory = Directory::default();
        let ends_itself = found.header.directory == AT_END;
        loop {
            let at = self.at;
            let odd = |what| Err(Damage::Marker { at, what });
            let Some(marker) = self.sector()? else {
                return if ends_itself { Err(Damage::Short(self.at)) } else { Ok(()) };
            };
            let (value, bytes) = (u64_at(&marker, 0), u64::from(u32_at(&marker, 8)));
            if bytes > 0 {
                let (first, grain) = (value, found.header.grain);
                if first >= found.header.capacity || first % grain != 0 {
                    return odd("a grain lies beyond the disk");
                }
                if ends_itself && first < next {
                    return odd("a grain stands behind one that should follow it");
                }
                if bytes > 2 * grain * SECTOR {
                    return odd("a grain is larger packed than it could be");
                }
                (next, found.grains) = (first + grain, found.grains + 1);
                table.note(first / grain, at / SECTOR);
                self.skip((12 + bytes).next_multiple_of(SECTOR) - SECTOR)?;
                continue;
            }
            match (u32_at(&marker, 12), value) {
                (0, _) if ends_itself && !footer => {
                    return odd("the stream ends without its footer");
                }
                (0, _) => return self.nothing_follows(),
                (1, _) if directory.tables.len() as u64 >= MOST_DIRECTORY * (SECTOR / 4) => {
                    return odd("there are more tables than a directory finds");
                }
                (1, 4) if table.is(&self.sectors::<4>()?) => {
                    directory.tables.insert(at / SECTOR + 1, table.number());
                    table = Table::default();
                }
                (1, _) => return odd("a table does not find the grains before it"),
                (2, sectors) if sectors <= MOST_DIRECTORY => {
                    directory.at = Some(self.at / SECTOR);
                    let whole = directory.finds(self, sectors)? && table.grains.is_empty();
                    if ends_itself && !whole {
                        return odd("the directory does not find the tables before it");
                    }
                }
                (3, 1) => {
                    let end = Header::read(&self.sector()?.ok_or(Damage::Short(self.at))?)?;
                    if (end.capacity, end.grain) != (found.header.capacity, found.header.grain) {
                        return odd("the footer is not that of this disk");
                    }
                    if ends_itself && directory.at != Some(end.directory) {
                        return odd("the footer does not find the directory");
                    }
                    (found.header.directory, footer) = (end.directory, true);
                }
                _ => return odd("there is a marker of an unknown kind"),
            }
        }
    }

    /// What is behind the end is nobody's, unless it is zeros that fill up.
    fn nothing_follows(&mut self) -> Result<(), Damage> {
        let at = self.at;
        while let Some(sector) = self.sector()? {
            if sector != [0; 512] {
                return Err(Damage::Marker { at, what: "something follows the end of the disk" });
            }
        }
        Ok(())
    }

    fn sectors<const N: usize>(&mut self) -> Result<Vec<u8>, Damage> {
        let mut all = Vec::with_capacity(N * 512);
        for _ in 0..N {
            all.extend_from_slice(&self.sector()?.ok_or(Damage::Short(self.at))?);
        }
        Ok(all)
    }

    /// The next sector; none at the end.
    fn sector(&mut self) -> Result<Option<[u8; 512]>, Damage> {
        let mut sector = [0; 512];
        let mut filled = 0;
        while filled < sector.len() {
            match self.from.read(&mut sector[filled..]) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(Damage::Short(self.at + filled as u64)),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.at += SECTOR;
        Ok(Some(sector))
    }

    fn skip(&mut self, bytes: u64) -> Result<(), Damage> {
        let skipped = io::copy(&mut (&mut self.from).take(bytes), &mut io::sink())?;
        self.at += skipped;
        if skipped < bytes { Err(Damage::Short(self.at)) } else { Ok(()) }
    }
}

/// The grains since the last table, and where each begins: at most a table's.
#[derive(Default)]
struct Table {
    grains: Vec<(u64, u64)>,
    too_many: bool,
}

impl Table {
    fn note(&mut self, grain: u64, sector: u64) {
        self.too_many |= self.grains.len() as u64 >= TABLE;
        if !self.too_many {
            self.grains.push((grain, sector));
        }
    }

    /// Which of the disk's tables it is; none if it finds nothing.
    fn number(&self) -> Option<u64> {
        self.grains.first().map(|(grain, _)| grain / TABLE)
    }

    /// Whether a table finds every grain since the last one, and no other.
    fn is(&self, bytes: &[u8]) -> bool {
        let entry =
            |grain: u64| usize::try_from(grain % TABLE).map_or(0, |it| u32_at(bytes, it * 4));
        let entries =
            bytes.chunks_exact(4).filter(|it| *it != [0; 4] && *it != [1, 0, 0, 0]).count();
        let number = self.number();
        !self.too_many
            && self.grains.iter().all(|(grain, _)| Some(grain / TABLE) == number)
            && entries == self.grains.len()
            && self.grains.iter().all(|(grain, sector)| u64::from(entry(*grain)) == *sector)
    }
}

/// The tables so far, by the sector each begins at; and where the directory of them is.
#[derive(Default)]
struct Directory {
    tables: BTreeMap<u64, Option<u64>>,
    at: Option<u64>,
}

impl Directory {
    /// Whether a directory of so many sectors finds every table with grains under its number, and nothing else.
    fn finds<R: Read>(&self, walk: &mut Walk<R>, sectors: u64) -> Result<bool, Damage> {
        let (mut right, mut found) = (true, 0);
        for part in 0..sectors {
            let bytes = walk.sectors::<1>()?;
            for (number, entry) in (part * 128..).zip(bytes.chunks_exact(4)) {
                match (u64::from(u32_at(entry, 0)), self.tables.get(&u32_at(entry, 0).into())) {
                    (0, _) | (_, Some(None)) => {}
                    (_, Some(Some(known))) if *known == number => found += 1,
                    (_, _) => right = false,
                }
            }
        }
        Ok(right && found == self.tables.values().flatten().count())
    }
}
