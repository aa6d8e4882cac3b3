//! A log in a list, kept by the same rules as at the desk.

use std::collections::BTreeMap;

use domain::campaign::{Campaign, evolve};
use domain::command::{Command, RecordStep};
use domain::decide::{Refusal, decide};
use domain::declare::{Declaration, STREAM, declare};
use domain::event::{Cost, Ending, Event, Outcome, Pins, Recorded, StepFinished, WaiverScope};
use domain::ids::CampaignId;
use domain::observation::Value;
use domain::plan::{Selection, Trial, plan};
use domain::registry::Registry;
use domain::step::Step;
use jiff::Timestamp;

use crate::fixture::{finished, pins, testbed};
use crate::tale::Fate;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The last second of a day.
pub(crate) fn end_of(day: &str) -> Timestamp {
    at(&format!("{day}T23:59:59.999999999Z"))
}

/// One guest both ways between two platforms by three routes, so often.
pub(crate) fn trials(repetitions: u32) -> Vec<Trial> {
    let platforms = || ["acme-like", "kvm"].map(|it| it.parse().unwrap()).to_vec();
    let guests = vec!["portable".parse().unwrap()];
    let selection =
        Selection { guests, sources: platforms(), targets: platforms(), ..Selection::default() };
    plan(&testbed(), &selection, repetitions).unwrap()
}

/// The trial of this direction by this route.
pub(crate) fn trial(source: &str, route: &str, repetition: u32) -> Trial {
    let found = trials(repetition).into_iter().find(|it| {
        it.source.as_str() == source && it.route.as_str() == route && it.repetition == repetition
    });
    found.unwrap()
}

/// The versions of everything, where the platform `kvm` has this one.
pub(crate) fn versions(kvm: &str) -> Pins {
    let mut pins = pins();
    pins.insert("platform:kvm".to_owned(), kvm.to_owned());
    pins
}

pub(crate) fn arrives() -> Fate {
    Fate::Arrives(BTreeMap::new())
}

pub(crate) fn arrives_with(fact: &'static str, value: Value) -> Fate {
    Fate::Arrives(BTreeMap::from([(fact, value)]))
}

pub(crate) fn another_address() -> Fate {
    arrives_with("ip.v4", Value::List(vec!["10.9.9.9/24".to_owned()]))
}

pub(crate) fn another_processor() -> Fate {
    arrives_with("cpu.model", Value::Text("another".to_owned()))
}

/// Events, and what the desk knows of them.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) events: Vec<Recorded>,
    campaigns: BTreeMap<CampaignId, Campaign>,
    pub(crate) registry: Registry,
}

impl Book {
    pub(crate) fn record(&mut self, stream: &str, instant: Timestamp, events: Vec<Event>) {
        for event in events {
            let position = self.events.len() as u64;
            let version = self.events.iter().filter(|it| it.stream == stream).count() as u64;
            let command = serde_json::from_value(format!("{position:032x}").into()).unwrap();
            let stream = stream.to_owned();
            let recorded = Recorded { position, at: instant, stream, version, command, event };
            self.registry.evolve(&recorded);
            if let Some(id) = recorded.event.campaign() {
                let after = evolve(self.campaigns.remove(id), &recorded.event);
                self.campaigns.extend(after.map(|it| (id.clone(), it)));
            }
            self.events.push(recorded);
        }
    }

    pub(crate) fn submit(
        &mut self,
        id: &str,
        instant: Timestamp,
        command: Command,
    ) -> Result<(), Refusal> {
        let id: CampaignId = id.parse().unwrap();
        let events = decide(self.campaigns.get(&id), &id, command)?;
        self.record(&format!("campaign/{id}"), instant, events);
        Ok(())
    }

    pub(crate) fn declare(&mut self, instant: Timestamp, declaration: Declaration) {
        if let Ok(Some(event)) = declare(&self.registry, declaration, "ada", instant) {
            self.record(STREAM, instant, vec![event]);
        }
    }

    pub(crate) fn start(&mut self, id: &str, instant: Timestamp, pins: Pins, plan: Vec<Trial>) {
        let testbed = Box::new(testbed());
        self.submit(id, instant, Command::StartCampaign { testbed, pins, plan }).unwrap();
    }

