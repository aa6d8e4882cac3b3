//! Every page, of the same small history: four campaigns, a baseline, one campaign that runs.

use std::collections::BTreeSet;

use domain::access::Role;
use domain::change::Change;
use domain::event::{
    Answered, BaselineSet, CampaignStarted, DisputeSettled, Event, Pins, Recorded, TrialsPlanned,
};
use domain::ids::{CampaignId, Sha256Digest};
use domain::plan::{CellId, Selection, plan};
use domain::policy::Policy;
use domain::registry::Declared;
use reports::chronicle::{CampaignRecord, Chronicle};
use reports::diff::public::PublicDiff;
use reports::diff::shown::Shown;
use reports::explain::Explanation;
use reports::gallery::gallery;
use reports::history::History;
use reports::html::Audience;
use reports::matrix::Judged;
use reports::pages::badge::Badge;
use reports::pages::campaign::CampaignPage;
use reports::pages::campaigns::Campaigns;
use reports::pages::cell::{CellOf, CellPage};
use reports::pages::changes::{Changes, ChangesFilter};
use reports::pages::feed::Feed;
use reports::pages::frame::Frame;
use reports::pages::links::Asked;
use reports::pages::live::Live;
use reports::pages::matrices::{Matrices, Question};
use reports::pages::overview::{Overview, revalidation};
use reports::pages::past::{Past, asked, instants};
use reports::pages::problem::Problem;
use reports::pages::said::{Heard, Hearing, Said};
use reports::pages::sign_in::{Door, SignIn};
use reports::pages::stale_line::stale_cells;
use reports::pages::table::{Filter, Marks};
use reports::public::PublicView;
use reports::receipt::Receipt;
use reports::redaction::for_operators;
use reports::viewpoint::Viewpoint;
use serde::Serialize;

use super::own::HOSTILE;
use crate::fixture::{pins, policy, record, testbed, walk_to};
use crate::tale::fate;
use crate::years::{chronicle, diff, four_years};

/// A page as its reader sees it.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) html: String,
    /// The same view for programs; empty where there is none.
    pub(crate) json: String,
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

/// Every page as this audience sees it.
pub(crate) fn all(log: &Log, audience: Audience) -> Vec<Sample> {
    vec![
        overview(log, audience),
        matrices(log, audience),
        filtered(log, audience),
        cell(log, audience),
        campaigns(log, audience),
        campaign(log, audience),
        live(log, audience),
        past(log, audience),
        changes(log, audience),
    ]
}

/// Feed and badges, which are the same for everybody.
pub(crate) fn foreign(log: &Log) -> Vec<Sample> {
    let feed = Feed::new("https://portolan.example/", &log.records, log.chronicle.registry());
    let record = log.record("c-2016");
    let id = record.cells.keys().next().unwrap();
    let guest = Badge::of_guest(record, &id.guest).unwrap();
    let of_cell = Badge::of_cell(record, id).unwrap();
    vec![
        Sample { name: "feed", html: feed.xml().unwrap(), json: String::new() },
        Sample { name: "badge_guest", html: guest.svg().unwrap(), json: String::new() },
        Sample { name: "badge_cell", html: of_cell.svg().unwrap(), json: String::new() },
    ]
}

/// Pages that hold nothing of a log.
pub(crate) fn plain() -> Vec<Sample> {
    let problem = Problem::new(404, "There is no campaign `c-2018`", "The newest is c-2017.")
        .first("Choose one of the campaigns", Some("/campaigns".to_owned()));
    let sign_in = SignIn {
        csrf: "0123456789".to_owned(),
        next: "/converters?x=\"><script>".to_owned(),
        account: "ada".to_owned(),
        error: Some("Account and password do not go together.".to_owned()),
        door: Some(Door { name: "Harbour ID".to_owned(), href: "/sign-in/oidc".to_owned() }),
    };
    let frame = |title: String, path| frame(title, path, Audience::Public);
    vec![
        Sample {
            name: "problem",
            html: problem.html(&frame(problem.title(), "/campaigns/c-2018")).unwrap(),
            json: String::new(),
        },
        Sample {
            name: "sign_in",
            html: sign_in.html(&frame(sign_in.title(), "/sign-in")).unwrap(),
            json: String::new(),
        },
    ]
}

fn overview(log: &Log, audience: Audience) -> Sample {
    let view = Overview::new(&log.records, log.chronicle.registry(), audience);
    sample("overview", view.html(&frame(view.title(), "/", audience)), &view)
}

fn matrices(log: &Log, audience: Audience) -> Sample {
    matrices_of(log, ("matrices", &Filter::default()), audience)
}

fn filtered(log: &Log, audience: Audience) -> Sample {
    let filter = Filter {
        guest: Some("portable".parse().unwrap()),
        standing: reports::tally::standing_named("SUCCESS"),
        ..Filter::default()
    };
    matrices_of(log, ("matrices_filtered", &filter), audience)
}

