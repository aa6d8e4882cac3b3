//! Two services whose logs differ by names and order of tools alone are the same service to anybody
//! but those who may see tools: every page, answer, feed, badge, file and message, byte by byte.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::access::Role;
use domain::event::{CheckWaived, Event, UpgradeDeclared, WaiverScope};
use proptest::prelude::*;
use reports::bundle::Bundle;
use reqwest::Response;
use tokio::runtime::Runtime;

use crate::world::{World, next_steps, told};

/// Every name by which tools could be known.
const NAMES: [&str; 12] = [
    "canary-one",
    "canary-two",
    "canary-packer",
    "canary-direct",
    "canary-other",
    "canary-ovf",
    "canary-act",
    "canary-work",
    "Canary Converter One",
    "Canary Converter Two",
    "Canary Packer",
    "Toolsmith Ltd",
];

/// What has no digest of an event in it.
const PLAIN: [&str; 36] = [
    "/",
    "/campaigns",
    "/campaigns/c-2016",
    "/campaigns/c-2016/matrix",
    "/campaigns/c-2016/matrix?guest=portable&standing=FAILURE",
    "/campaigns/c-2016/cells/kvm/acme-like/portable",
    "/campaigns/c-2016/cells/xen-like/kvm/portable",
    "/campaigns/c-2016/cells/acme-like/xen-like/host-only",
    "/campaigns/c-2017/live",
    "/campaigns/c-2099",
    "/history",
    "/history?at=3",
    "/diff?baseline=spring",
    "/diff?baseline=c-2014&campaign=c-2015&class=regressed",
    "/feed.atom",
    "/badges/portable.svg",
    "/badges/kvm/acme-like/portable.svg",
    "/search?q=canary",
    "/search?q=kvm",
    "/converters",
    "/vendors/toolsmith",
    "/audit/events/99999",
    "/api/v1/overview",
    "/api/v1/campaigns?limit=3",
    "/api/v1/campaigns/c-2016",
    "/api/v1/campaigns/c-2015/matrix",
    "/api/v1/campaigns/c-2016/cells/xen-like/kvm/portable",
    "/api/v1/history",
    "/api/v1/diff?baseline=c-2013",
    "/api/v1/baselines",
    "/api/v1/waivers",
    "/api/v1/stale",
    "/api/v1/search?q=canary-one",
    "/campaigns/c-2016/report",
    "/campaigns/c-2016/csv",
    "/campaigns/c-2016/junit",
];

/// What may be asked from elsewhere in time, and by other rules.
const TIMED: [&str; 12] = [
    "/",
    "/campaigns/c-2014",
    "/campaigns/c-2014/matrix",
    "/campaigns/c-2014/cells/xen-like/kvm/portable",
    "/history",
    "/diff?baseline=c-2013&campaign=c-2014",
    "/campaigns/c-2014/csv",
    "/campaigns/c-2014/openmetrics",
    "/api/v1/campaigns/c-2014/matrix",
    "/api/v1/history",
    "/api/v1/waivers",
    "/api/v1/stale",
];

/// From when, and by which rules.
const WHEN: [&str; 3] = ["known_at=1200", "as_of=2026-11-23T08:55:00Z", "policy=harsh+1"];

/// What shows digests of events or signs them: they differ, what stands around them does not.
const SIGNED: [&str; 11] = [
    "/audit",
    "/audit/events/7",
    "/api/v1/audit",
    "/api/v1/audit/events/7",
    "/api/v1/log/checkpoints",
    "/api/v1/log/events/7",
    "/api/v1/log/events/7/proof",
    "/campaigns/c-2016/json",
    "/campaigns/c-2016/in-toto",
    "/campaigns/c-2016/oscal",
    "/campaigns/c-2016/bundle",
];

/// Everything that was shown, by the question.
pub(super) type Shown = BTreeMap<String, String>;

/// What the public is shown where tools have their usual names.
static USUAL: LazyLock<Shown> =
    LazyLock::new(|| Runtime::new().unwrap().block_on(to_anyone(events())));

/// What happened, and after it what makes names of tools and routes stand in more places.
pub(super) fn events() -> Vec<Event> {
    let mut events = told();
    events.push(Event::UpgradeDeclared(UpgradeDeclared {
        subject: "converter:canary-one".to_owned(),
        from: "2.0".to_owned(),
        to: "3.0".to_owned(),
        by: "ada".to_owned(),
    }));
    for (name, route) in [("w-1", Some("canary-direct")), ("w-2", None)] {
        events.push(Event::CheckWaived(CheckWaived {
            waiver: name.parse().unwrap(),
            rule: "clock.source".to_owned(),
            scope: WaiverScope {
                route: route.map(|it| it.parse().unwrap()),
                ..WaiverScope::default()
            },
            reason: "renumbered".to_owned(),
            owner: "ada".to_owned(),
            expires: "2027-01-01T00:00:00Z".parse().unwrap(),
        }));
    }
    events
}

