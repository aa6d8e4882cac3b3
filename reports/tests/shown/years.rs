//! Several campaigns in one log: each a closure from trials to fates, under versions of its own.

use domain::event::{
    CampaignFinished, CampaignStarted, Cost, Ending, Event, Pins, Recorded, TrialsPlanned,
};
use domain::ids::CampaignId;
use domain::plan::{Selection, Trial, plan};
use domain::step::Step;
use domain::testbed::Testbed;
use reports::chronicle::{CampaignRecord, Chronicle};
use reports::diff::{Diff, Line};
use reports::viewpoint::Viewpoint;

use crate::fixture::{pins, policy, record, testbed, walk_to};
use crate::tale::{Fate, address, changed, clock, cpu, unchanged};

/// Campaigns one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Years {
    testbed: Testbed,
    pins: Pins,
    events: Vec<Event>,
}

impl Years {
    pub(crate) fn new() -> Self {
        Self { testbed: testbed(), pins: pins(), events: Vec::new() }
    }

    /// From now on, this version; an empty one takes the component away.
    pub(crate) fn with(mut self, subject: &str, version: &str) -> Self {
        match version {
            "" => drop(self.pins.remove(subject)),
            _ => drop(self.pins.insert(subject.to_owned(), version.to_owned())),
        }
        self
    }

    /// From now on, no version of anything is known.
    pub(crate) fn without_versions(mut self) -> Self {
        self.pins.clear();
        self
    }

    /// A campaign of the trials that have a fate, each twice.
    pub(crate) fn campaign(mut self, id: &str, fate: impl Fn(&Trial) -> Option<Fate>) -> Self {
        let id: CampaignId = id.parse().unwrap();
        let all = plan(&self.testbed, &Selection::default(), 2).unwrap();
        let fated: Vec<(Trial, Fate)> =
            all.into_iter().filter_map(|it| fate(&it).map(|fate| (it, fate))).collect();
        self.events.push(Event::CampaignStarted(CampaignStarted {
            campaign: id.clone(),
            testbed: self.testbed.clone(),
            pins: self.pins.clone(),
        }));
        let trials = fated.iter().map(|(trial, _)| trial.clone()).collect();
        let campaign = id.clone();
        self.events.push(Event::TrialsPlanned(TrialsPlanned { campaign, trials }));
        for (trial, fate) in &fated {
            let steps = walk_to(fate, trial, &id, &self.pins);
            self.events.extend(steps.into_iter().map(Event::StepFinished));
        }
        let (ending, cost) = (Ending::Completed, Cost::default());
        self.events.push(Event::CampaignFinished(CampaignFinished { campaign: id, ending, cost }));
        self
    }

    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        record(self.events.clone())
    }

    pub(crate) fn diff(&self, from: &str, to: &str) -> Diff {
        diff(&records(&self.recorded()), from, to)
    }
}

pub(crate) fn chronicle(events: &[Recorded], viewpoint: Viewpoint) -> Chronicle {
    let mut chronicle = Chronicle::new(policy(), viewpoint);
    events.iter().for_each(|it| chronicle.project(it.clone()));
    chronicle
}

pub(crate) fn records(events: &[Recorded]) -> Vec<CampaignRecord> {
    chronicle(events, Viewpoint::default()).records(&[])
}

pub(crate) fn diff(records: &[CampaignRecord], from: &str, to: &str) -> Diff {
    let line = Line::new(records, &from.parse().unwrap(), &to.parse().unwrap());
    Diff::new(&line.unwrap())
}

pub(crate) fn arrives() -> Option<Fate> {
    Some(unchanged())
}

pub(crate) fn warns() -> Option<Fate> {
    Some(changed([clock()]))
}

pub(crate) fn fails(step: Step) -> Option<Fate> {
    Some(Fate::Stops(step, "it did not come up: ask canary-one"))
}

pub(crate) fn breaks() -> Option<Fate> {
    Some(Fate::LabBreaks(Step::Import))
}

/// Four campaigns of the small testbed, of which the last shows every class against the first.
pub(crate) fn four_years() -> Years {
    Years::new()
        .campaign("c-2013", |it| voyage(it, 2013))
        .with("host:kernel", "Linux 6.1.0-25")
        .campaign("c-2014", |it| voyage(it, 2014))
        .with("converter:canary-one", "2.0")
        .with("platform:kvm", "QEMU 10.1.0, q35")
        .campaign("c-2015", |it| voyage(it, 2015))
        .with("converter:canary-packer", "3.0")
        .campaign("c-2016", |it| voyage(it, 2016))
}

/// What became of a trial in a year. The guest that carries its host's drivers only is walked from
/// the second year on in part.
fn voyage(trial: &Trial, year: u16) -> Option<Fate> {
    let cell = (trial.source.as_str(), trial.target.as_str());
    let route = trial.route.as_str();
    let later = year > 2013;
    match (trial.guest.as_str(), cell, route) {
        // Regressed since 2015, when a tool and a platform were upgraded together.
        ("portable", ("acme-like", "kvm"), _) if year >= 2015 => warns(),
        // Regressed in 2014; nobody has tried it since: vanished, and open.
        ("portable", ("acme-like", "xen-like"), _) if year == 2014 => fails(Step::Restart),
        ("portable", ("acme-like", "xen-like"), _) if year > 2014 => None,
        // Lost a route to the new version of its tool.
        ("portable", ("xen-like", "acme-like"), "canary-other") if later => fails(Step::Export),
        // Green by another route, since the first tool fails.
        ("portable", ("xen-like", "kvm"), "canary-direct") if year >= 2015 => fails(Step::Export),
        ("portable", ("xen-like", "kvm"), "canary-other") => fails(Step::Import),
        // The lab breaks in the last year.
        ("portable", ("kvm", "acme-like"), _) if year == 2016 => breaks(),
        // The address differs between repetitions.
        ("portable", ("kvm", "xen-like"), _) if year == 2016 => {
            let address_of = ["10.71.4.20/24", "10.71.4.21/24"][trial.repetition as usize - 1];
            Some(changed([address(address_of)]))
        }
        ("portable", _, _) => arrives(),
        // Fails, and from 2016 on earlier.
        (_, ("acme-like", "xen-like"), _) if year == 2016 => fails(Step::Export),
        (_, ("acme-like", "xen-like"), _) => fails(Step::Restart),
        // Failed, and later arrives with another processor.
        (_, ("acme-like", "kvm"), _) if later => Some(changed([cpu()])),
        (_, ("acme-like", "kvm"), _) => fails(Step::Restart),
        // Better by a score.
        (_, ("xen-like", "acme-like"), _) if year == 2016 => arrives(),
        (_, ("xen-like", "acme-like"), _) => warns(),
        // Not walked at first. Two routes tie in all but what holds them back.
        (_, ("xen-like", "kvm"), "canary-other") if later => Some(changed([cpu()])),
        (_, ("xen-like", "kvm"), _) if later => warns(),
        (_, ("xen-like", "kvm"), _) => Some(Fate::NotRun),
        // Never walked.
        (_, ("kvm", "acme-like"), _) => Some(Fate::NotRun),
        _ => arrives(),
    }
}
