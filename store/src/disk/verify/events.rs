//! Reading every event: whether it can be, whether its stream has no gap, and its evidence.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::event::Recorded;
use domain::ids::Sha256Digest;
use ledger::{Hash, leaf_hash};

use super::keys::may_change_key;
use super::{Part, Problems};
use crate::schema::Envelope;
use crate::{Blobs, StoreError};

/// What can be told of one leaf without the others.
pub(super) struct Look {
    pub(super) hash: Hash,
    /// The leaf itself, where it may be a change of the key.
    pub(super) key_change: Option<Vec<u8>>,
    pub(super) read: Option<Result<Read, StoreError>>,
}

/// An event that was read.
pub(super) struct Read {
    stream: String,
    version: u64,
    /// The evidence that it names.
    evidence: Result<Vec<Sha256Digest>, StoreError>,
}

impl Look {
    pub(super) fn at(position: u64, leaf: &[u8], read: bool) -> Self {
        Self {
            hash: leaf_hash(leaf),
            key_change: may_change_key(leaf).then(|| leaf.to_vec()),
            read: read.then(|| Read::at(position, leaf)),
        }
    }
}

impl Read {
    fn at(position: u64, leaf: &[u8]) -> Result<Self, StoreError> {
        let envelope = Envelope::parse(position, leaf)?;
        let (stream, version) = (envelope.stream.clone().into_owned(), envelope.version);
        let digests = |recorded: Recorded| {
            recorded.event.evidence().iter().map(|evidence| evidence.sha256).collect()
        };
        Ok(Self { stream, version, evidence: envelope.open().map(digests) })
    }
}

/// What reading the events has found so far.
#[derive(Default)]
pub(super) struct Reading<'a> {
    evidence: Option<&'a Blobs>,
    read: u64,
    /// stream → its next version
    streams: HashMap<String, u64>,
    /// Evidence that was looked at.
    seen: HashSet<Sha256Digest>,
    /// Evidence that is not right: why, and the events that name it.
    bad: BTreeMap<Sha256Digest, (String, Vec<u64>)>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(evidence: Option<&'a Blobs>) -> Self {
        Self { evidence, ..Self::default() }
    }

    pub(super) fn take(
        &mut self,
        position: u64,
        read: Result<Read, StoreError>,
        problems: &mut Problems,
    ) {
        let evidence = read.and_then(|Read { stream, version, evidence }| {
            self.follow(position, &stream, version, problems);
            evidence
        });
        match evidence {
            Ok(digests) => {
                self.read += 1;
                digests.into_iter().for_each(|digest| self.look_at(position, digest));
            }
            Err(error) => problems.add_error(Part::Events, &error),
        }
    }

    /// Each stream counts its events without a gap.
    fn follow(&mut self, position: u64, stream: &str, version: u64, problems: &mut Problems) {
        if let Some(next) = self.streams.get_mut(stream) {
            if *next != version {
                let words = format!(
                    "event {position} is version {version} of stream {stream:?}, and should be {next}"
                );
                problems.add(Part::Events, vec![position], words);
            }
            *next = version.saturating_add(1);
            return;
        }
        if version != 0 {
            let words =
                format!("event {position} is the first of stream {stream:?}, as version {version}");
            problems.add(Part::Events, vec![position], words);
        }
        self.streams.insert(stream.to_owned(), version.saturating_add(1));
    }

    fn look_at(&mut self, position: u64, digest: Sha256Digest) {
        let Some(blobs) = self.evidence else { return };
        if self.seen.insert(digest)
            && let Err(error) = blobs.get(digest)
        {
            self.bad.insert(digest, (error.to_string(), Vec::new()));
        }
        if let Some((_, positions)) = self.bad.get_mut(&digest) {
            positions.push(position);
        }
    }

    /// Tells of the evidence, and how much there was.
    pub(super) fn finish(self, problems: &mut Problems) -> Counts {
        let (evidence, evidence_bad) = (self.seen.len() as u64, self.bad.len() as u64);
        for (words, positions) in self.bad.into_values() {
            problems.add(Part::Evidence, positions, words);
        }
        Counts { read: self.read, streams: self.streams.len() as u64, evidence, evidence_bad }
    }
}

/// How much was read.
pub(super) struct Counts {
    pub(super) read: u64,
    pub(super) streams: u64,
    pub(super) evidence: u64,
    pub(super) evidence_bad: u64,
}
