//! Declarations over HTTP: recorded in the operator's name, checked as at the command line.

use domain::event::{Cost, Ending, Event, Outcome};
use domain::{command::Command, step::Step};
use reqwest::StatusCode;
use serde_json::{Value as Json, json};
use store::Direction;

use super::world::*;

const PATH: &str = "/api/v1/declarations";

async fn declare(world: &World, declaration: &Json) -> Option<u64> {
    let answer = world.post("operator", PATH, declaration).await;
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, StatusCode::OK, "{text}");
    serde_json::from_str::<Json>(&text).unwrap()["position"].as_u64()
}

async fn refused(world: &World, declaration: &Json) -> (u16, String) {
    let (status, _, json) = problem(world.post("operator", PATH, declaration).await).await;
    (status, json["detail"].as_str().unwrap().to_owned())
}

fn event(world: &World, position: u64) -> Event {
    let log = world.service.desk.log();
    log.read(position, Direction::Forward).next().unwrap().unwrap().event
}

/// A campaign with one step and versions, which has ended.
async fn with_campaign() -> World {
    let world = World::start().await;
    let Command::StartCampaign { testbed, plan, .. } = start() else { unreachable!() };
    let pins = [("platform:kvm-like".to_owned(), "QEMU 7.2".to_owned())].into();
    let failed = Outcome::NotCompleted { reason: "no root disk".to_owned() };
    let (ending, cost, attempt) = (Ending::Cancelled, Cost::default(), 0);
    let commands = vec![
        Command::StartCampaign { testbed, pins, plan },
        ended(&trials()[0], (Step::SanityCheck, 0), failed),
        Command::FinishCampaign { ending, cost, attempt },
    ];
    world.record(&batch("c-1", commands)).await;
    let head = world.service.desk.log().head();
    world.service.library.watch().wait_for(|it| *it >= head).await.unwrap();
    world
}

#[tokio::test]
async fn each_declaration_is_recorded_once_in_the_operators_name() {
    let world = with_campaign().await;
    let all = [
        json!({"baseline": {"name": "autumn", "campaign": "c-1", "reason": "new hosts"}}),
        json!({"upgrade": {"subject": "platform:kvm-like", "from": "QEMU 7.2", "to": "QEMU 10"}}),
        json!({"waiver": {"waiver": "slow", "rule": "R.pause.resumes", "target": "xen-like",
            "reason": "known", "expires": "2090-01-01T00:00:00Z"}}),
        json!({"end-waiver": {"waiver": "slow", "reason": "mended"}}),
    ];
    let mut names = Vec::new();
    for declaration in &all {
        let position = declare(&world, declaration).await.unwrap();
        let event = event(&world, position);
        let text = serde_json::to_string(&event).unwrap();
        assert!(text.contains(r#""operator""#), "{text}");
        names.push(event.name());
    }
    assert_eq!(names, ["BaselineSet", "UpgradeDeclared", "CheckWaived", "WaiverEnded"]);
    assert_eq!(declare(&world, &all[0]).await, None, "it stands already");
    let step = world.service.desk.log().head();
    let step = (0..step).find(|it| event(&world, *it).name() == "StepFinished").unwrap();
    let withdraw = json!({"withdraw": {"position": step, "reason": "the switch was off"}});
    let position = declare(&world, &withdraw).await.unwrap();
    assert_eq!(event(&world, position).name(), "StepWithdrawn");
}

#[tokio::test]
async fn what_names_nothing_is_refused_and_not_recorded() {
    let world = with_campaign().await;
    let head = world.service.desk.log().head();
    let waiver = |rule: &str, key: &str, value: &str| {
        let mut waiver = json!({"waiver": "w", "rule": rule, "reason": "r",
            "expires": "2090-01-01T00:00:00Z"});
        waiver[key] = json!(value);
        json!({"waiver": waiver})
    };
    let upgrade = |subject: &str, from: &str| json!({"upgrade": {"subject": subject, "from": from, "to": "QEMU 10"}});
    let cases = [
        (404, "no campaign", json!({"baseline": {"name": "a", "campaign": "nowhere"}})),
        (
            409,
            "to continue",
            json!({"baseline": {"name": "a", "campaign": "c-1", "follows": "none"}}),
        ),
        (422, "unknown field", json!({"baseline": {"name": "a", "campaign": "c-1", "x": 1}})),
        (422, "unknown variant", json!({"promote": {}})),
        (422, "no version", upgrade("platform:none", "1")),
        (409, "QEMU 7.2", upgrade("platform:kvm-like", "QEMU 6")),
        (422, "no rule", waiver("R.none", "guest", "lean")),
        (422, "a guest `nobody`", waiver("R.pause.resumes", "guest", "nobody")),
        (422, "a route `no`", waiver("R.pause.resumes", "route", "no")),
        (422, "reason", waiver("R.pause.resumes", "reason", " ")),
        (409, "has passed", waiver("R.pause.resumes", "expires", "2000-01-01T00:00:00Z")),
        (409, "no waiver", json!({"end-waiver": {"waiver": "none", "reason": "r"}})),
        (409, "no step", json!({"withdraw": {"position": 0, "reason": "r"}})),
    ];
    for (status, words, declaration) in cases {
        let (found, detail) = refused(&world, &declaration).await;
        assert_eq!(found, status, "{declaration}: {detail}");
        assert!(detail.contains(words), "{words}: {detail}");
    }
    assert_eq!(world.service.desk.log().head(), head);
}
