//! Pages, from anybody's place and from an auditor's, today and for ever.

use domain::access::Role;
use domain::event::{BaselineSet, CampaignStarted, CheckWaived, Event, WaiverScope};
use domain::ids::CampaignId;
use reqwest::StatusCode;

use crate::fixture::{pins, testbed};
use crate::world::{World, next_steps};

/// Pages that anybody may see.
const PAGES: [&str; 13] = [
    "/",
    "/campaigns",
    "/campaigns/c-2016",
    "/campaigns/c-2016/matrix",
    "/campaigns/c-2016/matrix?guest=portable&standing=FAILURE",
    "/campaigns/c-2016/cells/kvm/acme-like/portable",
    "/campaigns/c-2017/matrix?policy=harsh+1",
    "/history",
    "/history?at=3",
    "/diff?baseline=spring",
    "/diff?baseline=c-2014&campaign=c-2015&class=regressed",
    "/campaigns/c-2016/matrix?as_of=2026-11-23T08:40:00Z",
    "/campaigns/c-2017",
];

/// What stands elsewhere, and what is alive.
const OTHERS: [&str; 4] = [
    "/feed.atom",
    "/badges/portable.svg",
    "/badges/kvm/acme-like/portable.svg",
    "/campaigns/c-2017/live",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_and_names_no_tool_to_the_public() {
    let world = World::start().await;
    let token = world.grant(Role::Auditor).await;
    for path in PAGES.into_iter().chain(OTHERS) {
        if path.contains("as_of") {
            assert_eq!(world.get(path).await.status(), StatusCode::NOT_FOUND, "not begun by then");
            continue;
        }
        let text = world.text(path, None).await;
        assert!(!text.to_lowercase().contains("canary"), "{path} names a tool");
        world.text(path, Some(&token)).await;
    }
    let cell = world.text(PAGES[5], Some(&token)).await;
    assert!(cell.contains("canary-one"), "an auditor sees the tools");
    let lab = world.grant(Role::Lab).await;
    let cell = world.text(PAGES[5], Some(&lab)).await;
    assert!(!cell.contains("canary"), "a lab sees what the public sees");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permalink_gives_the_same_bytes_whatever_is_recorded_later() {
    let world = World::start().await;
    let auditor = world.grant(Role::Auditor).await;
    let mut kept = Vec::new();
    for path in PAGES.into_iter().filter(|it| !it.contains("as_of")) {
        for token in [None, Some(auditor.as_str())] {
            let page = world.text(path, token).await;
            let link = permalink(&page).unwrap_or_else(|| panic!("{path} has no permalink"));
            let bytes = world.text(&link, token).await;
            assert_eq!(permalink(&bytes).as_deref(), Some(link.as_str()), "{path}: its own link");
            kept.push((link, token, bytes));
        }
    }
    for event in happenings() {
        world.append(event).await;
    }
    world.grant(Role::Operator).await;
    for (link, token, bytes) in kept {
        assert!(world.text(&link, token).await == bytes, "{link} has changed");
    }
    let matrix = world.text("/campaigns/c-2016/matrix", None).await;
    let now = permalink(&matrix).unwrap();
    world.append(Event::CheckWaived(waiver("w-late"))).await;
    assert_eq!(world.text(&now, None).await, world.text(&now, None).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_new_when_what_it_shows_is() {
    let world = World::start().await;
    let path = "/campaigns/c-2017/live";
    let before = world.text(path, None).await;
    assert!(world.text(path, None).await == before);
    for step in next_steps() {
        world.append(Event::StepFinished(step)).await;
    }
    assert!(world.text(path, None).await != before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_known_is_not_sent_again() {
    let world = World::start().await;
    let first = world.get("/campaigns/c-2016/matrix").await;
    let tag = first.headers()["etag"].clone();
    let again = world.ask("/campaigns/c-2016/matrix").header("if-none-match", &tag);
    let again = again.send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert!(again.bytes().await.unwrap().is_empty());
    let packed = world.ask("/campaigns/c-2016/matrix").header("accept-encoding", "gzip");
    assert_eq!(packed.send().await.unwrap().headers()["content-encoding"], "gzip");
    let head = world.client.head(format!("{}/campaigns/c-2016/matrix", world.url));
    let head = head.send().await.unwrap();
    assert_eq!((head.status(), &head.headers()["etag"]), (StatusCode::OK, &tag));
    let token = world.grant(Role::Operator).await;
    let mine = world.ask("/campaigns/c-2016/matrix").bearer_auth(token).send().await.unwrap();
    assert!(mine.headers()["cache-control"].to_str().unwrap().starts_with("private"));
    assert_ne!(mine.headers()["etag"], tag, "an operator's page is another");
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_are_kept_for_ever() {
    let world = World::start().await;
    let page = world.text("/", None).await;
    let name = page.split("href=\"/assets/").nth(2).unwrap().split('"').next().unwrap();
    let asset = world.get(&format!("/assets/{name}")).await;
    assert_eq!(asset.status(), StatusCode::OK);
    assert!(asset.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    for hostile in ["/assets/portolan.css", "/assets/..%2f..%2fCargo.toml", "/assets/%00"] {
        assert_eq!(world.get(hostile).await.status(), StatusCode::NOT_FOUND, "{hostile}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_in_words() {
    let world = World::start().await;
    let long = format!("/diff?baseline={}", "a".repeat(3_000));
    let hostile = [
        ("/campaigns/c-2016/matrix?standing=GREAT", 400, "SUCCESS"),
        ("/campaigns/c-2016/matrix?tool=canary-one", 400, "tool"),
        ("/campaigns/c-2016/matrix?known_at=999999", 400, "beyond the log"),
        ("/campaigns/c-2016/matrix?known_at=18446744073709551615", 400, "beyond the log"),
        ("/campaigns/c-2016/matrix?known_at=0", 404, "no campaign"),
        ("/campaigns/c-2016/matrix?policy=mine", 404, "harsh 1"),
        ("/campaigns/c-2099", 404, "c-2099"),
        ("/campaigns/..%2F..%2Fetc", 404, "name"),
        ("/campaigns/%00", 404, "name"),
        ("/campaigns/c-2016/cells/kvm/kvm/portable", 404, "No trial"),
        ("/history?at=yesterday", 400, "no point in time"),
        ("/history?at=0", 400, "no point in time"),
        ("/diff?baseline=autumn", 404, "autumn"),
        ("/diff?class=worse", 400, "regressed"),
        ("/badges/nobody.svg", 404, "No campaign"),
        (&long, 400, "longer"),
    ];
    for (path, status, words) in hostile {
        let answer = world.get(path).await;
        let (found, kind) = (answer.status(), answer.headers()["content-type"].clone());
        let text = answer.text().await.unwrap();
        assert_eq!((found.as_u16(), text.contains(words)), (status, true), "{path}: {text}");
        assert_eq!(kind, "application/problem+json", "{path}");
    }
}

/// The permanent link that a page offers.
fn permalink(page: &str) -> Option<String> {
    let (before, _) = page.split_once("\" rel=\"bookmark\"")?;
    let link = before.rsplit_once("href=\"")?.1;
    Some(link.replace("&#38;", "&").replace("&amp;", "&"))
}

/// Much happens: steps, a campaign, a baseline, a waiver.
fn happenings() -> Vec<Event> {
    let mut events: Vec<Event> = next_steps().into_iter().map(Event::StepFinished).collect();
    let campaign: CampaignId = "c-2018".parse().unwrap();
    let (testbed, started) = (testbed(), campaign.clone());
    events.push(Event::CampaignStarted(CampaignStarted {
        campaign: started,
        testbed,
        pins: pins(),
    }));
    events.push(Event::BaselineSet(BaselineSet {
        name: "autumn".parse().unwrap(),
        campaign: "c-2016".parse().unwrap(),
        versions: pins(),
        revision: 1,
        follows: None,
        reason: String::new(),
        by: "ada".to_owned(),
    }));
    events.push(Event::CheckWaived(waiver("w-1")));
    events
}

fn waiver(name: &str) -> CheckWaived {
    CheckWaived {
        waiver: name.parse().unwrap(),
        rule: "clock.source".to_owned(),
        scope: WaiverScope::default(),
        reason: "renumbered".to_owned(),
        owner: "ada".to_owned(),
        expires: "2027-01-01T00:00:00Z".parse().unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_get_a_page_where_something_went_wrong_and_programs_get_words() {
    let world = World::start().await;
    for (path, status) in [
        ("/nowhere", 404),
        ("/campaigns/c-2099", 404),
        ("/history?at=x", 400),
        ("/evidence/00", 401),
    ] {
        let person = world.ask(path).header("accept", "text/html,*/*;q=0.8").send().await.unwrap();
        assert_eq!(person.status(), status, "{path}");
        assert_eq!(person.headers()["content-type"], "text/html; charset=utf-8", "{path}");
        assert!(person.text().await.unwrap().contains("<main"), "{path}");
    }
    let token = world.ask("/").header("accept", "text/html").bearer_auth("nonsense");
    assert_eq!(token.send().await.unwrap().status(), 401);
    let program = world.ask("/api/v1/nowhere").header("accept", "text/html");
    let program = program.send().await.unwrap();
    assert_eq!(program.headers()["content-type"], "application/problem+json");
    let posted = world.client.post(format!("{}/campaigns", world.url)).send().await.unwrap();
    assert_eq!(
        (posted.status().as_u16(), &posted.headers()["allow"]),
        (405, &"GET, HEAD".parse().unwrap())
    );
}
