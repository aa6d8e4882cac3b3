//! How a log is kept, and what was found when it was opened.

/// How a log is kept.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Memory for the index and for what is known of each stream, in bytes.
    pub cache_bytes: u64,
    /// Size from which a segment is finished and sealed, in bytes; at most 1 GiB.
    pub segment_bytes: u64,
    /// The first key of a log that is not there yet; without it, there must be one.
    pub new_key: Option<NewKey>,
}

/// Smallest cache, in bytes; sled wants some.
const LEAST_CACHE: u64 = 1 << 20;
/// Smallest and largest segment, in bytes; places in a segment are counted in 32 bits.
const SEGMENT: (u64, u64) = (1 << 10, 1 << 30);

impl Settings {
    /// The same within what the log can work with.
    pub(super) fn clamped(&self) -> Self {
        let (least, most) = SEGMENT;
        Self {
            cache_bytes: self.cache_bytes.max(LEAST_CACHE),
            segment_bytes: self.segment_bytes.clamp(least, most),
            new_key: self.new_key.clone(),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { cache_bytes: 64 << 20, segment_bytes: 32 << 20, new_key: None }
    }
}

/// A key to be made.
#[derive(Clone)]
pub struct NewKey {
    /// The name of the log for its whole life, such as `example.com/lab`: no white space, no `+`.
    pub origin: String,
    /// 32 random bytes. Whoever knows them can sign in the log's name.
    pub seed: [u8; 32],
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// What was mended when a log was opened. Nothing that was acknowledged is ever part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mended {
    /// Why the signed head was made anew, if it was, and what nothing vouches for therefore.
    pub head_made_anew: Option<String>,
    /// Bytes of an append that was cut short, never acknowledged, and now is removed.
    pub torn_bytes: u64,
    /// Why the index was made anew from the segments, if it was.
    pub index_made_anew: Option<String>,
}
