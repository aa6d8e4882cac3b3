//! What letters are called, and which of them are to the same reader.

use domain::event::{LetterForm, LetterPrepared};
use domain::ids::{LetterId, Sha256Digest, VendorId};
use domain::letter::Letter;
use post::{Contact, Results};

use super::desk::Desk;
use crate::exit::Exit;

impl Desk<'_> {
    /// The name of a letter. What was written before, and never sent, takes a new name when something
    /// else was written since: what was written last is what is sent.
    pub(super) fn named(
        &self,
        vendor: &VendorId,
        contact: &Contact,
        content: Sha256Digest,
    ) -> Result<LetterId, Exit> {
        let name = name(vendor, contact, content)?;
        let last = self.letters_to(contact).max_by_key(|it| it.prepared.position);
        let last = last.map(|it| &it.prepared.what);
        let is_same =
            |it: &&LetterPrepared| it.content_sha256 == content && it.form == form(contact);
        let before = self.known.letters.letter(&name);
        match (last.filter(is_same), before.filter(|it| it.sent.is_none())) {
            (Some(last), _) => Ok(last.letter.clone()),
            (None, Some(before)) => self.once_more(before),
            (None, None) => Ok(name),
        }
    }

    /// The next name of a letter that is written once more.
    pub(super) fn once_more(&self, letter: &Letter) -> Result<LetterId, Exit> {
        let before = &letter.prepared.what;
        let number = self.known.letters.letters().filter(|it| {
            it.prepared.what.content_sha256 == before.content_sha256
                && it.prepared.what.contact == before.contact
        });
        format!("{:.56}.{}", before.letter, number.count() + 1).parse().map_err(Exit::usage)
    }

    /// The last letter to this contact about this campaign that was sent, and told of less.
    pub(super) fn last_to(&self, contact: &Contact, known_at: u64) -> Option<&Letter> {
        let letters = self.letters_to(contact);
        let letters =
            letters.filter(|it| it.sent.is_some() && it.prepared.what.known_at < known_at);
        letters.max_by_key(|it| it.prepared.what.known_at)
    }
}

/// What the policy and the contact make of a letter.
pub(super) fn form(contact: &Contact) -> LetterForm {
    match (contact.results, &contact.certificate) {
        (Results::Link, _) => LetterForm::Link,
        (Results::Mail, Some(_)) => LetterForm::Encrypted,
        (Results::Mail, None) => LetterForm::Plain,
    }
}

/// The name of a letter: of whom it is to, in which form, and of what it says.
fn name(vendor: &VendorId, contact: &Contact, content: Sha256Digest) -> Result<LetterId, Exit> {
    let form = form(contact);
    let digest = Sha256Digest::of(format!("{}\n{form:?}\n{content}", contact.id).as_bytes());
    format!("{vendor:.40}-{:.16}", digest.to_string()).parse().map_err(Exit::usage)
}
