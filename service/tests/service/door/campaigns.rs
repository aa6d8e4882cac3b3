//! Campaign control: what is offered, stopped and resumed, also over a restart.

use domain::event::Outcome;
use domain::step::Step;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value as Json, json};
use service::door::{Door, DoorError, LabLimits};

use super::world::*;

/// Makes an offer worse.
type Spoil<'a> = &'a dyn Fn(&mut Json);

async fn control(world: &World, campaign: &str, act: &str) -> Response {
    world.post("operator", &format!("/api/v1/campaigns/{campaign}/{act}"), &json!({})).await
}

async fn told(answer: Response) -> Json {
    assert!(answer.status().is_success(), "{}", answer.status());
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn an_offer_starts_a_campaign_once() {
    let world = World::start().await;
    let answer = world.offer("c-1").await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let first = told(answer).await;
    assert_eq!(first["offered"], true);
    assert_eq!(told(world.offer("c-1").await).await, first, "the same again changes nothing");
    assert_eq!(world.events("c-1"), ["CampaignStarted", "TrialsPlanned"]);
    let state = world.state("c-1").await;
    assert_eq!((&state["offered"], &state["pins"]), (&json!(true), &json!({})));
    let mut other = offer("c-1");
    other["plan"].as_array_mut().unwrap().pop();
    let (status, kind, _) =
        problem(world.post("operator", "/api/v1/campaigns", &other).await).await;
    assert_eq!((status, &*kind), (409, "already-started"));
}

#[tokio::test]
async fn a_campaign_that_a_lab_runs_cannot_be_taken_from_it() {
    let world = World::start().await;
    world.record(&batch("c-1", vec![start()])).await;
    assert_eq!(problem(world.offer("c-1").await).await.1, "already-started");
    assert_eq!(problem(control(&world, "c-1", "stop").await).await.1, "not-offered");
    assert_eq!(problem(control(&world, "c-1", "resume").await).await.1, "not-offered");
    assert_eq!(problem(control(&world, "nowhere", "stop").await).await.0, 404);
    assert_eq!(problem(control(&world, "NO%20NAME", "resume").await).await.0, 404);
}

#[tokio::test]
async fn an_offer_is_judged_as_a_run_is() {
    let world = World::start().await;
    let cases: [(&str, Spoil<'_>); 6] = [
        ("no trials", &|it| it["plan"] = json!([])),
        ("stands twice", &|it| {
            let again = it["plan"][0].clone();
            it["plan"].as_array_mut().unwrap().push(again);
        }),
        ("no such guest", &|it| it["plan"][0]["guest"] = json!("nobody")),
        ("are the same", &|it| it["plan"][0]["target"] = it["plan"][0]["source"].clone()),
        ("slots.cpu", &|it| it["testbed"]["slots"]["cpu"] = json!(0)),
        ("unknown field", &|it| it["testbed"]["more"] = json!(1)),
    ];
    for (words, spoil) in cases {
        let mut offer = offer("c-1");
        spoil(&mut offer);
        let answer = world.post("operator", "/api/v1/campaigns", &offer).await;
        let (status, kind, json) = problem(answer).await;
        assert_eq!((status, &*kind), (422, "invalid"), "{words}");
        assert!(json["detail"].as_str().unwrap().contains(words), "{words}: {json}");
    }
    assert!(world.events("c-1").is_empty());
}

#[tokio::test]
async fn offers_are_bounded_and_outlive_the_service() {
    let world = World::with(LabLimits { offers: 2, ..LabLimits::default() }).await;
    for campaign in ["c-1", "c-2"] {
        told(world.offer(campaign).await).await;
    }
    assert_eq!(problem(world.offer("c-3").await).await.0, 429);
    assert!(world.events("c-3").is_empty());
    let world = world.again().await;
    assert_eq!(world.state("c-2").await["offered"], true);
    assert_eq!(world.lease("lab-1", 1).await.campaign, id("c-1"));
}

#[tokio::test]
async fn a_stopped_campaign_ends_when_the_last_lab_lets_go_and_can_be_resumed() {
    let world = World::start().await;
    told(world.offer("c-1").await).await;
    let lease = world.lease("lab-1", 2).await;
    let stopped = told(control(&world, "c-1", "stop").await).await;
    assert_eq!((&stopped["offered"], &stopped["leased"]), (&json!(true), &json!(2)));
    let none = world.post("lab-2", "/api/v1/leases", &wanted(1)).await;
    assert_eq!(none.status(), StatusCode::NO_CONTENT);
    // The holder finishes its step.
    let first = step(&lease.trials[0].trial, Step::SanityCheck);
    world.record(&leased(&lease, vec![first])).await;
    let beat = format!("/api/v1/leases/{}/heartbeat", lease.lease);
    assert_eq!(told(world.post("lab-1", &beat, &json!({})).await).await["stopping"], true);
    let path = format!("/api/v1/leases/{}", lease.lease);
    let gone = world.ask("lab-1", Method::DELETE, &path).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    assert_eq!(world.state("c-1").await["ended"], "cancelled");
    assert_eq!(told(control(&world, "c-1", "stop").await).await["ended"], "cancelled");

    told(control(&world, "c-1", "resume").await).await;
    let world = world.again().await;
    let state = world.state("c-1").await;
    assert_eq!((&state["ended"], &state["offered"]), (&json!(null), &json!(true)));
    let lease = world.lease("lab-2", 1).await;
    assert_eq!(lease.trials[0].next_step, Some(Step::Shutdown), "it goes on where it was");
}

#[tokio::test]
async fn a_campaign_ends_with_its_last_trial() {
    let world = World::start().await;
    told(world.offer("c-1").await).await;
    let lease = world.lease("lab-1", 64).await;
    let all: Vec<_> = lease.trials.iter().flat_map(|it| walk(&it.trial)).collect();
    let (last, rest) = all.split_last().unwrap();
    world.record(&leased(&lease, rest.to_vec())).await;
    assert_eq!(world.state("c-1").await["ended"], json!(null));
    let end = leased(&lease, vec![last.clone()]);
    world.record(&end).await;
    let state = world.state("c-1").await;
    assert_eq!((&state["ended"], &state["offered"]), (&json!("completed"), &json!(false)));
    // The answer was lost: the same again is answered, and recorded once.
    assert!(world.record(&end).await.recorded[0].repeated);
    assert_eq!(world.events("c-1").iter().filter(|it| **it == "CampaignFinished").count(), 1);
    let (status, kind, _) = problem(control(&world, "c-1", "resume").await).await;
    assert_eq!((status, &*kind), (409, "refused"));
    assert_eq!(world.state("c-1").await["offered"], false, "nothing is left of it");
}

#[tokio::test]
async fn lab_errors_end_a_campaign_that_a_person_may_resume() {
    let world = World::start().await;
    told(world.offer("c-1").await).await;
    let lease = world.lease("lab-1", 64).await;
    let error = || Outcome::LabError { reason: "the switch was off".to_owned() };
    let failed = |attempt| {
        let all = lease.trials.iter();
        all.map(|it| ended(&it.trial, (Step::SanityCheck, attempt), error())).collect()
    };
    world.record(&leased(&lease, failed(0))).await;
    assert_eq!(world.state("c-1").await["ended"], "lab-error");
    told(control(&world, "c-1", "resume").await).await;
    let world = world.again().await;
    // The first lease is forgotten with the service that gave it.
    let late = world.send(&leased(&lease, failed(1))).await;
    assert_eq!(problem(late).await.1, "lease-lost");
    let again = world.lease("lab-2", 64).await;
    assert!(again.trials.iter().all(|it| it.attempt == 1));
}

#[tokio::test]
async fn a_damaged_file_of_offers_stops_the_start_and_says_what_to_do() {
    let world = World::start().await;
    told(world.offer("c-1").await).await;
    let path = world.folder().join("service/offers.json");
    let whole = std::fs::read_to_string(&path).unwrap();
    let open = || Door::open(world.folder(), &world.service.desk, LabLimits::default());
    assert!(open().is_ok());
    for spoilt in [&whole[..whole.len() / 2], "", "[]", &whole.replace("/1", "/2"), "\u{0}\u{0}"] {
        std::fs::write(&path, spoilt).unwrap();
        let Err(DoorError::Damaged { .. }) = open() else { panic!("{spoilt:?} was taken") };
        let words = open().unwrap_err().to_string();
        assert!(words.contains("offers.json") && words.contains("Move it away"), "{words}");
    }
    // An offer of what the log does not have is none.
    std::fs::write(&path, whole.replace("c-1", "c-9")).unwrap();
    assert!(open().is_ok());
}
