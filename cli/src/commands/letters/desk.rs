//! What letters of one campaign are written from: the log, read once, the settings, and the policy.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use domain::event::About;
use domain::ids::{CampaignId, LetterId, Sha256Digest, VendorId};
use domain::letter::Letter;
use domain::policy::Policy;
use post::{Contact, Settings};
use reports::letters::setting::LetterSetting;

use super::guarded::Guarded;
use super::known::Known;
use super::place::Place;
use super::reading::Reading;
use crate::args::{Args, Writing};
use crate::exit::Exit;
use crate::settings;

/// What letters of one campaign are written from.
pub(super) struct Desk<'a> {
    pub(super) args: &'a Args,
    pub(super) writing: &'a Writing,
    pub(super) campaign: CampaignId,
    pub(super) policy: Policy,
    pub(super) policy_sha256: Sha256Digest,
    pub(super) settings: Settings,
    /// What is known now.
    pub(super) known: Known,
    /// The last position that a letter written now tells of.
    pub(super) known_at: u64,
    url: Option<String>,
    /// The vendors of the campaign.
    vendors: Vec<VendorId>,
    /// Letters about the campaign, by the contacts that they are to.
    letters: BTreeMap<String, Vec<LetterId>>,
    reading: Reading,
    /// The campaign as it was known at other positions, as far as that was asked.
    guarded: Mutex<BTreeMap<u64, Arc<Guarded>>>,
}

impl<'a> Desk<'a> {
    /// Everything about a campaign that letters need.
    pub(super) fn open(
        args: &'a Args,
        (writing, place): (&'a Writing, &Place),
        campaign: &CampaignId,
    ) -> Result<Self, Exit> {
        let policy = settings::policy(args.policy.as_deref())?;
        let reading = Reading::of(args, &policy, campaign, None)?;
        let known = reading.known(None);
        let known_at = reading.last().ok_or_else(|| no_campaign(campaign))?;
        let record = reading.record().ok_or_else(|| no_campaign(campaign))?;
        let vendors: Vec<VendorId> =
            record.testbed.vendors.iter().map(|it| it.id.clone()).collect();
        let names: Vec<&str> = vendors.iter().map(VendorId::as_str).collect();
        let settings = super::contacts::settings(args, writing, &names)?;
        let url = writing.public_url.clone().or_else(|| place.url().map(ToOwned::to_owned));
        let campaign = campaign.clone();
        let letters = by_contact(&known, &campaign);
        let guarded = Mutex::default();
        Ok(Self {
            args,
            writing,
            campaign,
            policy_sha256: policy.digest(),
            policy,
            settings,
            known,
            known_at,
            url,
            vendors,
            letters,
            reading,
            guarded,
        })
    }

    /// Every vendor of the campaign.
    pub(super) fn vendors(&self) -> impl Iterator<Item = &VendorId> {
        self.vendors.iter()
    }

    /// Vendors of the campaign whom nobody can write to.
    pub(super) fn without_contact(&self) -> Vec<&VendorId> {
        let contacts = self.settings.contacts.iter();
        let known: BTreeSet<&str> = contacts.filter_map(|it| it.vendor.as_deref()).collect();
        self.vendors.iter().filter(|it| !known.contains(it.as_str())).collect()
    }

    /// Whether the settings know somebody by this name.
    pub(super) fn has_contact(&self, id: &str) -> bool {
        self.settings.contacts.iter().any(|it| it.id == id)
    }

    /// Every letter about the campaign to this contact.
    pub(super) fn letters_to(&self, contact: &Contact) -> impl Iterator<Item = &Letter> {
        let ids = self.letters.get(&contact.id).into_iter().flatten();
        ids.filter_map(|it| self.known.letters.letter(it))
    }

    /// The campaign as it was known at a position, beside what was public; read once.
    pub(super) fn guarded(&self, known_at: u64) -> Result<Arc<Guarded>, Exit> {
        let mut all = self.guarded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = all.get(&known_at) {
            return Ok(Arc::clone(found));
        }
        let about = (&self.campaign, known_at, self.writing.fewest_tools);
        let made = if self.reading.is_as_at(known_at) {
            Guarded::at(&self.reading, about)?
        } else {
            let then = Reading::of(self.args, &self.policy, &self.campaign, Some(known_at))?;
            Guarded::at(&then, about)?
        };
        let made = Arc::new(made);
        all.insert(known_at, Arc::clone(&made));
        Ok(made)
    }

    /// What a letter to this contact is told with.
    pub(super) fn setting(&self, contact: &Contact, known: &Known) -> LetterSetting {
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

fn by_contact(known: &Known, campaign: &CampaignId) -> BTreeMap<String, Vec<LetterId>> {
    let mut found: BTreeMap<String, Vec<LetterId>> = BTreeMap::new();
    for it in known.letters.letters() {
        let what = &it.prepared.what;
        match &what.about {
            About::Results { campaign: of, .. } if of == campaign => {
                found.entry(what.contact.to_string()).or_default().push(what.letter.clone());
            }
            About::Results { .. } | About::Digest { .. } => {}
        }
    }
    found
}

pub(super) fn no_campaign(campaign: &CampaignId) -> Exit {
    Exit::usage(format!("there is no campaign `{campaign}`: portolan matrix names the last one"))
}
