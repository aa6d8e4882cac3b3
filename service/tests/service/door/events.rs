//! Batches: each command once, in order, whatever is sent again.

use domain::event::{Ending, Evidence, EvidenceKind, Outcome};
use domain::ids::Sha256Digest;
use domain::step::Step;
use domain::wire::Submission;
use domain::{command::Command, event::Cost};
use reqwest::{Method, StatusCode};
use serde_json::json;
use service::door::LabLimits;

use super::world::*;

#[tokio::test]
async fn a_campaign_is_recorded_from_start_to_end() {
    let world = World::start().await;
    let trial = &trials()[0];
    let mut commands = vec![start()];
    commands.extend(walk(trial));
    let done = world.record(&batch("c-1", commands)).await;
    assert_eq!((done.version, done.recorded.len(), done.refused), (9, 8, None));
    assert!(done.recorded.iter().all(|it| !it.repeated));
    let state = world.state("c-1").await;
    assert_eq!((&state["version"], &state["offered"]), (&json!(9), &json!(false)));
    assert_eq!(state["trials"].as_array().unwrap().len(), trials().len());
    assert_eq!(state["trials"][0]["next_step"], json!(null));
    assert_eq!(state["trials"][1]["next_step"], json!("sanity-check"));
    let (ending, cost, attempt) = (Ending::Cancelled, Cost::default(), 0);
    let finish = Command::FinishCampaign { ending, cost, attempt };
    world.record(&batch("c-1", vec![finish])).await;
    assert_eq!(world.state("c-1").await["ended"], json!("cancelled"));
}

#[tokio::test]
async fn what_is_sent_again_is_recorded_once() {
    let world = World::start().await;
    let steps = walk(&trials()[0]);
    let first = batch("c-1", [vec![start()], steps[..4].to_vec()].concat());
    world.record(&first).await;
    let again = world.record(&first).await;
    assert_eq!(again.version, 6);
    assert!(again.recorded.iter().all(|it| it.repeated));
    // Overlapping: what is new is recorded, what is known is told.
    let overlapping = world.record(&batch("c-1", steps[2..].to_vec())).await;
    let repeated: Vec<bool> = overlapping.recorded.iter().map(|it| it.repeated).collect();
    assert_eq!(repeated, [true, true, false, false, false]);
    assert_eq!(world.events("c-1").len(), 9);
}

#[tokio::test]
async fn a_step_out_of_turn_ends_its_batch() {
    let world = World::start().await;
    let steps = walk(&trials()[0]);
    let gap = vec![start(), steps[0].clone(), steps[2].clone(), steps[1].clone()];
    let done = world.record(&batch("c-1", gap)).await;
    let refused = done.refused.unwrap();
    assert_eq!((refused.index, done.recorded.len(), done.version), (2, 2, 3));
    assert!(refused.why.contains("out of order"), "{}", refused.why);
}

#[tokio::test]
async fn another_version_than_expected_records_nothing() {
    let world = World::start().await;
    let steps = walk(&trials()[0]);
    world.record(&batch("c-1", vec![start()])).await;
    let expecting = |expected, commands| Submission {
        expected_version: Some(expected),
        ..batch("c-1", commands)
    };
    let (status, kind, json) =
        problem(world.send(&expecting(5, vec![steps[0].clone()])).await).await;
    assert_eq!((status, &*kind), (409, "wrong-version"));
    assert_eq!(json["version"], 2);
    let words = json["detail"].as_str().unwrap();
    assert!(words.contains("version 2") && words.contains("version 5"), "{words}");
    assert_eq!(world.events("c-1").len(), 2);
    // What the batch itself has recorded does not count against it.
    let right = expecting(2, steps[..3].to_vec());
    assert_eq!(world.record(&right).await.version, 5);
    assert_eq!(world.record(&right).await.version, 5);
}

#[tokio::test]
async fn an_event_never_names_evidence_that_is_not_there() {
    let world = World::start().await;
    world.record(&batch("c-1", vec![start()])).await;
    let digest = Sha256Digest::of(b"serial log");
    let mut command = step(&trials()[0], Step::SanityCheck);
    let Command::RecordStep(record) = &mut command else { unreachable!() };
    let (kind, name) = (EvidenceKind::SerialLog, "serial.log".to_owned());
    record.evidence = vec![Evidence { kind, name, sha256: digest, bytes: 10 }];
    let batch = batch("c-1", vec![command]);
    let (status, kind, json) = problem(world.send(&batch).await).await;
    assert_eq!((status, &*kind), (409, "evidence-missing"));
    assert_eq!(json["missing"], json!([digest.to_string()]));
    assert_eq!(world.events("c-1").len(), 2);
    let path = format!("/api/v1/evidence/{digest}");
    let put = world.ask("lab-1", Method::PUT, &path).body("serial log").send().await.unwrap();
    assert_eq!(put.status(), StatusCode::CREATED);
    assert_eq!(world.record(&batch).await.version, 3);
}

#[tokio::test]
async fn too_many_commands_are_told_when_to_come_again() {
    let limits = LabLimits { commands_per_second: 1, commands_at_once: 8, ..LabLimits::default() };
    let world = World::with(limits).await;
    let commands = [vec![start()], walk(&trials()[0])].concat();
    world.record(&batch("c-1", commands[..7].to_vec())).await;
    let answer = world.send(&batch("c-1", commands.clone())).await;
    let after: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=8).contains(&after), "{after}");
    assert_eq!(problem(answer).await.1, "too-many");
    // Another grant has a measure of its own.
    let json = serde_json::to_value(batch("c-1", commands[7..].to_vec())).unwrap();
    assert_eq!(world.post("lab-2", "/api/v1/events", &json).await.status(), StatusCode::OK);
    // More than ever passes at once.
    let many = [commands.clone(), commands].concat();
    assert_eq!(problem(world.send(&batch("c-1", many)).await).await.1, "too-large");
}

#[tokio::test]
async fn what_was_recorded_outlives_the_service() {
    let world = World::start().await;
    let steps = walk(&trials()[0]);
    let first = batch("c-1", [vec![start()], steps[..3].to_vec()].concat());
    world.record(&first).await;
    let world = world.again().await;
    assert!(world.record(&first).await.recorded.iter().all(|it| it.repeated));
    let error = Outcome::LabError { reason: "the switch was off".to_owned() };
    let failed = ended(&trials()[0], (Step::ResourceCheck, 0), error);
    world.record(&batch("c-1", vec![failed])).await;
    let state = world.state("c-1").await;
    let trial = &state["trials"][0];
    assert_eq!((&trial["next_step"], &trial["attempt"]), (&json!("resource-check"), &json!(1)));
}
