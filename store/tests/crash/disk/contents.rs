//! What a file may hold after a power cut, given what is safe and what was written since.
//!
//! The kernel writes whole pages, whenever it likes; a disk writes whole sectors, in any order. So
//! each sector holds what it held after some number of the writes that touched it, and each choice
//! of these numbers is a possible disk. Bytes that were safe never go back.

use std::collections::BTreeMap;

use crate::rng::Rng;
use crate::tree::Data;

const SECTOR: usize = 512;
const PAGE: usize = 4096;

/// How the writes since the last sync fared.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Lost,
    Kept,
    /// Each page by itself; so many percent of them are the newest.
    Pages(usize),
    /// Each sector by itself; so many percent of them are the newest.
    Sectors(usize),
    /// The writes before this one are there, this one is torn, later ones are not.
    UpTo(usize),
    /// What this write or a later one touched is there, and nothing else.
    From(usize),
}

impl Fate {
    fn draw(changes: usize, rng: &mut Rng) -> Self {
        let percent = [10, 50, 90][rng.below(3)];
        match rng.below(10) {
            0 => Self::Lost,
            1 => Self::Kept,
            2 | 3 => Self::Pages(percent),
            4 | 5 => Self::Sectors(percent),
            6 | 7 => Self::UpTo(rng.below(changes)),
            _ => Self::From(rng.below(changes)),
        }
    }

    /// How many of the changes the sector has seen, given which of them touched it.
    fn limit(self, touched: &[usize], page: usize, rng: &mut Rng) -> usize {
        let last = touched.last().copied().unwrap_or(0);
        match self {
            Self::Lost => 0,
            Self::Kept => last + 1,
            Self::Pages(percent) => partly(percent, last, &mut Rng::new(&[page as u64])),
            Self::Sectors(percent) => partly(percent, last, rng),
            Self::UpTo(torn) => torn + usize::from(rng.chance(50)),
            Self::From(first) => {
                if last >= first {
                    last + 1
                } else {
                    0
                }
            }
        }
    }
}

fn partly(percent: usize, last: usize, rng: &mut Rng) -> usize {
    if rng.chance(percent) { last + 1 } else { rng.below(last + 1) }
}

/// One state in which the file may be found. `stale` is what the disk may show where a size was
/// kept and its bytes were lost.
pub(crate) fn settle(safe: &[u8], changes: &[&Data], stale: &[u8], rng: &mut Rng) -> Vec<u8> {
    let sizes = sizes(safe.len(), changes);
    let mut bytes = safe.to_vec();
    bytes.resize(sizes.iter().copied().max().unwrap_or(0), 0);
    let touched = touched(bytes.len(), changes);
    let fate = Fate::draw(changes.len(), rng);
    // The choice for a page is the same for all its sectors.
    let salt = usize::try_from(rng.draw() >> 8).unwrap_or(0);
    let hole = rng.below(6);
    for (sector, touched) in touched {
        let start = sector * SECTOR;
        let limit = fate.limit(&touched, start / PAGE + salt, rng);
        let end = bytes.len().min(start + SECTOR);
        let place = &mut bytes[start..end];
        if touched[0] >= limit && start >= safe.len() {
            fill(place, start, hole, stale, rng);
        }
        for at in touched.into_iter().filter(|at| *at < limit) {
            apply(changes[at], start, place);
        }
    }
    bytes.truncate(size(&sizes, rng));
    bytes
}

/// The file's size before and after each change.
fn sizes(safe: usize, changes: &[&Data]) -> Vec<usize> {
    let grown = changes.iter().scan(safe, |size, change| {
        *size = match change {
            Data::Write(offset, new) => (*size).max(offset + new.len()),
            Data::Resize(size) => *size,
        };
        Some(*size)
    });
    std::iter::once(safe).chain(grown).collect()
}

/// One of the sizes, or the end of a page between two of them: a long write grows a file by pages.
fn size(sizes: &[usize], rng: &mut Rng) -> usize {
    let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
    match rng.below(8) {
        0 => first,
        1..=3 => last,
        4 | 5 => sizes[rng.below(sizes.len())],
        _ if last > first => (first + rng.below(last - first)).next_multiple_of(PAGE).min(last),
        _ => last,
    }
}

/// Which changes touched which sector.
fn touched(size: usize, changes: &[&Data]) -> BTreeMap<usize, Vec<usize>> {
    let mut touched: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        let range = match change {
            Data::Write(offset, new) => *offset..offset + new.len(),
            Data::Resize(kept) => *kept..size,
        };
        for sector in range.start / SECTOR..range.end.div_ceil(SECTOR) {
            touched.entry(sector).or_default().push(at);
        }
    }
    touched
}

/// Does to one sector what a change did to the file.
fn apply(change: &Data, start: usize, sector: &mut [u8]) {
    let end = start + sector.len();
    match change {
        Data::Write(offset, new) => {
            let (from, to) = ((*offset).max(start), (offset + new.len()).min(end));
            if from < to {
                sector[from - start..to - start].copy_from_slice(&new[from - offset..to - offset]);
            }
        }
        Data::Resize(kept) => sector[(*kept).clamp(start, end) - start..].fill(0),
    }
}

/// Space that was given to the file and never written: zeros, mostly; on a file system that does
/// not care, noise or what another file had there.
fn fill(place: &mut [u8], start: usize, hole: usize, stale: &[u8], rng: &mut Rng) {
    match hole {
        0 => place.iter_mut().for_each(|byte| *byte = rng.draw().to_le_bytes()[0]),
        1 if !stale.is_empty() => {
            let stale = stale.iter().cycle().skip(start % stale.len());
            place.iter_mut().zip(stale).for_each(|(byte, old)| *byte = *old);
        }
        _ => {}
    }
}
