//! The paths of tiles and entry bundles below the prefix of a log: <https://c2sp.org/tlog-tiles>.

use std::fmt;
use std::str::FromStr;

use crate::tile::{TILE_WIDTH, TileId};

/// Which entries (leaves): `width` of them from `index * 256` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntriesId {
    /// Position of the bundle; the same as of the level 0 tile with its leaf hashes.
    pub index: u64,
    /// 1 to 256 entries.
    pub width: u16,
}

/// A text that is not the path of a tile or of an entry bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a path of c2sp.org/tlog-tiles, such as tile/0/x001/234 or tile/entries/000.p/7"
)]
pub struct InvalidPath(String);

impl TileId {
    /// `tile/<level>/<index>[.p/<width>]`, such as `tile/0/x001/234.p/17`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, Suffix(self.index, self.width))
    }
}

impl FromStr for TileId {
    type Err = InvalidPath;

    fn from_str(path: &str) -> Result<Self, InvalidPath> {
        let parsed = path.strip_prefix("tile/").and_then(|rest| rest.split_once('/'));
        let parsed = parsed.and_then(|(level, rest)| Some((decimal(level, 7)?, suffix(rest)?)));
        let (level, (index, width)) = parsed.ok_or_else(|| invalid(path))?;
        Ok(Self { level: level as u8, index, width }) // at most 7
    }
}

impl EntriesId {
    /// `tile/entries/<index>[.p/<width>]`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("tile/entries/{}", Suffix(self.index, self.width))
    }
}

impl FromStr for EntriesId {
    type Err = InvalidPath;

    fn from_str(path: &str) -> Result<Self, InvalidPath> {
        let parsed = path.strip_prefix("tile/entries/").and_then(suffix);
        let (index, width) = parsed.ok_or_else(|| invalid(path))?;
        Ok(Self { index, width })
    }
}

/// Index and width as path elements: `x001/x234/067.p/8`.
struct Suffix(u64, u16);

impl fmt::Display for Suffix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(index, width) = *self;
        let digits = index.to_string();
        let digits = format!("{digits:0>padded$}", padded = digits.len().next_multiple_of(3));
        let (all_but_last, last) = digits.split_at(digits.len() - 3);
        for group in all_but_last.as_bytes().chunks_exact(3) {
            write!(f, "x{}/", String::from_utf8_lossy(group))?;
        }
        f.write_str(last)?;
        if usize::from(width) < TILE_WIDTH { write!(f, ".p/{width}") } else { Ok(()) }
    }
}

/// Reads what [`Suffix`] writes, and nothing else.
fn suffix(text: &str) -> Option<(u64, u16)> {
    let (groups, width) = match text.split_once(".p/") {
        Some((groups, width)) => (groups, decimal(width, TILE_WIDTH as u64 - 1)? as u16),
        None => (text, TILE_WIDTH as u16),
    };
    let digits: String =
        groups.split("/").map(|group| group.strip_prefix('x').unwrap_or(group)).collect();
    let unpadded = digits.trim_start_matches('0');
    let index = decimal(if unpadded.is_empty() { "0" } else { unpadded }, u64::MAX)?;
    // One spelling for each index: what is read must be what would be written.
    (width > 0 && Suffix(index, width).to_string() == text).then_some((index, width))
}

/// A decimal number without leading zeros, at most `largest`.
pub(crate) fn decimal(text: &str, largest: u64) -> Option<u64> {
    let canonical =
        text.bytes().all(|it| it.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|number| canonical && *number <= largest)
}

fn invalid(path: &str) -> InvalidPath {
    InvalidPath(path.chars().take(80).collect())
}
