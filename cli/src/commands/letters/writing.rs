//! Writing the letters of a campaign: what each vendor is told, as the log was when it mattered last.
//!
//! The same log, settings and policy write the same letter under the same name, whenever and however
//! often it is asked for: what is previewed is what is sent.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use domain::event::{About, LetterPrepared};
use domain::ids::{CampaignId, LetterId, Sha256Digest, VendorId};
use domain::policy::Policy;
use post::{Contact, Settings};
use reports::letters::answer::Talk;
use reports::letters::disclosing::{Addressed, Disclosing};
use reports::letters::excerpt::{Read, wanted};
use reports::letters::setting::LetterSetting;
use reports::letters::vendor_letter::VendorLetter;
use reports::public::PublicView;
use reports::vendor::VendorView;
use reports::viewpoint::Viewpoint;

use super::super::chronicle;
use super::super::seen::Seen;
use super::guarded::Guarded;
use super::known::Known;
use super::naming::form;
use super::place::Place;
use crate::args::{Args, Past, Writing};
use crate::exit::Exit;
use crate::{opening, settings};

/// Largest proof that is read to be quoted, in bytes.
const LARGEST_PROOF: u64 = 1 << 20;

/// A letter and to whom it goes.
pub(super) struct Written<'a> {
    pub(super) prepared: LetterPrepared,
    pub(super) letter: VendorLetter,
    pub(super) contact: &'a Contact,
}

/// What letters of one campaign are written from.
pub(super) struct Desk<'a> {
    args: &'a Args,
    writing: &'a Writing,
    pub(super) campaign: CampaignId,
    pub(super) policy: Policy,
    pub(super) settings: Settings,
    /// What is known now.
    pub(super) known: Known,
    url: Option<String>,
    known_at: u64,
    names: BTreeMap<VendorId, String>,
}

impl<'a> Desk<'a> {
    /// Everything about a campaign that letters need.
    pub(super) fn open(
        args: &'a Args,
        (writing, place): (&'a Writing, &Place),
        campaign: &CampaignId,
    ) -> Result<Self, Exit> {
        let policy = settings::policy(args.policy.as_deref())?;
        let known = Known::read(args, Some(campaign))?;
        let known_at = known.last.ok_or_else(|| no_campaign(campaign))?;
        let record = record(args, &policy, (campaign, known_at))?;
        let names: BTreeMap<_, _> =
            record.testbed.vendors.iter().map(|it| (it.id.clone(), it.name.clone())).collect();
        let vendors: Vec<&str> = names.keys().map(VendorId::as_str).collect();
        let settings = super::contacts::settings(args, writing, &vendors)?;
        let url = writing.public_url.clone().or_else(|| place.url().map(ToOwned::to_owned));
        let campaign = campaign.clone();
        Ok(Self { args, writing, campaign, policy, settings, known, url, known_at, names })
    }

    /// Every vendor of the campaign.
    pub(super) fn vendors(&self) -> impl Iterator<Item = &VendorId> {
        self.names.keys()
    }

    /// Vendors of the campaign whom nobody can write to.
    pub(super) fn without_contact(&self) -> Vec<&VendorId> {
        let is_known = |id: &&VendorId| {
            self.settings.contacts.iter().any(|it| it.vendor.as_deref() == Some(id.as_str()))
        };
        self.names.keys().filter(|it| !is_known(it)).collect()
    }

    /// Whether the settings know somebody by this name.
    pub(super) fn has_contact(&self, id: &str) -> bool {
        self.settings.contacts.iter().any(|it| it.id == id)
    }

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
        let of_campaign = |it: &&Contact| {
            let vendor = it.vendor.as_deref();
            self.names.keys().any(|known| Some(known.as_str()) == vendor)
        };
        let contacts = self.settings.contacts.iter().filter(of_campaign).filter(|it| is_wanted(it));
        let contacts: Vec<&Contact> = contacts.collect();
        let views = self.views(known_at, true)?;
        let known = Known::at(self.args, Some(&self.campaign), Some(known_at))?;
        let mut before = BTreeMap::new();
        let mut written = Vec::new();
        for contact in contacts {
            let Some(view) = contact.vendor.as_deref().and_then(|it| views.get(it)) else {
                continue;
            };
            let last = self.last_to(contact, known_at);
            if let Some(last) = last {
                let at = last.prepared.what.known_at;
                if let Entry::Vacant(place) = before.entry(at) {
                    place.insert(self.views(at, false)?);
                }
            }
            let told = last.and_then(|it| before.get(&it.prepared.what.known_at));
            let told = told.and_then(|it| it.get(view.vendor.as_str()));
            let talk = Talk { answers: &known.answers, letters: &known.letters };
            let letter =
                VendorLetter::new(view.clone(), told, &talk, self.setting(contact, &known));
            let follows = last.map(|it| it.prepared.what.letter.clone());
            written.push(self.written(letter, contact, (known_at, follows))?);
        }
        Ok(written)
    }

