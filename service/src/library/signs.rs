//! What tells whether something has changed. It is taken over from the present whenever the log was read
//! on, so that whoever answers requests waits neither for folding nor for judging. It never runs ahead of the
//! present: what is made under these numbers shows no less than they say.

use std::collections::HashMap;
use std::sync::Arc;

use domain::ids::CampaignId;
use domain::registry::Registry;

use super::present::Present;

/// How far everything is.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// Position after the last event that a view of campaigns shows.
    pub(super) shown: u64,
    /// Position after the last event that may make evidence stale.
    pub(super) grounds: u64,
    /// What vendors have answered, in all.
    pub(super) answers: usize,
    /// What was declared.
    pub(super) registry: Arc<Registry>,
    /// Position after the last event that it holds.
    registered: u64,
    /// Position after the last declaration that is about no campaign.
    declared: u64,
    /// Position after the last event.
    head: u64,
    /// Whether nothing but a campaign itself says anything about it.
    is_alone: bool,
    /// Position after the last event of each campaign.
    ends: HashMap<CampaignId, u64>,
}

impl Signs {
    /// Takes over how far the present is.
    pub(super) fn follow(&mut self, present: &mut Present) {
        for id in present.take_changed() {
            let end = present.end_of(&id).unwrap_or_default();
            self.ends.insert(id, end);
        }
        if self.registered != present.registered() {
            self.registry = Arc::new(present.chronicle().registry().clone());
            self.registered = present.registered();
        }
        self.shown = present.shown();
        self.grounds = present.grounds();
        self.answers = present.access().answers().len();
        self.declared = present.declared();
        self.head = present.times().head().map_or(0, |(position, _)| position + 1);
        self.is_alone = present.is_alone();
    }

    /// A number that changes whenever a view of this campaign may.
    pub(super) fn revision(&self, id: &CampaignId) -> u64 {
        match self.is_alone {
            true => self.ends.get(id).map_or(0, |it| *it).max(self.declared),
            false => self.head,
        }
    }
}
