//! What is made of a campaign without reading it is what is made of it when it is read in full.

use domain::event::{CheckWaived, Event, StepWithdrawn, WaiverScope};
use domain::ids::CampaignId;
use domain::policy::Policy;
use jiff::Timestamp;
use reports::matrix::{Judged, Lens};
use reports::public::PublicView;
use reports::viewpoint::Viewpoint;
use store::{Direction, EventLog as _};

use crate::world::{World, next_steps};

/// The view of a campaign that is read; none when it is not seen from there.
fn whole(
    world: &World,
    id: &CampaignId,
    (viewpoint, now): (Viewpoint, Timestamp),
) -> Option<PublicView> {
    let policy: &Policy = &world.service.settings.policy;
    let history = world.service.library.history(id, viewpoint, now).unwrap()?;
    let waivers = history.in_force();
    let lens = Lens { policy, waivers: &waivers, raw: policy };
    let judged = Judged::through(history.campaign(id).unwrap(), &lens);
    Some(PublicView::from(&judged).of_history(&history))
}

/// From everywhere that may make a difference.
fn viewpoints(world: &World) -> Vec<Viewpoint> {
    let events = world.log.head();
    let places = [None, Some(events / 3), Some(events - 2)];
    let at = |place: u64| {
        let recorded = world.log.read(place, Direction::Forward).next().unwrap().unwrap();
        recorded.at
    };
    let late: Timestamp = "2028-01-01T00:00:00Z".parse().unwrap();
    let instants = [None, Some(at(events / 2)), Some(late)];
    let all = places
        .into_iter()
        .flat_map(|known_at| instants.into_iter().map(move |as_of| Viewpoint { as_of, known_at }));
    all.collect()
}

/// How many of the campaigns were not read.
fn compare(world: &World, now: Timestamp) -> usize {
    let mut briefly = 0;
    for viewpoint in viewpoints(world) {
        for id in ["c-2013", "c-2016", "c-2017", "c-2099"] {
            let id: CampaignId = id.parse().unwrap();
            let brief = world.service.library.brief(&id, viewpoint, now).unwrap();
            let Some(brief) = brief else { continue };
            briefly += 1;
            let whole = whole(world, &id, (viewpoint, now));
            assert_eq!(Some(brief.view), whole, "{id} from {viewpoint:?}");
            let policy = &world.service.settings.policy;
            let record = world.service.library.record(&id, (policy, viewpoint), now).unwrap();
            assert_eq!(Some(brief.record), record, "{id} from {viewpoint:?}");
        }
    }
    briefly
}

fn waiver(name: &str, rule: &str, expires: &str) -> Event {
    Event::CheckWaived(CheckWaived {
        waiver: name.parse().unwrap(),
        rule: rule.to_owned(),
        scope: WaiverScope::default(),
        reason: "known".to_owned(),
        owner: "ada".to_owned(),
        expires: expires.parse().unwrap(),
    })
}

/// The first step of the campaign, withdrawn.
fn withdrawal(world: &World) -> Event {
    let events = world.log.read(0, Direction::Forward).map(Result::unwrap);
    let mut found = events.filter_map(|it| {
        let Event::StepFinished(step) = it.event else { return None };
        Some((it.position, step))
    });
    let (position, step) = found.next().unwrap();
    Event::StepWithdrawn(StepWithdrawn {
        campaign: step.campaign,
        trial: step.trial,
        step: step.step,
        position,
        reason: "the switch had failed".to_owned(),
        by: "ada".to_owned(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_says_the_same_whether_it_is_read_or_not() {
    let world = World::start().await;
    let now = || world.service.now();
    assert!(compare(&world, now()) > 7, "hardly anything is made without reading");
    let mut steps = next_steps().into_iter().map(Event::StepFinished);
    let soon = now() + jiff::SignedDuration::from_secs(30);
    let happenings = [
        withdrawal(&world),
        waiver("w-1", "G.address", "2027-06-01T00:00:00Z"),
        waiver("w-2", "G.cpu.model", &soon.to_string()),
        steps.next().unwrap(),
    ];
    for event in happenings {
        world.append(event).await;
        assert!(compare(&world, now()) > 7, "hardly anything is made without reading");
    }
    let later = soon + jiff::SignedDuration::from_secs(30);
    assert!(compare(&world, later) > 7, "a waiver has ended by itself");
}
