//! A disk after the power failed: what was synced is there; of all else any mixture may be.
//!
//! - A file's bytes are safe once an fsync or fdatasync of it has ended, as far as they had been
//!   written before that sync began. Later bytes are kept or lost by the page, torn within a page by
//!   the sector, with the file's size kept or not.
//! - A name is safe by the rule of [`Names`].
//!
//! What the model leaves out: disks that lie about a sync, and damage to what had been safe.

mod contents;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::recorder::Recording;
use crate::rng::Rng;
use crate::trace::{Act, Step};
use crate::tree::{Data, Naming, Node, TOP, Tree};

/// What a file system promises about names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// One journal for all (ext4, XFS): names reach the disk in the order in which they were
    /// changed. A sync of a folder, or of a file whose name is new, takes all earlier ones with it.
    Journal,
    /// Each folder in its own order. A sync of a file whose name is new takes its folder along.
    Folders,
    /// Only what POSIX says: the folder itself must be synced; of all else any part may be there.
    Strict,
}

impl Names {
    /// All rules, the strict one as often as the two others together.
    pub(crate) const ALL: [Self; 4] = [Self::Journal, Self::Strict, Self::Folders, Self::Strict];
}

/// The disk at one moment.
#[derive(Debug)]
pub(crate) struct Disk<'a> {
    safe: Tree,
    data: BTreeMap<Node, Vec<Pending<'a, Data>>>,
    names: Vec<Pending<'a, Naming>>,
    rule: Names,
}

/// A change that is not safe yet, and the line on which it ended.
#[derive(Debug)]
struct Pending<'a, T> {
    ended: usize,
    change: &'a T,
}

impl<'a> Disk<'a> {
    /// The disk when the power fails at this line of the recording.
    pub(crate) fn at(recording: &'a Recording, cut: usize, rule: Names) -> Self {
        let (data, names) = (BTreeMap::new(), Vec::new());
        let mut disk = Self { safe: recording.before.clone(), data, names, rule };
        let begun = |step: &&Step| step.started <= cut;
        for step in recording.steps.iter().filter(begun) {
            let ended = step.ended;
            match &step.act {
                Act::Data(node, change) => {
                    disk.data.entry(*node).or_default().push(Pending { ended, change });
                }
                Act::Name(change) => disk.names.push(Pending { ended, change }),
                Act::Sync(node) if ended <= cut => disk.sync(*node, step.started),
                Act::SyncFailed(node) => disk.give_up(*node),
                Act::Sync(_) | Act::Said(_) => {}
            }
        }
        disk
    }

    fn sync(&mut self, node: Node, begun: usize) {
        if let Some(pending) = self.data.get_mut(&node) {
            for it in pending.extract_if(.., |it| it.ended < begun) {
                self.safe.write(node, it.change);
            }
        }
        self.sync_names(node, begun);
    }

    /// After a failed sync the kernel may hold the pages for clean: no later sync writes them, though
    /// every reader sees them until the power fails.
    fn give_up(&mut self, node: Node) {
        if self.rule == Names::Strict {
            self.data.remove(&node);
        }
    }

    fn sync_names(&mut self, node: Node, begun: usize) {
        let done = |it: &Pending<'_, Naming>| it.ended < begun;
        let last = self.names.iter().rposition(|it| done(it) && concerns(it.change, node));
        let Some(last) = last else {
            return;
        };
        let home = folder(self.names[last].change);
        let (rule, mut at) = (self.rule, 0);
        let safe = |it: &mut Pending<'_, Naming>| {
            at += 1;
            let taken = match rule {
                Names::Journal => at <= last + 1,
                Names::Folders => at <= last + 1 && folder(it.change) == home,
                Names::Strict => folder(it.change) == node,
            };
            taken && done(it)
        };
        for it in self.names.extract_if(.., safe) {
            self.safe.name(it.change);
        }
    }

    /// One of the many states the disk may be found in.
    pub(crate) fn image(&self, rng: &mut Rng) -> Tree {
        let mut image = self.safe.clone();
        for naming in self.names_kept(rng) {
            image.name(naming);
        }
        let files = self.safe.listing().into_values().flatten();
        let stale = files.max_by_key(|bytes| bytes.len()).unwrap_or(&[]).to_vec();
        for (node, pending) in &self.data {
            let changes: Vec<&Data> = pending.iter().map(|it| it.change).collect();
            let bytes = contents::settle(self.safe.bytes(*node), &changes, &stale, rng);
            image.set(*node, bytes);
        }
        image
    }

    fn names_kept(&self, rng: &mut Rng) -> Vec<&'a Naming> {
        let percent = [0, 50, 100][rng.below(3)];
        let mut reach = BTreeMap::new();
        let mut kept = Vec::new();
        for (at, it) in self.names.iter().enumerate() {
            let journal = match self.rule {
                Names::Journal => Some(TOP),
                Names::Folders => Some(folder(it.change)),
                Names::Strict => None,
            };
            let end = self.names.len() + 1;
            let here = match journal {
                Some(journal) => at < *reach.entry(journal).or_insert_with(|| rng.below(end)),
                None => rng.chance(percent),
            };
            kept.extend(here.then_some(it.change));
        }
        kept
    }
}

/// The folder whose sync makes a change of names safe.
fn folder(naming: &Naming) -> Node {
    match naming {
        Naming::Put(place, _) | Naming::Remove(place) | Naming::Move(_, place, _) => place.folder,
    }
}

/// Whether a sync of this node is about this change: of the folder, or of the file that was named.
fn concerns(naming: &Naming, node: Node) -> bool {
    let named = match naming {
        Naming::Put(_, named) | Naming::Move(_, _, named) => Some(*named),
        Naming::Remove(_) => None,
    };
    folder(naming) == node || named == Some(node)
}
