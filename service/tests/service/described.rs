//! Answers are what the description says: every body against its schema, for every reader.

use domain::access::Role;
use serde_json::{Value, json};

use crate::world::World;

/// Questions, and the path that describes their answers.
const ASKED: [(&str, &str); 15] = [
    ("/overview", "/overview"),
    ("/campaigns", "/campaigns"),
    ("/campaigns?limit=2", "/campaigns"),
    ("/campaigns/c-2016", "/campaigns/{id}"),
    ("/campaigns/c-2017?policy=harsh", "/campaigns/{id}"),
    ("/campaigns/c-2016/matrix", "/campaigns/{id}/matrix"),
    (
        "/campaigns/c-2016/cells/kvm/acme-like/portable",
        "/campaigns/{id}/cells/{source}/{target}/{guest}",
    ),
    ("/history", "/history"),
    ("/history?at=2", "/history"),
    ("/diff", "/diff"),
    ("/baselines", "/baselines"),
    ("/waivers", "/waivers"),
    ("/stale", "/stale"),
    ("/log/checkpoints", "/log/checkpoints"),
    ("/log/events/3", "/log/events/{position}"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_the_shape_that_is_described() {
    let world = World::start().await;
    let operator = world.grant(Role::Operator).await;
    let document = world.text("/api/v1/openapi.json", None).await;
    let document: Value = serde_json::from_str(&document).unwrap();
    for (asked, described) in ASKED {
        for token in [None, Some(operator.as_str())] {
            let answer = world.text(&format!("/api/v1{asked}"), token).await;
            holds(&document, described, "200", &answer);
        }
    }
    let events = world.text("/api/v1/events?limit=3", Some(&operator)).await;
    holds(&document, "/events", "200", &events);
    let ledger = world.text("/api/v1/disclosures", Some(&operator)).await;
    holds(&document, "/disclosures", "200", &ledger);
    let problem = world.get("/api/v1/campaigns/c-2099").await.text().await.unwrap();
    holds(&document, "/campaigns/{id}", "404", &problem);
    let problem = world.get("/api/v1/events").await.text().await.unwrap();
    holds(&document, "/events", "401", &problem);
}

/// Holds an answer against its schema.
fn holds(document: &Value, path: &str, status: &str, answer: &str) {
    let escaped = format!("/api/v1{path}").replace('/', "~1");
    let kind = if status == "200" { "application~1json" } else { "application~1problem+json" };
    let place = format!("/paths/{escaped}/get/responses/{status}/content/{kind}/schema");
    let schema = document.pointer(&place).unwrap_or_else(|| panic!("{place} is not described"));
    let whole = json!({ "allOf": [schema], "components": document["components"] });
    let validator = jsonschema::validator_for(&whole).unwrap();
    let answer: Value = serde_json::from_str(answer).unwrap();
    let wrong: Vec<String> =
        validator.iter_errors(&answer).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert!(wrong.is_empty(), "{path}: {wrong:#?}");
}