    /// Walks one step of a trial; false when it is not its turn.
    pub(crate) fn step(&mut self, id: &str, instant: Timestamp, seen: StepFinished) -> bool {
        let StepFinished { trial, step, outcome, observations, evidence, act, duration_ms, .. } =
            seen;
        let attempt = 0;
        let record =
            RecordStep { trial, step, attempt, outcome, observations, evidence, act, duration_ms };
        self.submit(id, instant, Command::RecordStep(record)).is_ok()
    }

    /// Walks a trial to where its fate ends it.
    pub(crate) fn walk(&mut self, id: &str, instant: Timestamp, trial: &Trial, fate: &Fate) {
        for step in Step::ALL {
            let seen = finished(trial, step, outcome(fate, step), fate);
            let goes_on = seen.outcome == Outcome::Completed;
            if *fate == Fate::NotRun || !self.step(id, instant, seen) || !goes_on {
                break;
            }
        }
    }

    pub(crate) fn finish(&mut self, id: &str, instant: Timestamp, wall_ms: u64) {
        let cost = Cost { wall_ms, ..Cost::default() };
        let finish = Command::FinishCampaign { ending: Ending::Completed, cost, attempt: 0 };
        self.submit(id, instant, finish).unwrap();
    }

    /// A whole campaign of one repetition at one instant.
    pub(crate) fn campaign(
        &mut self,
        id: &str,
        (instant, kvm): (&str, &str),
        fate: impl Fn(&Trial) -> Fate,
    ) {
        let instant = at(instant);
        self.start(id, instant, versions(kvm), trials(1));
        trials(1).iter().for_each(|it| self.walk(id, instant, it, &fate(it)));
        self.finish(id, instant, 60_000);
    }

    /// Position of the step of a trial in a campaign.
    pub(crate) fn position(&self, id: &str, trial: &Trial, step: Step) -> u64 {
        let is_it = |it: &&Recorded| {
            matches!(&it.event, Event::StepFinished(it)
                if it.campaign.as_str() == id && it.trial == *trial && it.step == step)
        };
        self.events.iter().find(is_it).unwrap().position
    }

    /// Withdraws the step at this position.
    pub(crate) fn withdraw(&mut self, instant: Timestamp, position: u64) {
        let recorded = self.events[usize::try_from(position).unwrap()].clone();
        let Event::StepFinished(it) = recorded.event else { panic!("{recorded:?}") };
        let withdraw = Command::WithdrawStep {
            trial: it.trial,
            step: it.step,
            position,
            reason: "the switch was off".to_owned(),
            by: "ada".to_owned(),
        };
        self.submit(it.campaign.as_str(), instant, withdraw).unwrap();
    }

    pub(crate) fn waive(&mut self, instant: Timestamp, (name, rule): (&str, &str), until: &str) {
        let declaration = Declaration::Waive {
            waiver: name.parse().unwrap(),
            rule: rule.to_owned(),
            scope: WaiverScope::default(),
            reason: "hosts are replaced".to_owned(),
            expires: at(until),
        };
        self.declare(instant, declaration);
    }

    pub(crate) fn set_baseline(&mut self, instant: Timestamp, name: &str, campaign: &str) {
        let declaration = Declaration::SetBaseline {
            name: name.parse().unwrap(),
            campaign: campaign.parse().unwrap(),
            versions: Pins::new(),
            follows: None,
            reason: String::new(),
        };
        self.declare(instant, declaration);
    }

    pub(crate) fn upgrade(&mut self, instant: Timestamp, subject: &str, from: &str, to: &str) {
        let [subject, from, to] = [subject, from, to].map(ToOwned::to_owned);
        self.declare(instant, Declaration::Upgrade { subject, from, to });
    }
}

/// How a step ends that this fate befalls.
pub(crate) fn outcome(fate: &Fate, step: Step) -> Outcome {
    match fate {
        Fate::Stops(at, reason) if *at == step => {
            Outcome::NotCompleted { reason: (*reason).to_owned() }
        }
        Fate::LabBreaks(at) if *at == step => {
            Outcome::LabError { reason: "no space left".to_owned() }
        }
        Fate::NotRun | Fate::Stops(..) | Fate::LabBreaks(_) | Fate::Arrives(_) => {
            Outcome::Completed
        }
    }
}
