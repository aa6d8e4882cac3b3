//! What has been declared so far: baselines with their lineage, upgrades, waivers, withdrawals.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::event::{
    BaselineSet, CheckWaived, Event, Recorded, StepWithdrawn, UpgradeDeclared, WaiverEnded,
};
use crate::ids::{BaselineName, WaiverId};
use crate::plan::Trial;
use crate::policy::stands_above;

/// A declaration and its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared<T> {
    /// Position of its event in the log.
    pub position: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// What was declared.
    pub what: T,
}

/// A waiver and, if it was ended before its date, the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// What was waived.
    pub waived: Declared<CheckWaived>,
    /// How it was ended.
    pub ended: Option<Declared<WaiverEnded>>,
}

/// All declarations, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registry {
    baselines: BTreeMap<BaselineName, Vec<Declared<BaselineSet>>>,
    upgrades: Vec<Declared<UpgradeDeclared>>,
    waivers: BTreeMap<WaiverId, Waiver>,
    withdrawals: BTreeMap<u64, Declared<StepWithdrawn>>,
}

impl Registry {
    /// Applies one event; what declares nothing changes nothing.
    pub fn evolve(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::BaselineSet(set) => {
                let line = self.baselines.entry(set.name.clone()).or_default();
                line.push(declared(recorded, set));
            }
            Event::UpgradeDeclared(upgrade) => self.upgrades.push(declared(recorded, upgrade)),
            Event::CheckWaived(waived) => {
                let waiver = Waiver { waived: declared(recorded, waived), ended: None };
                self.waivers.entry(waived.waiver.clone()).or_insert(waiver);
            }
            Event::WaiverEnded(end) => {
                if let Some(waiver) = self.waivers.get_mut(&end.waiver) {
                    waiver.ended.get_or_insert_with(|| declared(recorded, end));
                }
            }
            Event::StepWithdrawn(withdrawn) => {
                let withdrawal = declared(recorded, withdrawn);
                self.withdrawals.entry(withdrawn.position).or_insert(withdrawal);
            }
            Event::CampaignStarted(_)
            | Event::TrialsPlanned(_)
            | Event::CampaignResumed(_)
            | Event::VersionChanged(_)
            | Event::StepFinished(_)
            | Event::CampaignFinished(_)
            | Event::ScoresShown(_)
            | Event::KeyChanged(_)
            | Event::TrialsTold(_)
            | Event::Access(_)
            | Event::Letter(_) => {}
        }
    }

    /// Every baseline with its settings, the oldest first.
    pub fn baselines(&self) -> impl Iterator<Item = (&BaselineName, &[Declared<BaselineSet>])> {
        self.baselines.iter().map(|(name, line)| (name, line.as_slice()))
    }

    /// What a baseline stands for now.
    #[must_use]
    pub fn baseline(&self, name: &BaselineName) -> Option<&Declared<BaselineSet>> {
        self.baselines.get(name)?.last()
    }

    /// The baseline that was set last.
    #[must_use]
    pub fn last_baseline(&self) -> Option<&BaselineSet> {
        let last = self.baselines.values().filter_map(|line| line.last());
        last.max_by_key(|it| it.position).map(|it| &it.what)
    }

    /// Every upgrade declared, in order.
    #[must_use]
    pub fn upgrades(&self) -> &[Declared<UpgradeDeclared>] {
        &self.upgrades
    }

    /// Every waiver, by name.
    #[must_use]
    pub fn waivers(&self) -> &BTreeMap<WaiverId, Waiver> {
        &self.waivers
    }

    /// Every withdrawal, by the position of the step that was withdrawn.
    #[must_use]
    pub fn withdrawals(&self) -> &BTreeMap<u64, Declared<StepWithdrawn>> {
        &self.withdrawals
    }

    /// The waivers in force at an instant.
    #[must_use]
    pub fn in_force(&self, at: Timestamp) -> Vec<&CheckWaived> {
        let waivers = self.waivers.values().filter(|it| it.is_in_force(at));
        waivers.map(|it| &it.waived.what).collect()
    }
}

impl Waiver {
    /// Whether it was declared, not ended and not expired at an instant.
    #[must_use]
    pub fn is_in_force(&self, at: Timestamp) -> bool {
        let is_ended = self.ended.as_ref().is_some_and(|end| end.at <= at);
        self.waived.at <= at && at < self.waived.what.expires && !is_ended
    }
}

impl CheckWaived {
    /// Whether it waives this rule for this trial.
    #[must_use]
    pub fn covers(&self, rule: &str, trial: &Trial) -> bool {
        fn fits<T: PartialEq>(wanted: Option<&T>, found: &T) -> bool {
            wanted.is_none_or(|it| it == found)
        }
        let scope = &self.scope;
        self.rule == rule
            && !stands_above(rule)
            && fits(scope.guest.as_ref(), &trial.guest)
            && fits(scope.source.as_ref(), &trial.source)
            && fits(scope.target.as_ref(), &trial.target)
            && fits(scope.route.as_ref(), &trial.route)
    }
}

fn declared<T: Clone>(recorded: &Recorded, what: &T) -> Declared<T> {
    Declared { position: recorded.position, at: recorded.at, what: what.clone() }
}
