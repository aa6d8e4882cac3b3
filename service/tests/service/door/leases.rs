//! Leases over HTTP, with a clock that is moved: expiry, takeover, and what comes too late.

use std::time::Duration;

use domain::step::Step;
use domain::wire::Leased;
use reports::viewpoint::Viewpoint;
use reqwest::{Method, Response, StatusCode};
use serde_json::json;
use service::door::LabLimits;

use super::world::*;

async fn beat(world: &World, who: &str, lease: &Leased) -> Response {
    let path = format!("/api/v1/leases/{}/heartbeat", lease.lease);
    world.ask(who, Method::POST, &path).send().await.unwrap()
}

#[tokio::test]
async fn trials_that_share_a_source_go_together_and_nobody_gets_them_twice() {
    let world = World::start().await;
    world.offer("c-1").await;
    let (first, second) = (world.lease("lab-1", 2).await, world.lease("lab-2", 64).await);
    let source = |it: &Leased| {
        let trial = &it.trials[0].trial;
        (trial.guest.clone(), trial.source.clone())
    };
    assert_eq!(first.trials.len(), 2);
    assert!(first.trials.iter().all(|it| it.trial.source == source(&first).1));
    assert_eq!(second.trials.len(), trials().len() - 2);
    assert!(second.trials.iter().all(|it| first.trials.iter().all(|own| own.trial != it.trial)));
    assert_ne!(source(&first), source(&second));
    let none = world.post("lab-1", "/api/v1/leases", &wanted(1)).await;
    assert_eq!(none.status(), StatusCode::NO_CONTENT);
    assert_eq!(first.seconds, 60);
    assert_eq!(first.testbed, testbed());
}

#[tokio::test]
async fn an_expired_lease_is_taken_over_and_what_its_holder_sends_late_is_refused() {
    let world = World::start().await;
    world.offer("c-1").await;
    let first = world.lease("lab-1", 2).await;
    let trial = first.trials[0].trial.clone();
    let steps = walk(&trial);
    world.record(&leased(&first, steps[..2].to_vec())).await;
    world.wait(59);
    assert_eq!(beat(&world, "lab-1", &first).await.status(), StatusCode::OK);
    assert_eq!(problem(beat(&world, "lab-2", &first).await).await.1, "lease-lost");
    world.wait(59);
    world.record(&leased(&first, steps[2..3].to_vec())).await;
    world.wait(60);
    let second = world.lease("lab-2", 2).await;
    assert_eq!(second.trials[0].trial, trial);
    assert_eq!(second.trials[0].next_step, Some(Step::ResourceCheck), "progress is not lost");
    let late = world.send(&leased(&first, steps[3..].to_vec())).await;
    assert_eq!(problem(late).await.1, "lease-lost");
    assert_eq!(problem(beat(&world, "lab-1", &first).await).await.1, "lease-lost");
    let mine = leased(&second, steps[3..].to_vec());
    let json = serde_json::to_value(&mine).unwrap();
    assert_eq!(world.post("lab-2", "/api/v1/events", &json).await.status(), StatusCode::OK);
    // Nor under the other's name.
    assert_eq!(problem(world.send(&mine).await).await.1, "lease-lost");
    let finished = world.events("c-1").iter().filter(|it| **it == "StepFinished").count();
    assert_eq!(finished, 7);
}

#[tokio::test]
async fn a_restart_forgets_leases_and_no_result_is_doubled() {
    let world = World::start().await;
    world.offer("c-1").await;
    let first = world.lease("lab-1", 2).await;
    let steps = walk(&first.trials[0].trial);
    let begun = leased(&first, steps[..2].to_vec());
    world.record(&begun).await;
    let world = world.again().await;
    assert_eq!(problem(world.send(&begun).await).await.1, "lease-lost");
    assert_eq!(problem(beat(&world, "lab-1", &first).await).await.1, "lease-lost");
    let second = world.lease("lab-1", 2).await;
    assert_eq!(second.trials[0].next_step, Some(Step::Export));
    // What it had recorded before is known, what is new goes on from there.
    let all = world.record(&leased(&second, steps)).await;
    let repeated: Vec<bool> = all.recorded.iter().map(|it| it.repeated).collect();
    assert_eq!(repeated, [true, true, false, false, false, false, false]);
}

#[tokio::test]
async fn an_offered_campaign_is_recorded_under_a_lease_only() {
    let world = World::start().await;
    world.offer("c-1").await;
    let lease = world.lease("lab-1", 1).await;
    let mine = step(&lease.trials[0].trial, Step::SanityCheck);
    let other = step(&trials()[7], Step::SanityCheck);
    let (_, kind, _) = problem(world.send(&batch("c-1", vec![mine.clone()])).await).await;
    assert_eq!(kind, "not-leased");
    for command in [other, start()] {
        let answer = world.send(&leased(&lease, vec![mine.clone(), command])).await;
        assert_eq!(problem(answer).await.1, "not-leased");
    }
    assert_eq!(world.events("c-1").len(), 2, "no half of a batch either");
    world.record(&leased(&lease, vec![mine])).await;
}

