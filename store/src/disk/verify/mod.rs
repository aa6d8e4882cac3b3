//! Checking a whole log: every checksum, the tree, every signature, every event, the evidence.
//!
//! It goes on where it can: what is wrong is collected, not returned as an error.

mod events;
mod keys;
mod statements;

use ledger::{Frontier, Hash, Verifier};

use super::reader::in_order;
use super::snapshot::Snapshot;
use crate::{Blobs, StoreError};
use events::{Counts, Look, Reading};
use keys::Chain;
pub(super) use keys::may_change_key;
use statements::Statements;

/// What is looked at, and whom the reader trusts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// Public keys that the reader has from elsewhere; without any, the log's own word is taken.
    pub trusted: &'a [Verifier],
    /// Whether each event is read, and its place in its stream checked.
    pub events: bool,
    /// The evidence that the events name; nothing is looked at without it, or without the events.
    pub evidence: Option<&'a Blobs>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// How many events are intact, from the first on.
    pub events: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// How many events the signed head covers, if it can be relied on.
    pub head: Option<u64>,
    /// How many kept checkpoints were right.
    pub checkpoints: u64,
    /// The keys that the events name, the oldest first.
    pub keys: Vec<Verifier>,
    /// Positions of the changes that the key before has not signed, as when it was lost: whoever
    /// trusts an older key can trust nothing after them.
    pub unproven: Vec<u64>,
    /// The oldest key from which everything that follows is proven.
    pub anchor: Option<Verifier>,
    /// How many events were read.
    pub read: u64,
    /// How many streams they belong to.
    pub streams: u64,
    /// How many pieces of evidence were looked at.
    pub evidence: u64,
    /// How many of them are missing or damaged.
    pub evidence_bad: u64,
    /// What is wrong, at most [`MOST_PROBLEMS`] of it.
    pub problems: Vec<Problem>,
    /// How many more problems there were.
    pub more: u64,
}

/// Most problems that are told one by one.
pub const MOST_PROBLEMS: usize = 1000;

/// Something that is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// With which part of it.
    pub part: Part,
    /// The events it is about, if it is about any.
    pub positions: Vec<u64>,
    /// What is wrong, with the file where it is known.
    pub words: String,
}

/// The parts of a log that are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The files that hold the events, and their checksums.
    Segments,
    /// The signed head.
    Head,
    /// The checkpoints that were kept.
    Checkpoints,
    /// The keys, and how one follows from another.
    Keys,
    /// The events themselves.
    Events,
    /// What the events name as proof.
    Evidence,
}

impl Snapshot {
    /// Checks everything in this scope. The closure is told how many events are done.
    pub fn verify(&self, scope: &Scope<'_>, mut progress: impl FnMut(u64)) -> Findings {
        let mut walk = Walk::new(self, scope);
        walk.check_statements();
        let read = scope.events;
        let looked = in_order(&self.segments, 0, self.end, move |chunk| {
            chunk.iter().map(|(position, leaf)| Look::at(position, leaf, read)).collect::<Vec<_>>()
        });
        for chunk in looked {
            match chunk {
                Ok(looks) => looks.into_iter().for_each(|look| walk.take(look)),
                Err(error) => {
                    walk.problems.add_error(Part::Segments, &error);
                    break;
                }
            }
            progress(walk.frontier.size());
        }
        if let Some(damage) = &self.damage {
            walk.problems.add_error(Part::Segments, damage);
        }
        for blemish in self.segments.blemishes() {
            walk.problems.add(Part::Segments, Vec::new(), blemish);
        }
        walk.finish(self)
    }
}

/// The state between two events.
struct Walk<'a> {
    frontier: Frontier,
    chain: Chain<'a>,
    statements: Statements,
    reading: Option<Reading<'a>>,
    problems: Problems,
}

impl<'a> Walk<'a> {
    fn new(log: &Snapshot, scope: &Scope<'a>) -> Self {
        let mut problems = Problems::default();
        Self {
            frontier: Frontier::new(),
            chain: Chain::new(&log.verifiers, scope.trusted),
            statements: Statements::new(log, &mut problems),
            reading: scope.events.then(|| Reading::new(scope.evidence)),
            problems,
        }
    }

    fn take(&mut self, look: Look) {
        let position = self.frontier.size();
        if let Some(leaf) = look.key_change {
            self.chain.see(position, &leaf, &mut self.problems);
        }
        if let Some((reading, read)) = self.reading.as_mut().zip(look.read) {
            reading.take(position, read, &mut self.problems);
        }
        self.frontier.push(look.hash);
        self.check_statements();
    }

    /// Checks what was signed about the events so far.
    fn check_statements(&mut self) {
        let Self { frontier, chain, statements, problems, .. } = self;
        statements.check(frontier, chain, problems);
    }

    fn finish(mut self, log: &Snapshot) -> Findings {
        let (events, root) = (self.frontier.size(), self.frontier.root());
        self.statements.finish(events, &mut self.problems);
        let begun = |name: &&str| log.layout.keys().join(name).exists();
        let under_way = ["signer.next", "lost"].iter().any(begun);
        let (unproven, anchor) = self.chain.finish(&log.verifiers, under_way, &mut self.problems);
        let reading = self.reading.unwrap_or_default();
        let Counts { read, streams, evidence, evidence_bad } = reading.finish(&mut self.problems);
        let Problems { mut all, more } = self.problems;
        all.sort_by_key(|problem| (problem.part, problem.positions.first().copied()));
        Findings {
            events,
            root,
            head: self.statements.head,
            checkpoints: self.statements.right,
            keys: self.chain.keys,
            unproven,
            anchor,
            read,
            streams,
            evidence,
            evidence_bad,
            problems: all,
            more,
        }
    }
}

/// What is wrong so far.
#[derive(Debug, Default)]
struct Problems {
    all: Vec<Problem>,
    more: u64,
}

impl Problems {
    fn add(&mut self, part: Part, positions: Vec<u64>, words: impl Into<String>) {
        if self.all.len() < MOST_PROBLEMS {
            self.all.push(Problem { part, positions, words: words.into() });
        } else {
            self.more += 1;
        }
    }

    fn add_error(&mut self, part: Part, error: &StoreError) {
        let mut at = Vec::new();
        if let StoreError::Damaged { position, .. } | StoreError::NewerEvent { position, .. } =
            error
        {
            at.push(*position);
        }
        self.add(part, at, error.to_string());
    }
}
