//! The file that says in plain words what is what, and the digests of all.

use askama::Template;
use domain::ids::CampaignId;

use super::contents::made;
use super::{Bundle, README, STEPS, SUMS, Unmade, proven_event};

#[derive(Template)]
#[template(path = "bundle.txt")]
struct Readme<'a> {
    campaign: &'a CampaignId,
    signed: bool,
    /// Whether it is for operators.
    operator: bool,
    /// An event whose proof is in it.
    event: Option<u64>,
}

impl Bundle {
    /// Adds what says what is what, then the digests of all. Nothing but the signature of these is
    /// added later.
    ///
    /// # Errors
    /// None that is known.
    pub fn seal(&mut self, campaign: &CampaignId, signed: bool) -> Result<(), Unmade> {
        let operator = self.file(STEPS).is_some();
        let event = self.files().find_map(|(name, _)| proven_event(name));
        let readme = Readme { campaign, signed, operator, event };
        self.put(README, made(README, readme.render())?);
        self.put(SUMS, self.sums());
        Ok(())
    }
}