#[tokio::test]
async fn versions_are_pinned_by_who_comes_first() {
    let world = World::start().await;
    world.offer("c-1").await;
    let asking = |version: &str| {
        let mut wanted = wanted(1);
        wanted["pins"] = json!({"platform:kvm-like": version});
        wanted
    };
    let first = world.post("lab-1", "/api/v1/leases", &asking("QEMU 7.2")).await;
    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(world.state("c-1").await["pins"], json!({"platform:kvm-like": "QEMU 7.2"}));
    let other = world.post("lab-2", "/api/v1/leases", &asking("QEMU 10")).await;
    let (status, kind, json) = problem(other).await;
    assert_eq!((status, &*kind), (409, "other-versions"));
    let words = json["detail"].as_str().unwrap();
    assert!(words.contains("QEMU 7.2") && words.contains("QEMU 10"), "{words}");
    assert_eq!(world.post("lab-2", "/api/v1/leases", &asking("QEMU 7.2")).await.status(), 200);
    // Found later: told with a heartbeat.
    let lease = world.lease("lab-2", 1).await;
    let path = format!("/api/v1/leases/{}/heartbeat", lease.lease);
    let pins = |version| json!({"pins": {"platform:xen-like": version}});
    assert_eq!(world.post("lab-2", &path, &pins("Xen 4")).await.status(), StatusCode::OK);
    assert_eq!(problem(world.post("lab-2", &path, &pins("Xen 5")).await).await.1, "other-versions");
    assert_eq!(world.state("c-1").await["pins"]["platform:xen-like"], "Xen 4");
    let changes = world.events("c-1").iter().filter(|it| **it == "VersionChanged").count();
    assert_eq!(changes, 2);
    // What was pinned by who took part is no change in the midst of the campaign.
    let (library, head) = (&world.service.library, world.service.desk.log().head());
    library.watch().wait_for(|it| *it >= head).await.unwrap();
    let history = library.campaign(&id("c-1"), Viewpoint::default()).unwrap().unwrap();
    let campaign = history.campaign(&id("c-1")).unwrap();
    assert_eq!((campaign.pins.len(), campaign.changes.len()), (2, 0));
}

#[tokio::test]
async fn who_waits_hears_of_work_at_once() {
    let world = World::start().await;
    let waiting = |who: &'static str| {
        let request = world.ask(who, Method::POST, "/api/v1/leases");
        let request = request.header("prefer", "respond-async, wait=20");
        let request = request.header("content-type", "application/json");
        tokio::spawn(request.body(wanted(64).to_string()).send())
    };
    let first = waiting("lab-1");
    tokio::time::sleep(Duration::from_millis(100)).await;
    world.offer("c-1").await;
    let answer = first.await.unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let lease: Leased = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let second = waiting("lab-2");
    tokio::time::sleep(Duration::from_millis(100)).await;
    let path = format!("/api/v1/leases/{}", lease.lease);
    world.ask("lab-1", Method::DELETE, &path).send().await.unwrap();
    assert_eq!(second.await.unwrap().unwrap().status(), StatusCode::OK);
    // A lease that nobody keeps up wakes others as well.
    let third = waiting("lab-1");
    tokio::time::sleep(Duration::from_millis(100)).await;
    world.wait(61);
    assert_eq!(third.await.unwrap().unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn who_waits_is_bounded_in_number_and_time() {
    let wait = Duration::from_millis(300);
    let world = World::with(LabLimits { waiting: 1, wait, ..LabLimits::default() }).await;
    let ask = |who| {
        let request = world.ask(who, Method::POST, "/api/v1/leases").header("prefer", "wait=9999");
        let request = request.header("content-type", "application/json");
        request.body(wanted(1).to_string()).send()
    };
    let (one, other) = tokio::join!(ask("lab-1"), ask("lab-2"));
    let mut statuses = [one.unwrap().status().as_u16(), other.unwrap().status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 429]);
}

#[tokio::test]
async fn one_account_does_not_take_every_place_to_wait() {
    let wait = Duration::from_secs(5);
    let limits = LabLimits { waiting: 3, waiting_per_account: 2, wait, ..LabLimits::default() };
    let world = World::with(limits).await;
    let ask = |who| {
        let request = world.ask(who, Method::POST, "/api/v1/leases").header("prefer", "wait=9999");
        let request = request.header("content-type", "application/json");
        request.body(wanted(1).to_string()).send()
    };
    let asked = tokio::join!(ask("lab-1"), ask("lab-1"), ask("lab-1"), ask("lab-2"));
    let mut own = [asked.0.unwrap(), asked.1.unwrap(), asked.2.unwrap()];
    own.sort_by_key(|it| it.status());
    let statuses = own.each_ref().map(|it| it.status().as_u16());
    assert_eq!((statuses, asked.3.unwrap().status().as_u16()), ([204, 204, 429], 204));
    let [.., refused] = own;
    assert_eq!(refused.headers()["retry-after"], "5");
    let (_, kind, json) = problem(refused).await;
    assert_eq!(kind, "too-many");
    assert!(json["detail"].as_str().unwrap().contains("of this account"), "{json}");
}

#[tokio::test]
async fn leases_are_bounded_and_requests_for_them_checked() {
    let world = World::with(LabLimits { leases: 1, trials: 1, ..LabLimits::default() }).await;
    world.offer("c-1").await;
    assert_eq!(world.lease("lab-1", 64).await.trials.len(), 1);
    let answer = world.post("lab-2", "/api/v1/leases", &wanted(1)).await;
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(problem(answer).await.0, 429);
    let cases = [
        json!({"lab": "", "platforms": ["a"], "most": 1}),
        json!({"lab": "x\n", "platforms": ["a"], "most": 1}),
        json!({"lab": "x", "platforms": [], "most": 1}),
        json!({"lab": "x", "platforms": ["../a"], "most": 1}),
        json!({"lab": "x", "platforms": ["a"], "most": 0}),
        json!({"lab": "x", "platforms": ["a"], "most": 99_999}),
        json!({"lab": "x", "platforms": ["a"], "most": 1, "more": 1}),
        json!({"lab": "x", "platforms": ["a"], "most": 1, "pins": {"": "1"}}),
    ];
    for case in cases {
        let answer = world.post("lab-1", "/api/v1/leases", &case).await;
        assert_eq!(problem(answer).await.0, 422, "{case}");
    }
}
