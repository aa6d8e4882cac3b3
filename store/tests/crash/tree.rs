//! A folder tree in memory: what files hold, and which names lead to them, kept apart.
//!
//! A power cut may keep the one and lose the other, so neither is stored inside the other.

use std::collections::BTreeMap;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// An inode: a file or a folder, whatever it is called at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node {
    /// Its number, given in the order of creation.
    pub(crate) number: u32,
    /// Whether it holds names instead of bytes.
    pub(crate) folder: bool,
}

/// The folder everything is in.
pub(crate) const TOP: Node = Node { number: 0, folder: true };

/// A change of what a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Data {
    /// Bytes written at an offset.
    Write(usize, Vec<u8>),
    /// The file cut or extended to a size, in bytes; what is new reads as zeros.
    Resize(usize),
}

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The folder.
    pub(crate) folder: Node,
    /// The name in it.
    pub(crate) name: String,
}

/// A change of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Naming {
    /// A new file or folder.
    Put(Place, Node),
    /// A name gone.
    Remove(Place),
    /// A node moved from one name to another, over whatever had it.
    Move(Place, Place, Node),
}

/// Files and folders.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    files: BTreeMap<Node, Vec<u8>>,
    folders: BTreeMap<Node, BTreeMap<String, Node>>,
}

impl Tree {
    /// Reads a folder.
    pub(crate) fn load(folder: &Path) -> Self {
        let mut tree = Self::default();
        tree.load_into(folder, TOP, &mut 0);
        tree
    }

    fn load_into(&mut self, folder: &Path, at: Node, last: &mut u32) {
        let mut entries: Vec<_> = folder.read_dir().unwrap().map(Result::unwrap).collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        self.folders.entry(at).or_default();
        for entry in entries {
            *last += 1;
            let node = Node { number: *last, folder: entry.file_type().unwrap().is_dir() };
            let name = entry.file_name().into_string().unwrap();
            self.name(&Naming::Put(Place { folder: at, name }, node));
            if node.folder {
                self.load_into(&entry.path(), node, last);
            } else {
                self.files.insert(node, std::fs::read(entry.path()).unwrap());
            }
        }
    }

    /// Writes what names lead to into an empty folder, for its owner's eyes only.
    pub(crate) fn save(&self, folder: &Path) {
        for (path, bytes) in self.listing() {
            let path = folder.join(path);
            let Some(bytes) = bytes else {
                std::fs::DirBuilder::new().mode(0o700).create(path).unwrap();
                continue;
            };
            let mut options = std::fs::OpenOptions::new();
            let mut file = options.write(true).create_new(true).mode(0o600).open(path).unwrap();
            std::io::Write::write_all(&mut file, bytes).unwrap();
        }
    }

    /// Every path a name leads to, folders before what is in them, with the bytes of files.
    pub(crate) fn listing(&self) -> BTreeMap<String, Option<&[u8]>> {
        let mut listing = BTreeMap::new();
        let mut open = vec![(String::new(), TOP)];
        while let Some((path, node)) = open.pop() {
            for (name, child) in self.folders.get(&node).into_iter().flatten() {
                let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
                let bytes = (!child.folder).then(|| self.bytes(*child));
                listing.insert(path.clone(), bytes);
                open.push((path, *child));
            }
        }
        listing
    }

    /// What a file holds; nothing when it was never written.
    pub(crate) fn bytes(&self, file: Node) -> &[u8] {
        self.files.get(&file).map_or(&[], Vec::as_slice)
    }

    /// Sets what a file holds.
    pub(crate) fn set(&mut self, file: Node, bytes: Vec<u8>) {
        self.files.insert(file, bytes);
    }

    /// The node a name leads to.
    pub(crate) fn at(&self, place: &Place) -> Option<Node> {
        self.folders.get(&place.folder)?.get(&place.name).copied()
    }

    /// Changes what a file holds.
    pub(crate) fn write(&mut self, file: Node, data: &Data) {
        let bytes = self.files.entry(file).or_default();
        match data {
            Data::Write(offset, new) => {
                let end = offset + new.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[*offset..end].copy_from_slice(new);
            }
            Data::Resize(size) => bytes.resize(*size, 0),
        }
    }

    /// Changes names.
    pub(crate) fn name(&mut self, naming: &Naming) {
        match naming {
            Naming::Put(place, node) => self.put(place, *node),
            Naming::Remove(place) => self.remove(place),
            Naming::Move(from, to, node) => {
                if self.at(from) == Some(*node) {
                    self.remove(from);
                }
                self.put(to, *node);
            }
        }
    }

    fn put(&mut self, place: &Place, node: Node) {
        self.folders.entry(place.folder).or_default().insert(place.name.clone(), node);
    }

    fn remove(&mut self, place: &Place) {
        self.folders.entry(place.folder).or_default().remove(&place.name);
    }
}