    fn written<'b>(
        &'b self,
        letter: VendorLetter,
        contact: &'b Contact,
        (known_at, follows): (u64, Option<LetterId>),
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
            policy_sha256: self.policy.digest(),
            known_at,
            follows,
            content_sha256,
            content_bytes: content.len() as u64,
            by: self.writing.by.by.clone(),
        };
        Ok(Written { prepared, letter, contact })
    }

    fn guarded(&self, known_at: u64) -> Result<Guarded, Exit> {
        let about = (&self.campaign, known_at, self.writing.fewest_tools);
        Guarded::read(self.args, &self.policy, about)
    }

    /// Who would be told what by these letters, and what everybody would be.
    pub(super) fn disclosing(&self, written: &[Written<'_>]) -> Result<Disclosing, Exit> {
        let guarded = self.guarded(self.known_at)?;
        let past = Past { as_of: None, known_at: Some(self.known_at) };
        let seen = Seen::open(self.args, past)?;
        let campaign = seen.pick(Some(&self.campaign))?.clone().without(&guarded.hidden);
        let waivers = seen.waivers();
        let view = PublicView::from(&seen.judged(&campaign, &waivers));
        let addressed = written.iter().map(|it| Addressed {
            contact: &it.prepared.contact,
            form: it.prepared.form,
            letter: &it.letter,
        });
        let addressed: Vec<Addressed<'_>> = addressed.collect();
        let Guarded { record, earlier, guard, .. } = &guarded;
        Ok(Disclosing::new(&view, record, earlier.as_ref(), *guard, &addressed))
    }

    /// What each vendor may see of the campaign, as it was known then.
    fn views(
        &self,
        known_at: u64,
        with_proofs: bool,
    ) -> Result<BTreeMap<String, VendorView>, Exit> {
        let Guarded { record, hidden, .. } = self.guarded(known_at)?;
        let vendors = record.testbed.vendors.iter();
        let views = vendors.filter_map(|it| VendorView::of(&record, &self.policy, &it.id));
        let views: Vec<VendorView> = views.map(|it| it.without(&hidden)).collect();
        let views = if with_proofs { self.quoting(views, known_at)? } else { views };
        Ok(views.into_iter().map(|it| (it.vendor.to_string(), it)).collect())
    }

    /// The same with the ends of proofs.
    fn quoting(&self, views: Vec<VendorView>, known_at: u64) -> Result<Vec<VendorView>, Exit> {
        let seen = Seen::open(self.args, Past { as_of: None, known_at: Some(known_at) })?;
        let campaign = seen.pick(Some(&self.campaign))?;
        let waivers = seen.waivers();
        let judged = seen.judged(campaign, &waivers);
        let blobs = opening::evidence(self.args)?;
        let quote = |view: VendorView| {
            let mut read = Read::new();
            for proof in wanted(&judged, &view.vendor) {
                // A proof that is gone is not quoted; that it is gone is told by `log verify`.
                let found = blobs.get(proof.sha256).ok();
                let found = found.filter(|it| it.len() as u64 <= LARGEST_PROOF);
                read.extend(
                    found.map(|it| (proof.sha256, String::from_utf8_lossy(&it).into_owned())),
                );
            }
            view.with_excerpts(&judged, &read)
        };
        Ok(views.into_iter().map(quote).collect())
    }

    fn setting(&self, contact: &Contact, known: &Known) -> LetterSetting {
        let from = &self.settings.from;
        let organisation = from.name.as_ref().map_or("Portolan", |it| it.as_str()).to_owned();
        let vendor = contact.vendor.as_deref().unwrap_or_default();
        let page = match &self.url {
            Some(url) => format!("{}/vendors/{vendor}", url.trim_end_matches('/')),
            None => "your own page: ask us for a link to it".to_owned(),
        };
        let until = known.letters.embargo(&self.campaign).map(|it| it.what.until);
        LetterSetting { organisation, contact: contact.id.clone(), page, until }
    }
}

fn record(
    args: &Args,
    policy: &Policy,
    (campaign, known_at): (&CampaignId, u64),
) -> Result<reports::chronicle::CampaignRecord, Exit> {
    let viewpoint = Viewpoint { known_at: Some(known_at), ..Viewpoint::default() };
    let chronicle = chronicle(args, policy.clone(), viewpoint)?;
    let record = chronicle.record(campaign, &chronicle.in_force());
    record.ok_or_else(|| no_campaign(campaign))
}

pub(super) fn no_campaign(campaign: &CampaignId) -> Exit {
    Exit::usage(format!("there is no campaign `{campaign}`: portolan matrix names the last one"))
}
