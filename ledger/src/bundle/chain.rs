//! Which key is in force, and how one follows from another.
//!
//! An event of type `KeyChanged` at position p names the old and the new key. Checkpoints of a size
//! up to p are signed by the old key, the checkpoint of size p + 1 by both, later ones by the new
//! key. Where the old key's signature is missing, because that key was lost, the change rests on
//! nothing but the new key's own word: whoever trusts an older key can trust nothing after it, and
//! must have the new key from elsewhere.

use serde::Deserialize;

use crate::bundle::chain_error::ChainError;
use crate::bundle::error::BundleError;
use crate::bundle::signed::signers;
use crate::note::Note;
use crate::verifier::Verifier;

/// The keys of a log while its events are walked through.
pub(crate) struct KeyChain {
    origin: String,
    /// Those in force so far; never empty, the last one is in force.
    keys: Vec<Verifier>,
    /// Position of a change that no checkpoint with both signatures has been seen for yet.
    unwitnessed: Option<u64>,
    /// Positions of the changes that the old key has not signed.
    unproven: Vec<u64>,
    /// Index of the oldest key from which all that follows is proven.
    anchor: usize,
}

impl KeyChain {
    pub(crate) fn new(origin: &str, first: &Verifier) -> Result<Self, ChainError> {
        check_name(origin, first)?;
        let (origin, keys) = (origin.to_owned(), vec![first.clone()]);
        Ok(Self { origin, keys, unwitnessed: None, unproven: Vec::new(), anchor: 0 })
    }

    /// The keys of which each one proves everything up to the end.
    pub(crate) fn anchors(&self) -> &[Verifier] {
        &self.keys[self.anchor..]
    }

    /// Positions of the changes that the old key has not signed.
    pub(crate) fn unproven(&self) -> &[u64] {
        &self.unproven
    }

    /// The newest key rests on its own word alone.
    fn break_at(&mut self, position: u64) {
        self.unproven.push(position);
        self.anchor = self.keys.len() - 1;
    }

    /// The keys proven so far, oldest first.
    pub(crate) fn keys(&self) -> &[Verifier] {
        &self.keys
    }

    /// Looks at the event at a position; most are of another type, which costs next to nothing.
    pub(crate) fn see(&mut self, position: u64, leaf: &[u8]) -> Result<(), ChainError> {
        if !says_key_changed(leaf) {
            return Ok(());
        }
        let change = parse(leaf).map_err(|it| unreadable(position, &it))?;
        self.change(position, change)
    }

    fn change(&mut self, position: u64, Change { from, to }: Change) -> Result<(), ChainError> {
        if let Some(position) = self.unwitnessed.take() {
            self.break_at(position);
        }
        check_name(&self.origin, &to)?;
        if self.keys.last() != Some(&from) || from == to {
            let in_force = self.keys.last().map(Verifier::label).unwrap_or_default();
            let (from, to) = (from.label(), to.label());
            return Err(ChainError::WrongKey { position, from, to, in_force });
        }
        self.keys.push(to);
        self.unwitnessed = Some(position);
        Ok(())
    }

    /// Checks the signatures of the checkpoint of the events seen so far: `size` of them.
    /// Returns who of the keys in force has signed.
    pub(crate) fn check(&mut self, size: u64, note: &Note) -> Result<Vec<Verifier>, BundleError> {
        let changed = self.unwitnessed.take();
        let fresh = changed.is_some_and(|position| position + 1 == size);
        let in_force = &self.keys[self.keys.len().saturating_sub(if fresh { 2 } else { 1 })..];
        let signed = signers(note, in_force, size)?;
        if let Some(newest) = in_force.last().filter(|key| !signed.contains(key)) {
            return Err(ChainError::Unsigned { size, key: newest.label() }.into());
        }
        if let Some(position) = changed.filter(|_| signed.len() < 2) {
            self.break_at(position);
        }
        Ok(signed)
    }
}

/// The two keys of a change.
#[derive(Deserialize)]
struct Change {
    from: Verifier,
    to: Verifier,
}

/// Whether the leaf begins `{"schema":N,"type":"KeyChanged",`, as the log writes it. A change that
/// is spelled otherwise is none, and its new key is not accepted.
fn says_key_changed(leaf: &[u8]) -> bool {
    let rest = leaf.strip_prefix(b"{\"schema\":").unwrap_or_default();
    let digits = rest.iter().take_while(|it| it.is_ascii_digit()).count();
    rest[digits..].starts_with(b",\"type\":\"KeyChanged\",")
}

fn parse(leaf: &[u8]) -> serde_json::Result<Change> {
    #[derive(Deserialize)]
    struct Leaf {
        event: Change,
    }
    serde_json::from_slice(leaf).map(|Leaf { event }| event)
}

fn unreadable(position: u64, error: &serde_json::Error) -> ChainError {
    ChainError::Unreadable { position, reason: error.to_string() }
}

fn check_name(origin: &str, key: &Verifier) -> Result<(), ChainError> {
    if key.name() == origin {
        return Ok(());
    }
    Err(ChainError::OtherName { key: key.label(), origin: origin.to_owned() })
}
