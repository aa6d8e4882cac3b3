//! The interface for programs: what it gives is what the reports give, and what it says it gives.

use std::collections::BTreeSet;

use domain::access::Role;
use domain::event::{CheckWaived, Event, Recorded, WaiverScope};
use domain::ids::CampaignId;
use domain::policy::Policy;
use jiff::Timestamp;
use ledger::{TlogProof, leaf_hash};
use reports::history::History;
use reports::html::Audience;
use reports::json;
use reports::sight::Sight;
use reports::viewpoint::Viewpoint;
use serde_json::Value;
use service::address::Address;
use service::routes;
use store::{Direction, EventLog as _};

use crate::fixture::{self, policy};
use crate::world::{World, harsh};

async fn json_at(world: &World, path: &str, token: Option<&str>) -> Value {
    serde_json::from_str(&world.text(path, token).await).unwrap()
}

/// What the command line prints.
fn printed(
    (events, now): (&[Recorded], Timestamp),
    id: &str,
    asked: (Viewpoint, &Policy),
    audience: Audience,
) -> String {
    let mut history = History::seen_from(asked.0);
    events.iter().for_each(|it| history.project(it));
    let history = history.at_present(now);
    let (raw, waivers) = (policy(), history.in_force());
    let sight = Sight { history: &history, policy: asked.1, raw: &raw };
    let id: CampaignId = id.parse().unwrap();
    let judged = sight.judged(history.campaign(&id).unwrap(), &waivers);
    json::text(&sight.file(&judged, audience)).unwrap()
}

fn recorded(world: &World) -> Vec<Recorded> {
    world.log.read(0, Direction::Forward).map(Result::unwrap).collect()
}

