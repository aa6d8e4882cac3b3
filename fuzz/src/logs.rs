//! Logs in memory, their keys and what was signed of them: nothing else can be vouched for.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ledger::bundle::{Consistency, Export, ExportWriter, Inclusion};
use ledger::{
    Checkpoint, Hash, MemoryTiles, Note, Signer, TlogProof, Verifier, consistency, inclusion,
    leaf_hash,
};

/// A log that has changed its key, one whose first key was lost, and one that nobody trusts.
pub static LOGS: LazyLock<[Log; 3]> = LazyLock::new(|| {
    [
        Log::of("log.example", [1, 2], true),
        Log::of("lost.example", [3, 4], false),
        Log::of("other.example", [5, 6], true),
    ]
});

/// Sizes at which each log was signed; the key changes with the event before the third.
const SIGNED_AT: [u64; 4] = [0, 3, 7, 10];

/// A log with two keys.
#[derive(Debug)]
pub struct Log {
    tree: MemoryTiles,
    /// Every leaf, in order.
    pub leaves: Vec<Vec<u8>>,
    /// The first key and the second.
    signers: [Signer; 2],
    /// What was signed, by size.
    pub notes: BTreeMap<u64, Note>,
}

impl Log {
    fn of(origin: &str, seeds: [u8; 2], both_sign: bool) -> Self {
        let signers = seeds.map(|it| Signer::from_seed(origin, &[it; 32]).expect("a name"));
        let (tree, leaves, notes) = (MemoryTiles::new(), Vec::new(), BTreeMap::new());
        let mut log = Self { tree, leaves, signers, notes };
        for size in SIGNED_AT {
            while log.tree.size() < size {
                let leaf = log.next_leaf();
                log.tree.push(leaf_hash(&leaf));
                log.leaves.push(leaf);
            }
            let [old, new] = &log.signers;
            let signers: &[&Signer] = match size {
                ..7 => &[old],
                7 if both_sign => &[old, new],
                7.. => &[new],
            };
            let checkpoint = Checkpoint::new(origin, size, log.tree.root()).expect("a name");
            log.notes.insert(size, checkpoint.sign(signers).expect("a signer"));
        }
        log
    }

    fn next_leaf(&self) -> Vec<u8> {
        let position = self.tree.size();
        let (kind, event) = match position {
            6 => {
                let [from, to] = self.signers.each_ref().map(Signer::verifier);
                ("KeyChanged", format!("{{\"from\":\"{from}\",\"to\":\"{to}\"}}"))
            }
            _ => ("CampaignResumed", "{\"campaign\":\"harbour\"}".to_owned()),
        };
        format!(
            "{{\"schema\":2,\"type\":\"{kind}\",\"at\":\"2026-11-23T08:30:00Z\",\"stream\":\"log\",\
             \"version\":{position},\"command\":\"82da876d-1775-527b-9a16-87c95d831cdf\",\
             \"event\":{event}}}"
        )
        .into_bytes()
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.signers[0].verifier().name()
    }

    /// The first key and the second.
    #[must_use]
    pub fn verifiers(&self) -> Vec<Verifier> {
        self.signers.each_ref().map(|it| it.verifier().clone()).into()
    }

    /// The secret keys, for seeds: they are no secret.
    #[must_use]
    pub fn signers(&self) -> &[Signer] {
        &self.signers
    }

    /// Whether a key of this log has signed this text.
    #[must_use]
    pub fn has_signed(&self, text: &str) -> bool {
        self.notes.values().any(|note| note.text() == text)
    }

    /// Whether this key has vouched for the tree of this size and root: by its signature, or by
    /// having signed the change to the key that did.
    #[must_use]
    pub fn vouches(&self, key: &Verifier, size: u64, root: Hash) -> bool {
        let [old, new] = self.signers.each_ref().map(Signer::verifier);
        let handed_on = self.notes[&7].signatures().len() == 2;
        let within = (key == old && (handed_on || size < 7)) || key == new;
        let of_it = |note: &Note| note.text().parse().ok().map(|it: Checkpoint| it.root());
        within && self.notes.get(&size).and_then(of_it) == Some(root)
    }

    /// The bundle of a leaf.
    #[must_use]
    pub fn inclusion(&self, index: u64) -> Vec<u8> {
        let TlogProof { proof, checkpoint, .. } = self.tlog_proof(index);
        let at = usize::try_from(index).expect("a small log");
        let leaf = String::from_utf8(self.leaves[at].clone()).expect("JSON");
        let mut bytes = Vec::new();
        let bundle = Inclusion::new(index, leaf, proof, checkpoint, self.verifiers());
        bundle.write(&mut bytes).expect("memory");
        bytes
    }

    /// The proof of a leaf in the common form.
    #[must_use]
    pub fn tlog_proof(&self, index: u64) -> TlogProof {
        let proof = inclusion(&self.tree, index, 10).expect("all tiles");
        TlogProof { extra: None, index, proof, checkpoint: self.notes[&10].clone() }
    }

    /// The bundle of two states.
    #[must_use]
    pub fn consistency(&self, old: u64, new: u64) -> Vec<u8> {
        let proof = consistency(&self.tree, old, new).expect("all tiles");
        let [old, new] = [old, new].map(|size| self.notes[&size].clone());
        let mut bytes = Vec::new();
        let bundle = Consistency::new(old, new, proof, self.verifiers());
        bundle.write(&mut bytes).expect("memory");
        bytes
    }

    /// The export up to a size.
    #[must_use]
    pub fn export(&self, size: u64) -> Vec<u8> {
        let mut notes: Vec<Note> = self.notes.range(..=size).map(|(_, it)| it.clone()).collect();
        let last = notes.pop().expect("it was signed");
        let keys = if size < 7 { 1 } else { 2 };
        let keys = self.verifiers().into_iter().take(keys).collect();
        let header = Export::new(keys, last, notes).expect("checkpoints");
        let mut writer = ExportWriter::begin(Vec::new(), &header).expect("memory");
        for leaf in self.leaves.iter().zip(0..size).map(|(leaf, _)| leaf) {
            writer.leaf(leaf).expect("a leaf");
        }
        writer.evidence(&leaf_hash(b"evidence"), b"not really zstd").expect("memory");
        writer.finish().expect("all events")
    }
}
