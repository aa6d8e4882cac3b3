//! Inclusion proofs in the common text form, <https://c2sp.org/tlog-proof>. The event is not part
//! of it: whoever checks has it from elsewhere.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding as _};

use crate::hash::Hash;
use crate::note::Note;
use crate::tile_path::decimal;
use crate::verify::LONGEST_PROOF;

/// The first line.
const MAGIC: &str = "c2sp.org/tlog-proof@v1\n";

/// Longest text accepted, in bytes: a note, a proof and some extra data.
const LONGEST: usize = 2 << 20;

/// That some leaf is at `index` of the log, in the words of other tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Opaque data, which nothing vouches for.
    pub extra: Option<Vec<u8>>,
    /// Position of the leaf.
    pub index: u64,
    /// The siblings on the way up, at most 64.
    pub proof: Vec<Hash>,
    /// The signed checkpoint that the proof leads to.
    pub checkpoint: Note,
}

/// Why a text is no such proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a c2sp.org/tlog-proof@v1: {0} is missing or malformed")]
pub struct InvalidTlogProof(&'static str);

impl FromStr for TlogProof {
    type Err = InvalidTlogProof;

    fn from_str(text: &str) -> Result<Self, InvalidTlogProof> {
        let text = text.strip_prefix(MAGIC).filter(|it| it.len() <= LONGEST);
        let text = text.ok_or(InvalidTlogProof("the first line"))?;
        let (head, note) = text.split_once("\n\n").ok_or(InvalidTlogProof("the checkpoint"))?;
        let checkpoint = note.parse().map_err(|_| InvalidTlogProof("the checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        let extra = lines.next_if(|line| line.starts_with("extra "));
        let extra = extra.map(|line| Base64::decode_vec(&line[6..])).transpose();
        let extra = extra.map_err(|_| InvalidTlogProof("the extra data"))?;
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(|text| decimal(text, u64::MAX));
        let index = index.ok_or(InvalidTlogProof("the index"))?;
        let hashes = lines.take(LONGEST_PROOF + 1).map(Hash::from_base64);
        let proof: Vec<_> =
            hashes.collect::<Result<_, _>>().map_err(|_| InvalidTlogProof("a hash"))?;
        if proof.len() > LONGEST_PROOF {
            return Err(InvalidTlogProof("the end of the proof"));
        }
        Ok(Self { extra, index, proof, checkpoint })
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MAGIC)?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", Base64::encode_string(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