/// The same with other tools: by other names, declared in another order; and with other vendors
/// beside `acme`, when its name is given.
fn recast(events: Vec<Event>, (names, order): &(Vec<String>, Vec<usize>)) -> Vec<Event> {
    let mut text = serde_json::to_string(&events).unwrap();
    for (old, new) in NAMES.iter().zip(names) {
        text = text.replace(old, new);
    }
    let mut events: Vec<Event> = serde_json::from_str(&text).unwrap();
    for event in &mut events {
        if let Event::CampaignStarted(started) = event {
            let testbed = &mut started.testbed;
            testbed.routes = order.iter().map(|it| testbed.routes[*it].clone()).collect();
            testbed.converters = order.iter().map(|it| testbed.converters[*it].clone()).collect();
        }
    }
    events
}

/// The same, with other makers of what is not acme's.
fn recast_vendors(mut events: Vec<Event>, name: &str, order: &[usize]) -> Vec<Event> {
    for event in &mut events {
        let Event::CampaignStarted(started) = event else { continue };
        let testbed = &mut started.testbed;
        for vendor in testbed.vendors.iter_mut().filter(|it| it.id.as_str() != "acme") {
            vendor.name = format!("{name} of {}", vendor.id);
        }
        testbed.vendors = order.iter().map(|it| testbed.vendors[*it].clone()).collect();
    }
    events
}

/// Long runs of letters that may be digests, keys or signatures, as one letter each.
fn masked(text: &str) -> String {
    let is_letter = |it: char| it.is_ascii_alphanumeric() || "+/=".contains(it);
    let mut shown = String::new();
    for run in text.split_inclusive(|it| !is_letter(it)) {
        let letters = run.trim_end_matches(|it| !is_letter(it));
        // A whole digest in base64 may have no number in it.
        let has_number = letters.contains(|it: char| it.is_ascii_digit());
        match letters.len() > 40 || (letters.len() > 11 && has_number) {
            true => shown += &format!("#{}", &run[letters.len()..]),
            false => shown += run,
        }
    }
    shown
}

async fn text(answer: Response) -> String {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let field = |name: &str| headers.get(name).map(|it| it.to_str().unwrap().to_owned());
    let head = format!("{status} {:?} {:?}", field("content-type"), field("content-disposition"));
    let bytes = answer.bytes().await.unwrap();
    let body = match Bundle::unzip(&bytes) {
        Ok(bundle) => {
            let file = |(name, bytes): (&str, &[u8])| {
                format!("== {name}\n{}\n", String::from_utf8_lossy(bytes))
            };
            bundle.files().map(file).collect()
        }
        Err(_) => String::from_utf8_lossy(&bytes).into_owned(),
    };
    format!("{head}\n{body}")
}

/// Everything that the public is shown.
pub(super) async fn to_anyone(events: Vec<Event>) -> Shown {
    let world = World::of(events).await;
    let mut shown = Shown::new();
    for path in PLAIN {
        let answer = world.get(path).await;
        let tag = answer.headers().get("etag").cloned();
        shown.insert(path.to_owned(), format!("{tag:?} {}", text(answer).await));
    }
    for path in TIMED {
        for when in WHEN {
            if path.contains("/history") && when.starts_with("as_of") {
                // It asks for an instant by another name.
                continue;
            }
            let joint = if path.contains('?') { '&' } else { '?' };
            let path = format!("{path}{joint}{when}");
            shown.insert(path.clone(), text(world.get(&path).await).await);
        }
    }
    for path in SIGNED {
        shown.insert(path.to_owned(), masked(&text(world.get(path).await).await));
    }
    shown
}

/// What a vendor is shown of itself.
async fn to_vendor(events: Vec<Event>) -> Shown {
    let world = World::of(events).await;
    let token = world.grant(Role::Vendor { vendor: "acme".parse().unwrap() }).await;
    let mut shown = Shown::new();
    for path in [
        "/vendors/acme",
        "/vendors/acme?campaign=c-2015",
        "/api/v1/vendors/acme",
        "/api/v1/vendors/acme?campaign=c-2016",
        "/vendors/toolsmith",
        "/api/v1/vendors/libre",
        "/converters",
    ] {
        let answer = world.ask(path).bearer_auth(&token).send().await.unwrap();
        shown.insert(path.to_owned(), text(answer).await);
    }
    shown
}

