//! Writing the letters of a campaign: what each vendor is told, as the log was when it mattered last.
//!
//! The same log, settings and policy write the same letter under the same name, whenever and however
//! often it is asked for: what is previewed is what is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::event::{About, LetterPrepared};
use domain::ids::{Sha256Digest, VendorId};
use post::Contact;
use reports::letters::answer::Talk;
use reports::letters::names::Names;
use reports::letters::vendor_letter::VendorLetter;
use reports::vendor::{Shares, VendorView};

use super::desk::Desk;
use super::guarded::Guarded;
use super::naming::form;
use super::parallel;
use super::quoting::Quoting;
use crate::exit::Exit;

/// A letter and to whom it goes.
pub(super) struct Written<'a> {
    pub(super) prepared: LetterPrepared,
    pub(super) letter: VendorLetter,
    pub(super) contact: &'a Contact,
}

/// A campaign as it was known at one position, and what each vendor may see of it.
struct Scene<'a> {
    guarded: &'a Guarded,
    known_at: u64,
    shares: Shares<'a>,
    quoting: Quoting,
    /// What earlier letters told, by their positions.
    before: BTreeMap<u64, (&'a Guarded, Shares<'a>)>,
}

impl Desk<'_> {
    /// The letters to these vendors, or to all; each as it stands in the log, if it was written before.
    pub(super) fn write(&self, only: Option<&VendorId>) -> Result<Vec<Written<'_>>, Exit> {
        self.write_at(self.known_at, |contact| {
            only.is_none_or(|it| contact.vendor.as_deref() == Some(it.as_str()))
        })
    }

    /// Letters that stand in the log, written again; in the order in which they are given.
    /// None for one that would say something else now than what was looked at.
    pub(super) fn write_again(
        &self,
        letters: &[LetterPrepared],
    ) -> Result<Vec<Option<Written<'_>>>, Exit> {
        let ages: BTreeSet<u64> = letters.iter().map(|it| it.known_at).collect();
        let mut written = BTreeMap::new();
        for known_at in ages {
            let of_age = letters.iter().filter(|it| it.known_at == known_at);
            let to: BTreeSet<&str> = of_age.map(|it| it.contact.as_str()).collect();
            for it in self.write_at(known_at, |contact| to.contains(contact.id.as_str()))? {
                written.insert((known_at, it.contact.id.clone()), it);
            }
        }
        let again = letters.iter().map(|letter| {
            let key = (letter.known_at, letter.contact.to_string());
            let same = written.remove(&key);
            let same = same.filter(|it| it.prepared.content_sha256 == letter.content_sha256);
            let same = same.filter(|it| it.prepared.form == letter.form);
            same.map(|it| Written { prepared: letter.clone(), ..it })
        });
        Ok(again.collect())
    }

    fn write_at(
        &self,
        known_at: u64,
        is_wanted: impl Fn(&Contact) -> bool,
    ) -> Result<Vec<Written<'_>>, Exit> {
        let vendors: BTreeSet<&str> = self.vendors().map(VendorId::as_str).collect();
        let of_campaign =
            |it: &&Contact| it.vendor.as_deref().is_some_and(|it| vendors.contains(it));
        let contacts = self.settings.contacts.iter().filter(of_campaign).filter(|it| is_wanted(it));
        let contacts: Vec<&Contact> = contacts.collect();
        let told = contacts.iter().filter_map(|it| self.last_to(it, known_at));
        let told: BTreeSet<u64> = told.map(|it| it.prepared.what.known_at).collect();
        let before = told.into_iter().map(|it| Ok((it, self.guarded(it)?)));
        let before: BTreeMap<u64, Arc<Guarded>> = before.collect::<Result<_, Exit>>()?;
        let now = self.guarded(known_at)?;
        let shares = |of| Shares::of(of, &self.policy);
        let scene = Scene {
            shares: shares(&now.record),
            quoting: Quoting::over(self.args, Names::of(&now.record.testbed))?,
            guarded: &now,
            known_at,
            before: before.iter().map(|(at, it)| (*at, (&**it, shares(&it.record)))).collect(),
        };
        let written = parallel::each(&contacts, |it| self.write_to(it, &scene))?;
        Ok(written.into_iter().flatten().collect())
    }

    /// The letter to one contact; none when its vendor had no part in the campaign then.
    fn write_to<'b>(
        &'b self,
        contact: &'b Contact,
        scene: &Scene<'_>,
    ) -> Result<Option<Written<'b>>, Exit> {
        let Some(vendor) = contact.vendor.as_deref().and_then(|it| it.parse().ok()) else {
            return Ok(None);
        };
        let Some(view) = view(scene.guarded, &scene.shares, &vendor) else { return Ok(None) };
        let proofs = scene.guarded.proofs.get(&vendor).map(Vec::as_slice).unwrap_or_default();
        let view = scene.quoting.quote(view, proofs);
        let last = self.last_to(contact, scene.known_at).map(|it| &it.prepared.what);
        let told = last.and_then(|it| scene.before.get(&it.known_at));
        let told = told.and_then(|(guarded, shares)| self::view(guarded, shares, &vendor));
        let known = &scene.guarded.known;
        let talk = Talk { answers: &known.answers, letters: &known.letters };
        let setting = self.setting(contact, known);
        let letter = VendorLetter::new(view, told.as_ref(), &talk, setting);
        let follows = last.map(|it| it.letter.clone());
        let written = self.written(letter, contact, scene.known_at)?;
        let prepared = LetterPrepared { follows, ..written.prepared };
        Ok(Some(Written { prepared, ..written }))
    }

    fn written<'b>(
        &'b self,
        letter: VendorLetter,
        contact: &'b Contact,
        known_at: u64,
    ) -> Result<Written<'b>, Exit> {
        let content = letter.json().map_err(|error| Exit::Lab(error.into()))?;
        let content_sha256 = Sha256Digest::of(content.as_bytes());
        let vendor = letter.results.vendor.clone();
        let prepared = LetterPrepared {
            letter: self.named(&vendor, contact, content_sha256)?,
            about: About::Results { campaign: self.campaign.clone(), vendor },
            contact: contact.id.parse().map_err(Exit::usage)?,
            form: form(contact),
            policy: self.policy.label(),
            policy_sha256: self.policy_sha256,
            known_at,
            follows: None,
            content_sha256,
            content_bytes: content.len() as u64,
            by: self.writing.by.by.clone(),
        };
        Ok(Written { prepared, letter, contact })
    }
}

/// What a vendor may see of a campaign: of a cell what the public is told of it.
fn view(guarded: &Guarded, shares: &Shares<'_>, vendor: &VendorId) -> Option<VendorView> {
    shares.view(vendor).map(|it| it.without(&guarded.hidden))
}
