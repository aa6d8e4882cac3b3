//! What the descriptors of a traced process stand for.

use std::collections::BTreeMap;

use crate::tree::Node;

/// What an open file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// Standard output, where the process makes its promises.
    Promises,
    /// A file or folder in the watched folder.
    Inside(Node),
}

/// An open file: several descriptors may share one, with its offset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenFile {
    /// What it is.
    pub(crate) target: Target,
    /// Where the next plain write goes.
    pub(crate) offset: usize,
    /// Whether each write goes to the end.
    pub(crate) append: bool,
}

/// The descriptors of one process. Files outside the watched folder have none here.
#[derive(Debug, Clone)]
pub(crate) struct Descriptors {
    open: Vec<OpenFile>,
    numbers: BTreeMap<i64, usize>,
}

impl Descriptors {
    /// A process that has only its standard output.
    pub(crate) fn new() -> Self {
        let out = OpenFile { target: Target::Promises, offset: 0, append: true };
        Self { open: vec![out], numbers: BTreeMap::from([(1, 0)]) }
    }

    /// A file was opened.
    pub(crate) fn open(&mut self, number: i64, node: Node, append: bool) {
        self.open.push(OpenFile { target: Target::Inside(node), offset: 0, append });
        self.numbers.insert(number, self.open.len() - 1);
    }

    /// A descriptor was closed, or now stands for a file outside.
    pub(crate) fn close(&mut self, number: i64) {
        self.numbers.remove(&number);
    }

    /// A second descriptor for the same open file.
    pub(crate) fn duplicate(&mut self, old: i64, new: i64) {
        match self.numbers.get(&old).copied() {
            Some(file) => self.numbers.insert(new, file),
            None => self.numbers.remove(&new),
        };
    }

    /// The open file of a descriptor.
    pub(crate) fn get(&mut self, number: i64) -> Option<&mut OpenFile> {
        self.numbers.get(&number).map(|file| &mut self.open[*file])
    }

    /// The node of a descriptor, when it is inside.
    pub(crate) fn node(&mut self, number: i64) -> Option<Node> {
        match self.get(number)?.target {
            Target::Inside(node) => Some(node),
            Target::Promises => None,
        }
    }
}
