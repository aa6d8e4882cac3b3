//! What a package holds: its files, in their order, and what could be seen of each.

use std::collections::BTreeMap;

use crate::digest::Digest;
use crate::vmdk::Inspection;

/// The files of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// In the order they stand in; in a folder, by name.
    pub entries: Vec<Entry>,
    /// How the files are held together.
    pub wrapping: Wrapping,
}

/// How the files of a package are held together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Wrapping {
    /// They lie in a folder.
    #[default]
    Folder,
    /// In an OVA: a tar archive.
    Ova,
    /// In something else, which is not opened: its name.
    Other(&'static str),
}

/// One file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name within the package.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its bytes, as many as are really there.
    pub bytes: u64,
    /// Where its bytes begin, within an OVA; 0 in a folder.
    pub offset: u64,
    /// Its digest, of the algorithm its manifest names.
    pub digest: Option<Digest>,
    /// What it is when looked at as a disk.
    pub disk: Option<DiskFacts>,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A plain file.
    File,
    /// A folder.
    Folder,
    /// Anything else; it is not opened. Its name in words.
    Other(&'static str),
}

/// What a disk file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiskFacts {
    /// A VMDK that was walked from its beginning to its end.
    Vmdk(Inspection),
    /// A VMDK that is damaged: how.
    Damaged(String),
    /// Another format: its name.
    Other(&'static str),
}

impl Contents {
    /// The first entry of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|it| it.name == name)
    }

    /// Every entry by its name; the first of each.
    #[must_use]
    pub fn by_name(&self) -> BTreeMap<&str, &Entry> {
        self.entries.iter().rev().map(|it| (it.name.as_str(), it)).collect()
    }
}
