//! Checkpoints: the size and the root of the tree as the text of a signed note,
//! <https://c2sp.org/tlog-checkpoint>.

use std::fmt;
use std::str::FromStr;

use crate::hash::Hash;
use crate::note::{Note, NoteError};
use crate::signer::Signer;
use crate::tile_path::decimal;

/// What a log vouches for: its first `size` entries have this `root`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

/// Why a text is no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Less than three lines, or an unfinished one.
    #[error("a checkpoint has three lines, each ended: origin, size and root")]
    Lines,
    /// The first line.
    #[error("the origin of a checkpoint is one line, not empty, without control characters")]
    Origin,
    /// The second line.
    #[error("the size of a checkpoint is a decimal number without leading zeros")]
    Size,
    /// The third line.
    #[error("the root of a checkpoint is 32 bytes in standard base64")]
    Root,
    /// Line four or a later one.
    #[error("an extension line of a checkpoint is not empty and has no control characters")]
    Extension,
}

impl Checkpoint {
    /// What the log of this name vouches for.
    ///
    /// # Errors
    /// [`CheckpointError::Origin`].
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        check_line(origin, CheckpointError::Origin)?;
        Ok(Self { origin: origin.to_owned(), size, root, extensions: Vec::new() })
    }

    /// Adds an extension line. Logs should not: nobody can audit it.
    ///
    /// # Errors
    /// [`CheckpointError::Extension`].
    pub fn with_extension(mut self, line: &str) -> Result<Self, CheckpointError> {
        check_line(line, CheckpointError::Extension)?;
        self.extensions.push(line.to_owned());
        Ok(self)
    }

    /// The name of the log, the same for all its life.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many entries the log has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The RFC 6962 root over these entries.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Further lines, whose meaning is not known here.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// The checkpoint as a signed note.
    ///
    /// # Errors
    /// [`NoteError::Unsigned`] without a signer; [`NoteError`] beyond the limits of a note.
    pub fn sign(&self, signers: &[&Signer]) -> Result<Note, NoteError> {
        Note::sign(self.to_string(), signers)
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Reads the text of a note. Whether the note is signed is another question.
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?.split('\n');
        let mut line = || lines.next().ok_or(CheckpointError::Lines);
        let (origin, size, root) = (line()?, line()?, line()?);
        let size = decimal(size, u64::MAX).ok_or(CheckpointError::Size)?;
        let root = Hash::from_base64(root).map_err(|_| CheckpointError::Root)?;
        lines.try_fold(Self::new(origin, size, root)?, Self::with_extension)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root.to_base64())?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

fn check_line(line: &str, error: CheckpointError) -> Result<(), CheckpointError> {
    let clean = !line.is_empty() && !line.bytes().any(|byte| byte < b' ');
    if clean { Ok(()) } else { Err(error) }
}
