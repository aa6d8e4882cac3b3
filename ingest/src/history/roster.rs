//! Where the rows of a file are gathered: into campaigns, or into the list of what is wrong.

use std::collections::BTreeMap;

use domain::ids::CampaignId;

use super::draft::Draft;
use super::names::Names;
use super::rejected::{Rejected, Rejections};
use super::row::Row;
use super::{Defaults, ForeignCampaign};

/// Most campaigns of one file.
const MOST_CAMPAIGNS: usize = 1000;

/// Where the rows of a file are gathered.
#[derive(Debug)]
pub(super) struct Roster<'a> {
    /// What the call says about the whole file.
    pub(super) defaults: &'a Defaults,
    origin: &'static str,
    name: &'a str,
    /// Campaigns in the order of the file, each with the file's word for it, if there is one.
    drafts: Vec<(Option<String>, Draft)>,
    places: BTreeMap<Option<String>, usize>,
    rejections: Rejections,
}

impl<'a> Roster<'a> {
    pub(super) fn new(origin: &'static str, name: &'a str, defaults: &'a Defaults) -> Self {
        let (drafts, places) = (Vec::new(), BTreeMap::new());
        Self { defaults, origin, name, drafts, places, rejections: Rejections::default() }
    }

    /// Notes a row that cannot be read.
    pub(super) fn reject(&mut self, line: u64, reason: impl Into<String>) {
        self.rejections.add(line, reason);
    }

    /// Takes a row, or notes what is wrong with the one of this line.
    pub(super) fn take(&mut self, line: u64, row: Result<Row, String>) {
        if let Err(reason) = row.and_then(|row| self.place(row)) {
            self.reject(line, reason);
        }
    }

    fn place(&mut self, row: Row) -> Result<(), String> {
        let place = match self.places.get(&row.campaign) {
            Some(place) => *place,
            None if self.drafts.len() == MOST_CAMPAIGNS => {
                return Err(format!("the file has more than {MOST_CAMPAIGNS} campaigns: split it"));
            }
            None => {
                self.places.insert(row.campaign.clone(), self.drafts.len());
                self.drafts.push((row.campaign.clone(), Draft::beginning_with(&row)));
                self.drafts.len() - 1
            }
        };
        self.drafts[place].1.add(row)
    }

    /// The campaigns of the file, in its order.
    ///
    /// # Errors
    /// Every row that cannot be read; a file without results as well.
    pub(super) fn finish(mut self) -> Result<Vec<ForeignCampaign>, Rejected> {
        let named = self.named();
        // What is wrong with a row may be all that is wrong with its campaign.
        if self.rejections.is_empty() {
            if named.is_empty() {
                self.reject(1, format!("the file holds no result that {} could have", self.origin));
            }
            let campaigns = self.finished(named);
            if self.rejections.is_empty() {
                return Ok(campaigns);
            }
        }
        Err(self.rejections.into_rejected())
    }

    /// Every campaign that an identifier can be given to.
    fn named(&mut self) -> Vec<(CampaignId, Draft)> {
        let mut names = Names::<CampaignId>::new("campaign", MOST_CAMPAIGNS);
        let mut named = Vec::new();
        for (told, draft) in std::mem::take(&mut self.drafts) {
            let text = told.unwrap_or_else(|| self.unnamed(&draft));
            match names.campaign(&text, draft.line) {
                Ok(id) => named.push((id, draft)),
                Err(reason) => self.reject(draft.line, reason),
            }
        }
        named
    }

    fn finished(&mut self, drafts: Vec<(CampaignId, Draft)>) -> Vec<ForeignCampaign> {
        let mut campaigns = Vec::new();
        for (id, draft) in drafts {
            let (line, words) = (draft.line, format!("campaign `{id}`"));
            match draft.finish(id, self.origin) {
                Ok(campaign) => campaigns.push(campaign),
                Err(reason) => self.reject(line, format!("{words}: {reason}")),
            }
        }
        campaigns
    }

    /// What a campaign without a name is called: like the file, and the day of its first trial.
    fn unnamed(&self, draft: &Draft) -> String {
        let stem = self.name.rsplit_once('.').map_or(self.name, |(stem, _)| stem);
        let day: String = draft.earliest.to_string().chars().take(10).collect();
        format!("{stem}-{day}")
    }
}
