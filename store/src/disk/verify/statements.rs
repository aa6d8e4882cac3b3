//! What was signed about the log: the head and the checkpoints, each held against the events.

use std::collections::VecDeque;
use std::path::PathBuf;

use ledger::{Checkpoint, Frontier, Note, Verifier};

use super::keys::Chain;
use super::{Part, Problems};
use crate::StoreError;
use crate::disk::checkpoints;
use crate::disk::snapshot::Snapshot;

/// What was signed, and has not been held against the events yet.
pub(super) struct Statements {
    /// Smallest tree first.
    ahead: VecDeque<Statement>,
    /// Size of the last that was right: the events before it are those that were signed.
    since: u64,
    /// How many events the head covers, if it can be relied on.
    pub(super) head: Option<u64>,
    /// How many checkpoints were right.
    pub(super) right: u64,
}

/// One signed note.
struct Statement {
    part: Part,
    path: PathBuf,
    note: Note,
    checkpoint: Checkpoint,
}

impl Statements {
    /// Reads all of them.
    pub(super) fn new(log: &Snapshot, problems: &mut Problems) -> Self {
        let head = (Part::Head, log.layout.head());
        let kept = log.kept.iter().map(|path| (Part::Checkpoints, path.clone()));
        let read = kept.chain([head]).filter_map(|(part, path)| {
            let read = || {
                // The head on disk may be newer than the segments that were looked at.
                if part == Part::Head {
                    return log.head().map_err(|error| error.to_string());
                }
                let note = checkpoints::read(&path).map_err(|error| error.to_string())?;
                let checkpoint = named(&path, &note)?;
                Ok((note, checkpoint))
            };
            match read() {
                Ok((note, checkpoint)) => Some(Statement { part, path, note, checkpoint }),
                Err(words) => {
                    problems.add(part, Vec::new(), words);
                    None
                }
            }
        });
        let mut ahead: Vec<Statement> = read.collect();
        ahead.sort_by_key(|it| it.checkpoint.size());
        Self { ahead: ahead.into(), since: 0, head: None, right: 0 }
    }

    /// Checks everything that was signed about this tree.
    pub(super) fn check(
        &mut self,
        tree: &Frontier,
        chain: &mut Chain<'_>,
        problems: &mut Problems,
    ) {
        let size = tree.size();
        while let Some(next) = self.ahead.pop_front_if(|it| it.checkpoint.size() == size) {
            let Statement { part, path, note, checkpoint } = &next;
            let path = path.display();
            let is_head = *part == Part::Head;
            if let Err(why) = check_origin(checkpoint.origin(), &chain.keys)
                .and_then(|()| chain.check(size, note, !is_head))
            {
                problems.add(*part, Vec::new(), format!("{path}: {why}"));
                continue;
            }
            if tree.root() != checkpoint.root() {
                let (since, last) = (self.since, size.saturating_sub(1));
                let words = format!(
                    "{path}: another root was signed: an event from position {since} to {last} \
                     was altered, added or removed"
                );
                problems.add(*part, vec![since], words);
                continue;
            }
            self.since = size;
            if is_head {
                self.head = Some(size);
            } else {
                self.right += 1;
            }
        }
    }

    /// Tells of what was signed about more events than there are.
    pub(super) fn finish(&mut self, events: u64, problems: &mut Problems) {
        for Statement { part, path, checkpoint, .. } in self.ahead.drain(..) {
            let (path, size) = (path.display(), checkpoint.size());
            let words = if part == Part::Head {
                StoreError::TailLost { have: events, promised: size }.to_string()
            } else {
                format!("{path} covers {size} events, and only {events} are intact")
            };
            problems.add(part, vec![events], words);
        }
    }
}

fn check_origin(origin: &str, keys: &[Verifier]) -> Result<(), String> {
    match keys.first() {
        Some(key) if key.name() != origin => Err(format!("it is of another log, {origin}")),
        _ => Ok(()),
    }
}

/// What a kept checkpoint says; its name is its size.
fn named(path: &std::path::Path, note: &Note) -> Result<Checkpoint, String> {
    let shown = path.display();
    let checkpoint = note.text().parse::<Checkpoint>();
    let checkpoint = checkpoint.map_err(|error| format!("{shown}: {error}"))?;
    let name = format!("{:020}", checkpoint.size());
    if path.file_name().is_some_and(|it| *it == *name) {
        Ok(checkpoint)
    } else {
        Err(format!("{shown}: it is of {} events, and its name says otherwise", checkpoint.size()))
    }
}