fn matrices_of(log: &Log, (name, filter): (&'static str, &Filter), audience: Audience) -> Sample {
    let stale =
        stale_cells(revalidation(&log.records, log.chronicle.registry()).as_ref(), audience);
    let asked = Asked { known_at: Some(900), ..Asked::default() };
    let policy = log.policy.label();
    let command = "portolan matrix --known-at 900 --json".to_owned();
    let receipt = Receipt { command, sha256: Sha256Digest::of(b"a receipt") };
    let question =
        Question { filter, asked: &asked, policy: &policy, stale: &stale, receipt: Some(&receipt) };
    let view = Matrices::of_record(log.record("c-2016"), &question);
    let frame = frame(view.title(), "/campaigns/c-2016/matrix", audience);
    sample(name, view.html(&frame.kept_at(Some(view.permalink(1655)))), &view)
}

fn cell(log: &Log, audience: Audience) -> Sample {
    let history = History::of(&log.events);
    let judged = Judged::new(history.campaign(&"c-2016".parse().unwrap()).unwrap(), &log.policy);
    let public = match audience {
        Audience::Public => PublicView::from(&judged),
        Audience::Operator | Audience::Auditor => for_operators(&judged),
    };
    let id = CellId {
        guest: "portable".parse().unwrap(),
        source: "kvm".parse().unwrap(),
        target: "xen-like".parse().unwrap(),
    };
    let asked = Asked::default();
    let of = CellOf {
        view: &public,
        record: log.record("c-2016"),
        records: &log.records,
        asked: &asked,
        stale: true,
        receipt: None,
    };
    let mut view = CellPage::new(&of, &id).unwrap().with_said(said(log, &id, audience));
    if audience != Audience::Public {
        let CellId { guest, source, target } = &id;
        view = view.told_by(Explanation::new(&judged, guest, source, target).unwrap());
    }
    let path = "/campaigns/c-2016/cells/kvm/xen-like/portable";
    sample("cell", view.html(&frame(view.title(), path, audience)), &view)
}

/// What a maker of the platforms disputes and was replied, and what it said between us.
fn said(log: &Log, cell: &CellId, audience: Audience) -> Vec<Said> {
    let answer = |position: u64, disputes: bool| Declared {
        position,
        at: "2026-11-24T08:30:00Z".parse().unwrap(),
        what: Answered {
            vendor: "libre".parse().unwrap(),
            campaign: "c-2016".parse().unwrap(),
            cell: Some(cell.clone()),
            disputes,
            may_be_public: disputes,
            text: HOSTILE.to_owned(),
            account: "bob".parse().unwrap(),
            grant: "g-1".parse().unwrap(),
        },
    };
    let what = DisputeSettled { answer: 900, text: HOSTILE.to_owned(), by: "ada".to_owned() };
    let reply = Declared { position: 902, at: "2026-11-25T08:30:00Z".parse().unwrap(), what };
    let heard =
        Heard { answers: vec![answer(900, true), answer(901, false)], replies: vec![reply] };
    let hearing = Hearing { heard: &heard, fewest_tools: 2, is_public: true };
    match audience {
        Audience::Public => Said::to_anyone(log.record("c-2016"), Some(cell), &hearing),
        Audience::Operator | Audience::Auditor => {
            Said::to_insiders(log.record("c-2016"), Some(cell), &hearing)
        }
    }
}

fn campaigns(log: &Log, audience: Audience) -> Sample {
    let view = Campaigns::new(&log.records);
    sample("campaigns", view.html(&frame(view.title(), "/campaigns", audience)), &view)
}

fn campaign(log: &Log, audience: Audience) -> Sample {
    let history = History::of(&log.events);
    let campaign = history.campaign(&"c-2016".parse().unwrap()).unwrap();
    let judged = Judged::new(campaign, &log.policy);
    let public = PublicView::from(&judged).of_history(&history);
    let record = log.record("c-2016");
    let (filter, asked, stale) = (Filter::default(), Asked::default(), BTreeSet::new());
    let marks = Marks { filter: &filter, asked: &asked, stale: &stale };
    let mut view = CampaignPage::new(&public, record, &marks)
        .since_baseline(&"spring".parse().unwrap())
        .with_pictures(gallery(record, &log.records).unwrap());
    if audience != Audience::Public {
        view = view.with_tools(campaign);
    }
    sample("campaign", view.html(&frame(view.title(), "/campaigns/c-2016", audience)), &view)
}

fn live(log: &Log, audience: Audience) -> Sample {
    let (filter, asked, stale) = (Filter::default(), Asked::default(), BTreeSet::new());
    let marks = Marks { filter: &filter, asked: &asked, stale: &stale };
    let view = Live::new(log.record("c-2017"), &marks);
    sample("live", view.html(&frame(view.title(), "/campaigns/c-2017/live", audience)), &view)
}

fn past(log: &Log, audience: Audience) -> Sample {
    let instants = instants(&log.records, log.chronicle.registry());
    let at = asked("4", &instants).unwrap();
    let then = chronicle(&log.events, Viewpoint { as_of: at, known_at: None }).records(&[]);
    let view = Past::new(at, instants, &then);
    let frame = frame(view.title(), "/history", audience).kept_at(view.permalink());
    sample("past", view.html(&frame), &view)
}

fn changes(log: &Log, audience: Audience) -> Sample {
    let name = "spring".parse().unwrap();
    let frame_of = reports::diff::public::Frame {
        baseline: Some((&name, 1)),
        policy: &log.policy,
        unplaced: 0,
    };
    let diff = diff(&log.records, "c-2013", "c-2016");
    let shown = match audience {
        Audience::Public => Shown::public(PublicDiff::new(&diff, &frame_of)),
        Audience::Operator | Audience::Auditor => Shown::operator(&diff, &frame_of),
    };
    let guest = Some("portable".parse().unwrap());
    let view = Changes::new(shown, ChangesFilter { guest, class: Some(Change::Unstable) });
    sample("changes", view.html(&frame(view.title(), "/diff", audience)), &view)
}

fn sample(
    name: &'static str,
    html: Result<String, askama::Error>,
    view: &impl Serialize,
) -> Sample {
    Sample { name, html: html.unwrap(), json: serde_json::to_string(view).unwrap() }
}