async fn holds_for(world: &World, id: &str) {
    let token = world.grant(Role::Operator).await;
    let events = recorded(world);
    let (last, usual, harsh) = (events.len() as u64 - 1, policy(), harsh());
    let (middle, at) = (last * 3 / 4, events[events.len() * 3 / 4].at);
    let views = [
        (String::new(), Viewpoint::default(), &usual),
        (format!("known_at={middle}"), Viewpoint { known_at: Some(middle), as_of: None }, &usual),
        (format!("known_at={last}"), Viewpoint { known_at: Some(last), as_of: None }, &usual),
        (format!("as_of={at}"), Viewpoint { known_at: None, as_of: Some(at) }, &usual),
        ("policy=harsh".to_owned(), Viewpoint::default(), &harsh),
        (
            format!("known_at={middle}&as_of={at}&policy=harsh+1"),
            Viewpoint { known_at: Some(middle), as_of: Some(at) },
            &harsh,
        ),
    ];
    for (question, viewpoint, policy) in views {
        let path = format!("/api/v1/campaigns/{id}/matrix?{question}");
        for (audience, token) in
            [(Audience::Public, None), (Audience::Operator, Some(token.as_str()))]
        {
            let expected =
                printed((&events, world.service.now()), id, (viewpoint, policy), audience);
            assert!(world.text(&path, token).await == expected, "{path} for {audience:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn matrices_are_those_that_the_command_line_prints() {
    let world = World::start().await;
    holds_for(&world, "c-2016").await;
    holds_for(&world, "c-2015").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_they_are_where_a_log_has_strangers() {
    let events = fixture::events().into_iter().map(|it| it.event).collect();
    let world = World::of(events).await;
    holds_for(&world, "2026-11-23-harbour").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_they_are_where_rules_are_waived_for_a_while() {
    let mut events: Vec<Event> = fixture::events().into_iter().map(|it| it.event).collect();
    let expires = |second: i64| fixture::events()[0].at + jiff::SignedDuration::from_secs(second);
    let last = i64::try_from(events.len()).unwrap();
    // One that is over when the campaign ends, one that ends after the last event.
    events.insert(60, Event::CheckWaived(waiver("w-over", "clock.source", expires(100))));
    events.insert(80, Event::CheckWaived(waiver("w-open", "cpu.model", expires(last + 1))));
    let world = World::of(events).await;
    holds_for(&world, "2026-11-23-harbour").await;
    // Others are recorded meanwhile: time goes on for what is seen in the present.
    world.grant(Role::Lab).await;
    world.grant(Role::Lab).await;
    holds_for(&world, "2026-11-23-harbour").await;
}

fn waiver(name: &str, rule: &str, expires: jiff::Timestamp) -> CheckWaived {
    CheckWaived {
        waiver: name.parse().unwrap(),
        rule: rule.to_owned(),
        scope: WaiverScope::default(),
        reason: "renumbered".to_owned(),
        owner: "ada".to_owned(),
        expires,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_and_names_no_tool_to_the_public() {
    let world = World::start().await;
    let auditor = world.grant(Role::Auditor).await;
    for path in [
        "/api/v1/overview",
        "/api/v1/campaigns",
        "/api/v1/campaigns/c-2016",
        "/api/v1/campaigns/c-2016/matrix",
        "/api/v1/campaigns/c-2016/cells/kvm/acme-like/portable",
        "/api/v1/history?at=3",
        "/api/v1/diff",
        "/api/v1/baselines",
        "/api/v1/waivers",
        "/api/v1/stale",
        "/api/v1/log/checkpoints",
        "/api/v1/log/events/3",
    ] {
        let text = world.text(path, None).await;
        assert!(!text.contains("canary"), "{path} names a tool");
        serde_json::from_str::<Value>(&text).unwrap();
        json_at(&world, path, Some(&auditor)).await;
    }
    assert_eq!(world.get("/api/v1/events").await.status(), 401);
    let lab = world.grant(Role::Lab).await;
    let refused = world.ask("/api/v1/events").bearer_auth(lab).send().await.unwrap();
    assert_eq!(refused.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_and_none_is_left_out() {
    let world = World::start().await;
    let mut found = Vec::new();
    let mut path = "/api/v1/campaigns?limit=2".to_owned();
    loop {
        let page = json_at(&world, &path, None).await;
        let some = page["campaigns"].as_array().unwrap();
        assert!(some.len() <= 2);
        found.extend(some.iter().map(|it| it["campaign"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/campaigns?limit=2&after={next}"),
            None => break,
        }
    }
    assert_eq!(found, ["c-2017", "c-2016", "c-2015", "c-2014", "c-2013"]);
    let auditor = world.grant(Role::Auditor).await;
    let (mut from, mut events) = (Some(0), 0);
    while let Some(first) = from {
        let path = format!("/api/v1/events?from={first}&limit=1000");
        let page = json_at(&world, &path, Some(&auditor)).await;
        let some = page["events"].as_array().unwrap();
        assert_eq!(some[0]["position"], first);
        events += some.len() as u64;
        from = page["next"].as_u64();
    }
    assert_eq!(events, world.log.head());
    for hostile in ["campaigns?limit=0", "campaigns?limit=201", "campaigns?after=nobody"] {
        assert_eq!(world.get(&format!("/api/v1/{hostile}")).await.status(), 400, "{hostile}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_hold_and_only_insiders_get_events() {
    let world = World::start().await;
    let auditor = world.grant(Role::Auditor).await;
    let keys = world.text("/api/v1/log/keys", None).await;
    let keys: Vec<ledger::Verifier> = keys.lines().map(|it| it.parse().unwrap()).collect();
    let proof = world.text("/api/v1/log/events/5/proof", Some(&auditor)).await;
    let report = ledger::bundle::verify(proof.as_bytes(), &keys).unwrap();
    assert_eq!(report.index, Some(5));
    let public = world.text("/api/v1/log/events/5/proof", None).await;
    assert!(!public.contains("StepFinished"));
    let public: TlogProof = public.parse().unwrap();
    let (_, leaf) = world.log.leaves(5).next().unwrap().unwrap();
    assert_eq!(public.extra.as_deref(), Some(leaf_hash(&leaf).to_bytes().as_slice()));
    ledger::bundle::verify_tlog_proof(public, String::from_utf8(leaf.clone()).unwrap(), &keys)
        .unwrap();
    let seen = json_at(&world, "/api/v1/log/events/5", None).await;
    assert_eq!(seen["leaf_sha256"], leaf_hash(&leaf).to_string());
    let fields: BTreeSet<&str> = seen.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, BTreeSet::from(["at", "leaf_sha256", "position", "type"]));
    let checkpoints = json_at(&world, "/api/v1/log/checkpoints", None).await;
    let size = checkpoints["checkpoints"][0]["size"].as_u64().unwrap();
    let path = format!("/api/v1/log/consistency?from={size}");
    let report = world.text(&path, None).await;
    ledger::bundle::verify(report.as_bytes(), &keys).unwrap();
    for (path, status) in [
        ("/api/v1/log/events/99999/proof", 404),
        ("/api/v1/log/events/-1", 404),
        ("/api/v1/log/consistency?from=7", 404),
        ("/api/v1/log/consistency", 400),
        ("/tile/0/000.p/999", 404),
        ("/tile/9/000", 404),
        ("/tile/0/x001/000", 404),
        ("/tile/entries/000.p/1", 401),
    ] {
        assert_eq!(world.get(path).await.status(), status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tiles_are_those_of_the_tree() {
    let world = World::start().await;
    let leaves: Vec<Vec<u8>> = world.log.leaves(0).take(256).map(|it| it.unwrap().1).collect();
    let tile = world.get("/tile/0/000").await.bytes().await.unwrap();
    let expected: Vec<u8> = leaves.iter().flat_map(|it| leaf_hash(it).to_bytes()).collect();
    assert_eq!(tile, expected);
    let auditor = world.grant(Role::Auditor).await;
    let entries = world.ask("/tile/entries/000").bearer_auth(auditor).send().await.unwrap();
    let entries = ledger::parse_entries(&entries.bytes().await.unwrap()).unwrap().len();
    assert_eq!(entries, 256);
    let note = world.text("/checkpoint", None).await;
    assert_eq!(note, world.text("/api/v1/log/checkpoint", None).await);
    assert!(note.parse::<ledger::Note>().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_is_described_and_every_description_has_an_address() {
    let world = World::of(vec![Event::CampaignStarted(started())]).await;
    let document = json_at(&world, "/api/v1/openapi.json", None).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            described.insert((method.to_uppercase(), path.clone()));
        }
    }
    let named = |it: &Address| it.path.starts_with("/api/v1/");
    let served: BTreeSet<(String, String)> = routes::addresses()
        .iter()
        .filter(|it| named(it))
        .map(|it| (it.method.to_owned(), it.path.to_owned()))
        .collect();
    assert_eq!(described, served);
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
}

fn started() -> domain::event::CampaignStarted {
    let (campaign, testbed) = ("c-1".parse().unwrap(), fixture::testbed());
    domain::event::CampaignStarted { campaign, testbed, pins: fixture::pins() }
}
