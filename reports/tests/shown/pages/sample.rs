//! Every page, of the same small history: four campaigns, a baseline, one campaign that runs.

use domain::access::Role;
use domain::event::{BaselineSet, CampaignStarted, Event, Pins, Recorded, TrialsPlanned};
use domain::ids::CampaignId;
use domain::plan::{Selection, plan};
use domain::policy::Policy;
use reports::chronicle::{CampaignRecord, Chronicle};
use reports::html::Audience;
use reports::pages::frame::Frame;
use reports::pages::links::Asked;
use reports::pages::matrices::{Matrices, Question};
use reports::pages::overview::{Overview, revalidation};
use reports::pages::stale_line::stale_cells;
use reports::pages::table::Filter;
use reports::viewpoint::Viewpoint;

use crate::fixture::{pins, policy, record, testbed, walk_to};
use crate::tale::fate;
use crate::years::{chronicle, four_years};

/// A page as its reader sees it.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) html: String,
}

/// What pages are made of.
pub(crate) struct Log {
    pub(crate) events: Vec<Recorded>,
    pub(crate) chronicle: Chronicle,
    pub(crate) records: Vec<CampaignRecord>,
    pub(crate) policy: Policy,
}

impl Log {
    pub(crate) fn of(events: Vec<Recorded>) -> Self {
        let chronicle = chronicle(&events, Viewpoint::default());
        let records = chronicle.records(&[]);
        Self { events, chronicle, records, policy: policy() }
    }

    pub(crate) fn record(&self, id: &str) -> &CampaignRecord {
        self.records.iter().find(|it| it.id.as_str() == id).unwrap()
    }
}

/// Four campaigns, a baseline, and a campaign that has come half of its way.
pub(crate) fn events() -> Vec<Recorded> {
    let mut events: Vec<Event> = four_years().recorded().into_iter().map(|it| it.event).collect();
    events.push(Event::BaselineSet(BaselineSet {
        name: "spring".parse().unwrap(),
        campaign: "c-2013".parse().unwrap(),
        versions: pins(),
        revision: 1,
        follows: None,
        reason: "the first that was complete".to_owned(),
        by: "ada".to_owned(),
    }));
    events.extend(half("c-2017"));
    record(events)
}

fn half(id: &str) -> Vec<Event> {
    let (campaign, testbed): (CampaignId, _) = (id.parse().unwrap(), testbed());
    let trials = plan(&testbed, &Selection::default(), 1).unwrap();
    let pins: Pins = pins();
    let walked: Vec<Event> = trials
        .iter()
        .take(trials.len() / 2)
        .flat_map(|it| walk_to(&fate(it), it, &campaign, &pins))
        .map(Event::StepFinished)
        .collect();
    let started = CampaignStarted { campaign: campaign.clone(), testbed, pins };
    let mut events = vec![
        Event::CampaignStarted(started),
        Event::TrialsPlanned(TrialsPlanned { campaign, trials }),
    ];
    events.extend(walked);
    events
}

pub(crate) fn frame(title: String, path: &str, audience: Audience) -> Frame {
    let viewer = match audience {
        Audience::Public => None,
        Audience::Operator => Some(Role::Operator),
        Audience::Auditor => Some(Role::Auditor),
    };
    Frame::new(title, path).seen_by(viewer)
}

/// Every page that anyone may see.
pub(crate) fn public(log: &Log) -> Vec<Sample> {
    all(log, Audience::Public)
}

/// Every page as this audience sees it.
pub(crate) fn all(log: &Log, audience: Audience) -> Vec<Sample> {
    vec![overview(log, audience), matrices(log, audience), filtered(log, audience)]
}

fn overview(log: &Log, audience: Audience) -> Sample {
    let view = Overview::new(&log.records, log.chronicle.registry(), audience);
    let html = view.html(&frame(view.title(), "/", audience)).unwrap();
    Sample { name: "overview", html }
}

fn matrices(log: &Log, audience: Audience) -> Sample {
    Sample { name: "matrices", html: matrices_of(log, &Filter::default(), audience) }
}

fn filtered(log: &Log, audience: Audience) -> Sample {
    let filter = Filter {
        guest: Some("portable".parse().unwrap()),
        standing: reports::tally::standing_named("SUCCESS"),
        ..Filter::default()
    };
    Sample { name: "matrices_filtered", html: matrices_of(log, &filter, audience) }
}

fn matrices_of(log: &Log, filter: &Filter, audience: Audience) -> String {
    let stale = stale_cells(revalidation(&log.records, log.chronicle.registry()).as_ref());
    let asked = Asked { known_at: Some(900), ..Asked::default() };
    let policy = log.policy.label();
    let question = Question { filter, asked: &asked, policy: &policy, stale: &stale, receipt: None };
    let view = Matrices::of_record(log.record("c-2016"), &question);
    view.html(&frame(view.title(), "/campaigns/c-2016/matrix", audience)).unwrap()
}
