//! Every campaign in the present. What an event has touched is judged again when somebody asks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::access::AccessRegistry;
use domain::event::Recorded;
use domain::ids::{CampaignId, WaiverId};
use domain::policy::Policy;
use jiff::Timestamp;
use reports::chronicle::{CampaignRecord, Chronicle};
use reports::viewpoint::Viewpoint;

/// Every campaign as it stands, the oldest first.
pub type Records = Arc<Vec<Arc<CampaignRecord>>>;

/// The folds of the present.
#[derive(Debug)]
pub struct Present {
    chronicle: Chronicle,
    access: AccessRegistry,
    /// Position after the last event about each campaign.
    revisions: BTreeMap<CampaignId, u64>,
    /// Position after the last declaration.
    declared: u64,
    /// Campaigns that have changed since they were judged.
    touched: BTreeSet<CampaignId>,
    /// The waivers that the records were judged under.
    waived: Vec<WaiverId>,
    order: Vec<CampaignId>,
    judged: BTreeMap<CampaignId, Arc<CampaignRecord>>,
    records: Option<Records>,
}

impl Present {
    /// Nothing yet, to be judged by this policy.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            chronicle: Chronicle::new(policy, Viewpoint::default()),
            access: AccessRegistry::default(),
            revisions: BTreeMap::new(),
            declared: 0,
            touched: BTreeSet::new(),
            waived: Vec::new(),
            order: Vec::new(),
            judged: BTreeMap::new(),
            records: None,
        }
    }

    /// Takes in one more event.
    pub fn project(&mut self, recorded: &Arc<Recorded>) {
        let next = recorded.position + 1;
        self.access.evolve(recorded);
        if let Some(id) = recorded.event.campaign() {
            if self.revisions.insert(id.clone(), next).is_none() {
                self.order.push(id.clone());
            }
            self.touched.insert(id.clone());
            self.records = None;
        } else if recorded.stream == domain::declare::STREAM {
            self.declared = next;
        }
        self.chronicle.project(Recorded::clone(recorded));
    }

    /// What is judged as it passes by.
    #[must_use]
    pub fn chronicle(&self) -> &Chronicle {
        &self.chronicle
    }

    /// Who may see what.
    #[must_use]
    pub fn access(&self) -> &AccessRegistry {
        &self.access
    }

    /// A number that changes whenever a view of this campaign may.
    #[must_use]
    pub fn revision(&self, id: &CampaignId) -> u64 {
        self.revisions.get(id).copied().unwrap_or(0).max(self.declared)
    }

    /// Every campaign as it stands under the waivers in force now.
    pub fn records(&mut self, now: Timestamp) -> Records {
        let waivers = self.chronicle.registry().in_force(now);
        let waived: Vec<WaiverId> = waivers.iter().map(|it| it.waiver.clone()).collect();
        if waived != self.waived {
            self.touched.extend(self.order.iter().cloned());
            self.records = None;
        }
        if let Some(records) = &self.records {
            return Arc::clone(records);
        }
        for id in &self.touched {
            if let Some(record) = self.chronicle.record(id, &waivers) {
                self.judged.insert(id.clone(), Arc::new(record));
            }
        }
        self.touched.clear();
        self.waived = waived;
        let records = self.order.iter().filter_map(|id| self.judged.get(id).cloned());
        let records: Records = Arc::new(records.collect());
        self.records = Some(Arc::clone(&records));
        records
    }
}
