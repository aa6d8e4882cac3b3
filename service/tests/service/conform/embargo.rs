//! What nobody has published the public does not see: not its results, not that it is there; its
//! vendors and insiders see it all the same, and everybody does once it is published.

use domain::access::Role;
use domain::event::{EmbargoSet, Event, LetterEvent, Outcome, StepFinished};
use domain::letter::LetterCommand;
use domain::plan::CellId;
use reqwest::StatusCode;
use tokio::runtime::Runtime;

use super::publication;
use super::sameness::{Shown, differing, events, to_anyone};
use crate::world::World;

/// The campaign that is kept from the public.
const KEPT: &str = "c-2016";

fn embargo() -> Event {
    Event::Letter(LetterEvent::EmbargoSet(EmbargoSet {
        campaign: KEPT.parse().unwrap(),
        until: "2027-03-31T00:00:00Z".parse().unwrap(),
        reason: "vendors read it first".to_owned(),
        by: "ada".to_owned(),
    }))
}

/// The same history, in which the campaign is kept from the public from the start.
fn kept(mut events: Vec<Event>) -> Vec<Event> {
    events.insert(0, embargo());
    events
}

/// The same, in which guests of that campaign are lost on their way.
fn lost(events: Vec<Event>, is_lost: impl Fn(&StepFinished) -> bool) -> Vec<Event> {
    let lose = |event: Event| {
        let Event::StepFinished(step) = &event else { return event };
        if step.campaign.as_str() != KEPT || !is_lost(step) {
            return event;
        }
        let outcome = Outcome::NotCompleted { reason: "all is lost".to_owned() };
        Event::StepFinished(StepFinished { outcome, observations: Vec::new(), ..step.clone() })
    };
    events.into_iter().map(lose).collect()
}

#[test]
fn results_under_an_embargo_change_nothing_that_the_public_is_shown() {
    let runtime = Runtime::new().unwrap();
    let one: Shown = runtime.block_on(to_anyone(kept(events())));
    let other = runtime.block_on(to_anyone(kept(lost(events(), |_| true))));
    assert_eq!(differing(&one, &other), Vec::<String>::new());
    let open = runtime.block_on(to_anyone(events()));
    let asked = |path: &str| path.contains(KEPT);
    for (path, text) in &one {
        match asked(path) {
            true => assert!(text.contains("404 Not Found"), "{path} is there:\n{text}"),
            false => assert!(!text.contains(KEPT), "{path} says that it is there:\n{text}"),
        }
    }
    assert!(open.iter().any(|(path, text)| !asked(path) && text.contains(KEPT)));
}

/// The same history, in which the campaign was published without one cell.
fn published(mut events: Vec<Event>) -> Vec<Event> {
    events
        .insert(0, Event::Letter(LetterEvent::CampaignPublished(publication(KEPT, vec![cell()]))));
    events
}

fn cell() -> CellId {
    CellId {
        guest: "portable".parse().unwrap(),
        source: "xen-like".parse().unwrap(),
        target: "kvm".parse().unwrap(),
    }
}

#[test]
fn a_cell_that_was_withheld_changes_nothing_that_the_public_is_shown() {
    let runtime = Runtime::new().unwrap();
    let in_cell = |step: &StepFinished| step.trial.cell() == cell();
    let one: Shown = runtime.block_on(to_anyone(published(events())));
    let other = runtime.block_on(to_anyone(published(lost(events(), in_cell))));
    assert_eq!(differing(&one, &other), Vec::<String>::new());
    let open = runtime.block_on(to_anyone(events()));
    let changed = runtime.block_on(to_anyone(lost(events(), in_cell)));
    assert!(differing(&open, &changed).len() > 5, "the cell would have been seen");
    let matrix = &one["/campaigns/c-2016/matrix"];
    assert!(matrix.contains("200 OK") && matrix.contains("□</span> withheld"), "{matrix}");
    assert!(one["/campaigns/c-2016/cells/xen-like/kvm/portable"].contains("404 Not Found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn its_vendors_and_insiders_see_it_and_everybody_does_once_it_is_published() {
    let world = World::of(kept(events())).await;
    let (page, cell) = ("/campaigns/c-2016", "/campaigns/c-2016/cells/xen-like/kvm/portable");
    let acme = world.grant(Role::Vendor { vendor: "acme".parse().unwrap() }).await;
    let auditor = world.grant(Role::Auditor).await;
    let own = world.text("/vendors/acme?campaign=c-2016", Some(&acme)).await;
    assert!(own.contains("Not public.") && own.contains("Acme ESV"), "{own}");
    assert!(!own.contains(&format!("{page}/cells")), "a link to what is not there");
    for path in [page, cell] {
        assert_eq!(world.get(path).await.status(), StatusCode::NOT_FOUND);
        let asked = world.ask(path).bearer_auth(&acme);
        assert_eq!(asked.send().await.unwrap().status(), StatusCode::NOT_FOUND);
        assert!(world.text(path, Some(&auditor)).await.contains("c-2016"));
    }
    let publish = LetterCommand::Publish(publication(KEPT, Vec::new()));
    let noted = world.service.letters.record(&[], vec![publish], world.service.now());
    assert!(noted.into_iter().all(|it| it.unwrap().is_some()));
    for path in [page, cell, "/", "/history"] {
        let shown = world.text(path, None).await;
        assert!(shown.contains("c-2016"), "{path}");
    }
    let own = world.text("/vendors/acme?campaign=c-2016", Some(&acme)).await;
    assert!(!own.contains("Not public.") && own.contains(&format!("{page}/cells")));
}
