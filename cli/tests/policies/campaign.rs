//! A campaign on the small testbed: most facts were not read, some guests have no address.

use domain::event::{
    CampaignFinished, CampaignStarted, Cost, Ending, Event, Outcome, StepFinished, TrialsPlanned,
};
use domain::ids::CampaignId;
use domain::observation::{Channel, Observation};
use domain::plan::{Selection, Trial, plan};
use domain::step::Step;
use domain::testbed::Testbed;
use jiff::{SignedDuration, Timestamp};
use store::{Append, DiskLog, EventLog as _, Expected};

/// Records a campaign over these guests. `lean` has no address at xen-like, and at kvm-like the lab
/// breaks.
pub(super) fn record(log: &DiskLog, id: &str, guests: &[&str]) {
    let testbed: Testbed =
        toml::from_str(include_str!("../../../lab/testbeds/small.toml")).unwrap();
    let guests = guests.iter().map(|it| it.parse().unwrap()).collect();
    let trials = plan(&testbed, &Selection { guests, ..Selection::default() }, 1).unwrap();
    let campaign: CampaignId = id.parse().unwrap();
    let mut events = vec![
        Event::CampaignStarted(CampaignStarted {
            campaign: campaign.clone(),
            testbed,
            pins: Default::default(),
        }),
        Event::TrialsPlanned(TrialsPlanned { campaign: campaign.clone(), trials: trials.clone() }),
    ];
    events.extend(trials.iter().flat_map(|trial| walk(&campaign, trial)));
    events.push(Event::CampaignFinished(CampaignFinished {
        campaign,
        ending: Ending::Completed,
        cost: Cost::default(),
    }));
    for (version, event) in (0..).zip(events) {
        log.append(append(id, version, event)).unwrap();
    }
}

fn walk(campaign: &CampaignId, trial: &Trial) -> Vec<Event> {
    let is_lean = trial.guest.as_str() == "lean";
    let breaks = is_lean && trial.target.as_str() == "kvm-like";
    let steps = Step::ALL.iter().take(if breaks { 3 } else { 7 });
    let finished = |step: &Step| {
        let no_space = Outcome::LabError { reason: "no space".to_owned() };
        let is_broken = breaks && *step == Step::Export;
        Event::StepFinished(StepFinished {
            campaign: campaign.clone(),
            trial: trial.clone(),
            step: *step,
            outcome: if is_broken { no_space } else { Outcome::Completed },
            observations: observations(*step, is_lean),
            evidence: Vec::new(),
            pins: Default::default(),
            act: format!("act-{step}"),
            duration_ms: 1000,
        })
    };
    steps.map(finished).collect()
}

fn observations(step: Step, is_lean: bool) -> Vec<Observation> {
    let seen = |fact: &str, value| Observation::flag(fact, value, Channel::SerialConsole);
    match step {
        Step::SanityCheck => vec![seen("canary.intact", true), seen("ip.usable", true)],
        Step::Restart => vec![seen("canary.intact", true), seen("ip.usable", !is_lean)],
        Step::Shutdown
        | Step::Export
        | Step::ResourceCheck
        | Step::ConsistencyCheck
        | Step::Import => Vec::new(),
    }
}

fn append(id: &str, version: u64, event: Event) -> Append {
    let name = format!("{id}/{version}");
    let begin: Timestamp = "2026-11-23T06:00:00Z".parse().unwrap();
    Append {
        stream: format!("campaign/{id}"),
        expected: if version == 0 { Expected::NoStream } else { Expected::Exact(version) },
        command: uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, name.as_bytes()),
        at: begin + SignedDuration::from_secs(i64::try_from(version).unwrap()),
        events: vec![event],
    }
}
