//! Logs to be exported by the tests, with keys that change.

use std::collections::BTreeMap;

use ledger::bundle::{Consistency, Export, ExportWriter, Inclusion};
use ledger::{Checkpoint, MemoryTiles, Note, Signer, Verifier, consistency, inclusion, leaf_hash};

use crate::support::{leaf, signer};

pub(crate) const ORIGIN: &str = "log.example";

/// A log in memory, with a note for each size that one was made at.
pub(crate) struct Log {
    pub(crate) tree: MemoryTiles,
    pub(crate) leaves: Vec<Vec<u8>>,
    pub(crate) signers: Vec<Signer>,
    pub(crate) notes: BTreeMap<u64, Note>,
}

impl Log {
    pub(crate) fn new() -> Self {
        let signers = vec![signer(ORIGIN, 1)];
        Self { tree: MemoryTiles::new(), leaves: vec![], signers, notes: BTreeMap::new() }
    }

    /// A log of some events with one checkpoint after all.
    pub(crate) fn of(events: u64) -> Self {
        let mut log = Self::new();
        log.grow(events);
        log.sign();
        log
    }

    pub(crate) fn push(&mut self, leaf: Vec<u8>) {
        self.tree.push(leaf_hash(&leaf));
        self.leaves.push(leaf);
    }

    pub(crate) fn grow(&mut self, events: u64) {
        (0..events).for_each(|_| self.push(leaf(self.tree.size())));
    }

    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(ORIGIN, self.tree.size(), self.tree.root()).unwrap()
    }

    /// Signs the present state with the key in force.
    pub(crate) fn sign(&mut self) {
        self.sign_with(&[self.signers.len() - 1]);
    }

    pub(crate) fn sign_with(&mut self, keys: &[usize]) {
        let signers: Vec<&Signer> = keys.iter().map(|&it| &self.signers[it]).collect();
        let note = self.checkpoint().sign(&signers).unwrap();
        self.notes.insert(self.tree.size(), note);
    }

    /// Changes the key as a log does: the event, then a checkpoint signed by both.
    pub(crate) fn change_key(&mut self) {
        let old = self.signers.len() - 1;
        self.signers.push(signer(ORIGIN, u8::try_from(old + 2).unwrap()));
        self.push(key_changed(&self.verifier(old), &self.verifier(old + 1)));
        self.sign_with(&[old, old + 1]);
    }

    pub(crate) fn verifier(&self, key: usize) -> Verifier {
        self.signers[key].verifier().clone()
    }

    pub(crate) fn verifiers(&self) -> Vec<Verifier> {
        self.signers.iter().map(|it| it.verifier().clone()).collect()
    }

    pub(crate) fn header(&self) -> Export {
        let mut notes: Vec<Note> = self.notes.values().cloned().collect();
        let last = notes.pop().unwrap();
        Export::new(self.verifiers(), last, notes).unwrap()
    }

    /// The export, with one piece of evidence.
    pub(crate) fn export(&self) -> Vec<u8> {
        let mut writer = ExportWriter::begin(Vec::new(), &self.header()).unwrap();
        self.leaves.iter().for_each(|leaf| writer.leaf(leaf).unwrap());
        writer.evidence(&leaf_hash(b"evidence"), b"not really zstd").unwrap();
        writer.finish().unwrap()
    }
}

/// The leaf that changes a key.
pub(crate) fn key_changed(from: &Verifier, to: &Verifier) -> Vec<u8> {
    let envelope = r#""at":"2026-01-01T00:00:00Z","stream":"log","version":1"#;
    let event = format!(r#"{{"from":"{from}","to":"{to}"}}"#);
    format!(r#"{{"schema":2,"type":"KeyChanged",{envelope},"event":{event}}}"#).into_bytes()
}

pub(crate) fn inclusion_bundle(log: &Log, index: u64) -> Vec<u8> {
    let (size, note) = log.notes.last_key_value().unwrap();
    let proof = inclusion(&log.tree, index, *size).unwrap();
    let leaf = String::from_utf8(log.leaves[index as usize].clone()).unwrap();
    let mut bytes = Vec::new();
    Inclusion::new(index, leaf, proof, note.clone(), log.verifiers()).write(&mut bytes).unwrap();
    bytes
}

pub(crate) fn consistency_bundle(log: &Log, old: u64) -> Vec<u8> {
    let (size, note) = log.notes.last_key_value().unwrap();
    let proof = consistency(&log.tree, old, *size).unwrap();
    let bundle = Consistency::new(log.notes[&old].clone(), note.clone(), proof, log.verifiers());
    let mut bytes = Vec::new();
    bundle.write(&mut bytes).unwrap();
    bytes
}

pub(crate) fn grown_log() -> Log {
    let mut log = Log::new();
    for events in [0, 3, 4, 2] {
        log.grow(events);
        log.sign();
    }
    log
}
