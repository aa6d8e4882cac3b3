//! Which key was in force when, and whether each follows from the one before.

use domain::event::{Event, KeyChanged};
use ledger::{Note, NoteError, Verifier};
use memchr::memmem;

use super::{Part, Problems};
use crate::schema;

/// Where the type of an event stands in its leaf, at the latest, in bytes.
const TYPE_WITHIN: usize = 64;

/// Whether a leaf may be a change of the key; to ask costs next to nothing.
pub(in crate::disk) fn may_change_key(leaf: &[u8]) -> bool {
    let beginning = &leaf[..leaf.len().min(TYPE_WITHIN)];
    memmem::find(beginning, b"\"type\":\"KeyChanged\"").is_some()
}

/// The keys of a log while its events are walked through.
pub(super) struct Chain<'a> {
    /// Those in force so far, the oldest first; the last is in force.
    pub(super) keys: Vec<Verifier>,
    changes: Vec<Change>,
    trusted: &'a [Verifier],
}

/// A change of the key.
struct Change {
    position: u64,
    /// Whether both keys, or the new one alone, have signed the log as it was then.
    signed: Signed,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Signed {
    Nobody,
    New,
    Both,
}

impl<'a> Chain<'a> {
    /// The first key stands in the log's own list.
    pub(super) fn new(listed: &[Verifier], trusted: &'a [Verifier]) -> Self {
        Self { keys: listed.iter().take(1).cloned().collect(), changes: Vec::new(), trusted }
    }

    /// Follows a change of the key.
    pub(super) fn see(&mut self, position: u64, leaf: &[u8], problems: &mut Problems) {
        match schema::decode(position, leaf).map(|it| it.event) {
            Ok(Event::KeyChanged(change)) => self.change(position, &change, problems),
            Ok(_) => {}
            Err(error) => problems.add_error(Part::Keys, &error),
        }
    }

    fn change(&mut self, position: u64, change: &KeyChanged, problems: &mut Problems) {
        let before = self.keys.last();
        let at = vec![position];
        let Ok(to) = change.to.parse::<Verifier>() else {
            problems.add(Part::Keys, at, format!("event {position} changes to what is no key"));
            return;
        };
        if before.is_none_or(|it| it.to_string() != change.from || it.name() != to.name()) {
            let label = to.label();
            let words = format!(
                "event {position} changes the key to {label}, but not from the one in force"
            );
            problems.add(Part::Keys, at, words);
        }
        self.keys.push(to);
        self.changes.push(Change { position, signed: Signed::Nobody });
    }

    /// Checks who has signed what was said about the first `size` events. The newest key must have
    /// signed a checkpoint; the head right behind a change may still be signed by the old one.
    pub(super) fn check(&mut self, size: u64, note: &Note, must: bool) -> Result<(), String> {
        let told = |error: NoteError| error.to_string();
        let signers = note.verify(&self.keys).map_err(told)?;
        if signers.len() < note.signatures().len() {
            return Err("a signature is of none of the log's keys".to_owned());
        }
        let mut newest_first = self.keys.iter().rev().map(|key| signers.contains(&key));
        let (by_new, by_old) = (newest_first.next(), newest_first.next() == Some(true));
        let changed = self.changes.last_mut().filter(|it| it.position + 1 == size);
        let behind_change = changed.is_some();
        if let Some(change) = changed.filter(|_| by_new == Some(true)) {
            let signed = if by_old { Signed::Both } else { Signed::New };
            change.signed = change.signed.max(signed);
        }
        if by_new == Some(true) || by_old && behind_change && !must {
            Ok(())
        } else {
            Err("the key that was in force has not signed it".to_owned())
        }
    }

    /// Tells what does not hold together. Returns the positions of the changes that the key before
    /// has not signed, and the oldest key from which everything that follows is proven. A change
    /// that is under way is finished when the log is opened.
    pub(super) fn finish(
        &self,
        listed: &[Verifier],
        under_way: bool,
        problems: &mut Problems,
    ) -> (Vec<u64>, Option<Verifier>) {
        let newer = usize::from(under_way && self.keys.len() == listed.len() + 1);
        let proven = &self.keys[..self.keys.len() - newer];
        // Where a key was lost, the new one is in place before the change is recorded.
        let early = usize::from(under_way && listed.len() == self.keys.len() + 1);
        let listed = &listed[..listed.len() - early];
        if listed != proven {
            let (listed, proven) = (listed.len(), proven.len());
            let words = format!(
                "keys/verifiers lists {listed} keys, the events prove {proven}: these must be the same"
            );
            problems.add(Part::Keys, Vec::new(), words);
        }
        let changes = self.changes.iter().take(proven.len().saturating_sub(1));
        let unproven = |(index, change): (usize, &Change)| {
            (change.signed != Signed::Both).then_some((index + 1, change.position))
        };
        let unproven: Vec<_> = changes.enumerate().filter_map(unproven).collect();
        self.check_trust(unproven.last().copied(), problems);
        let anchor = unproven.last().map_or(0, |(index, _)| *index);
        let positions = unproven.into_iter().map(|(_, position)| position).collect();
        (positions, self.keys.get(anchor).cloned())
    }

    /// Whoever trusts a key can trust those that follow from it, up to a change that it has not
    /// signed: the index of that new key and the position of the change.
    fn check_trust(&self, unproven: Option<(usize, u64)>, problems: &mut Problems) {
        let is_trusted = |keys: &[Verifier]| keys.iter().any(|key| self.trusted.contains(key));
        let (anchor, position) = unproven.unwrap_or_default();
        if self.trusted.is_empty() || is_trusted(&self.keys[anchor..]) {
            return;
        }
        let words = if is_trusted(&self.keys) {
            format!(
                "event {position} changes the key, the key before it has not signed that, and no \
                 trusted key comes after it: get the newer key from the log's operator, and ask why"
            )
        } else {
            let keys: Vec<_> = self.keys.iter().map(Verifier::label).collect();
            format!("the log signs with {}, and that is no trusted key", keys.join(", "))
        };
        problems.add(Part::Keys, Vec::new(), words);
    }
}