/// What somebody is told who comes back to a campaign that has gone on.
async fn to_watcher(events: Vec<Event>, steps: Vec<Event>) -> String {
    let world = World::of(events).await;
    let path = format!("/campaigns/{}/events", crate::world::RUNNING);
    let mut first = world.get(&path).await;
    let before = message(&mut first, 0).await;
    let seen = last_id(&before);
    let mut head = 0;
    for step in steps {
        head = world.append(step).await;
    }
    message(&mut first, head).await;
    let again = world.ask(&path).header("last-event-id", seen.to_string());
    let told = message(&mut again.send().await.unwrap(), head).await;
    format!("{before}{told}")
}

/// What comes until this position is told, or the first that is told at all.
async fn message(answer: &mut Response, position: u64) -> String {
    let mut text = String::new();
    while !text.ends_with("\n\n") || !text.contains("event: progress") || last_id(&text) < position
    {
        let chunk = answer.chunk().await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    text
}

fn last_id(text: &str) -> u64 {
    let line = text.lines().rev().find_map(|it| it.strip_prefix("id: "));
    line.map_or(0, |it| it.parse().unwrap())
}

/// The questions whose answers differ.
pub(super) fn differing(one: &Shown, other: &Shown) -> Vec<String> {
    assert_eq!(one.len(), other.len());
    let pairs = one.iter().zip(other.values());
    let differing = pairs.filter(|((_, one), other)| one != other);
    let line = |(one, other): (&str, &str)| {
        let mut lines = one.lines().zip(other.lines());
        lines.find(|(one, other)| one != other).map(|it| format!("{it:?}"))
    };
    differing.map(|((path, one), other)| format!("{path}: {:?}", line((one, other)))).collect()
}

/// Other names, and another order.
fn casts() -> impl Strategy<Value = (Vec<String>, Vec<usize>)> {
    let names = prop::collection::vec("[a-z][a-z0-9]{0,6}", NAMES.len()).prop_map(|prefixes| {
        let named = prefixes.into_iter().enumerate();
        named.map(|(place, it)| format!("{it}-zz{place}")).collect()
    });
    (names, Just(vec![0, 1, 2]).prop_shuffle())
}

#[test]
fn nothing_that_is_compared_is_missing_or_names_a_tool() {
    let absent = ["/campaigns/c-2099", "/converters", "/vendors/toolsmith", "/audit/events/99999"];
    let mut wrong = Vec::new();
    for (path, text) in USUAL.iter() {
        if text.contains("200 OK") == absent.contains(&path.as_str()) {
            wrong.push(format!("{path}: {}", text.chars().take(300).collect::<String>()));
        }
        let asked = path.contains("canary") || path.contains("toolsmith");
        if !asked && text.to_lowercase().contains("canary") {
            wrong.push(format!("{path} names a tool"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn metrics_name_nothing() {
    let text = Runtime::new().unwrap().block_on(async {
        let world = World::of(events()).await;
        let auditor = world.grant(Role::Auditor).await;
        world.get("/campaigns/c-2016/matrix?guest=portable").await;
        world.get("/search?q=canary-one").await;
        world.get("/vendors/toolsmith").await;
        world.text("/converters", Some(&auditor)).await;
        world.text("/metrics", Some(&auditor)).await
    });
    assert!(text.contains("route=\"/converters\""), "{text}");
    for name in NAMES.iter().copied().chain(["canary", "toolsmith", "acme", "c-2016", "portable"]) {
        assert!(!text.contains(name), "{name}: {text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..ProptestConfig::with_cases(3) })]

    #[test]
    fn other_tools_are_the_same_service_to_anyone(cast in casts()) {
        let other = Runtime::new().unwrap().block_on(to_anyone(recast(events(), &cast)));
        let differing = differing(&USUAL, &other);
        prop_assert!(differing.is_empty(), "{differing:#?}");
    }

    #[test]
    fn other_tools_and_vendors_are_the_same_service_to_a_vendor(
        cast in casts(),
        name in "[A-Z][a-z]{2,8}",
        vendors in Just(vec![0, 1, 2]).prop_shuffle(),
    ) {
        let (one, other) = Runtime::new().unwrap().block_on(async {
            let other = recast_vendors(recast(events(), &cast), &name, &vendors);
            (to_vendor(events()).await, to_vendor(other).await)
        });
        let differing = differing(&one, &other);
        prop_assert!(differing.is_empty(), "{differing:#?}");
    }

    #[test]
    fn other_tools_tell_those_who_watch_the_same(cast in casts()) {
        let steps = || next_steps().into_iter().take(14).map(Event::StepFinished).collect();
        let (one, other) = Runtime::new().unwrap().block_on(async {
            let other = recast(events(), &cast);
            (to_watcher(events(), steps()).await, to_watcher(other, recast(steps(), &cast)).await)
        });
        prop_assert!(one.contains("event: cell"), "{one}");
        prop_assert_eq!(one, other);
    }
}
