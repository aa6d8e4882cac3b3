//! Pages of the audit, vendors, access and search, as each role meets them.

use domain::access::Role;
use domain::event::{AccessEvent, Event};
use reqwest::{Response, StatusCode};
use store::{Direction, EventLog as _};

use crate::world::World;

fn vendor(name: &str) -> Role {
    Role::Vendor { vendor: name.parse().unwrap() }
}

async fn get(world: &World, path: &str, token: &str) -> Response {
    world.ask(path).bearer_auth(token).send().await.unwrap()
}

async fn answer(world: &World, token: &str, to: &str, text: &str) -> StatusCode {
    let url = format!("{}/vendors/{to}/answers", world.url);
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let request = client.build().unwrap().post(url).bearer_auth(token);
    let form = form(&[("campaign", "c-2016"), ("text", text)]);
    let kind = "application/x-www-form-urlencoded";
    request.header("content-type", kind).body(form).send().await.unwrap().status()
}

/// Every byte spelled with `%`.
fn form(fields: &[(&str, &str)]) -> String {
    let spelled = |text: &str| text.bytes().map(|it| format!("%{it:02X}")).collect::<String>();
    let fields: Vec<_> =
        fields.iter().map(|(name, it)| format!("{name}={}", spelled(it))).collect();
    fields.join("&")
}

fn disclosures(world: &World) -> Vec<(String, String)> {
    let events = world.log.read(0, Direction::Forward).map(Result::unwrap);
    let shown = events.filter_map(|it| {
        let Event::Access(AccessEvent::Disclosed(shown)) = it.event else { return None };
        Some((shown.role.to_string(), shown.what))
    });
    shown.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_reads_of_an_event_its_place_and_its_proof() {
    let world = World::start().await;
    for path in ["/audit", "/audit/events/7", "/search?q=k", "/help", "/help/vendors"] {
        let text = world.text(path, None).await.to_lowercase();
        assert!(!text.contains("canary-") && !text.contains("toolsmith"), "{path} names a tool");
    }
    let event = world.text("/api/v1/audit/events/7", None).await;
    let event: serde_json::Value = serde_json::from_str(&event).unwrap();
    assert!(event["told"].is_null() && event["leaf"].is_string(), "{event}");
    let proof = world.text("/api/v1/log/events/7/proof", None).await;
    let trusted = world.log.verifiers();
    let (report, leaf) =
        ledger::bundle::verify_hash_proof(proof.parse().unwrap(), &trusted).unwrap();
    assert_eq!((report.index, report.trusted), (Some(7), true));
    assert_eq!(event["leaf"], leaf.to_string());
    let other = proof.replace("index 7", "index 8");
    assert!(ledger::bundle::verify_hash_proof(other.parse().unwrap(), &trusted).is_err());
    assert!(ledger::bundle::verify_hash_proof(proof.parse().unwrap(), &[]).is_err());
    assert_eq!(world.get("/audit/events/99999").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(world.get("/audit/events/x").await.status(), StatusCode::NOT_FOUND);
    assert!(disclosures(&world).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_auditor_is_shown_is_written_down_once() {
    let world = World::start().await;
    let token = world.grant(Role::Auditor).await;
    for _ in 0..2 {
        assert!(world.text("/audit/events/2", Some(&token)).await.contains("<dt>Stream</dt>"));
        assert!(world.text("/converters", Some(&token)).await.contains("Canary Packer"));
    }
    let shown = disclosures(&world);
    let whats: Vec<&str> = shown.iter().map(|(_, what)| what.as_str()).collect();
    // What the page says of the log's length and signature changes with every event.
    assert!(whats.contains(&"/api/v1/audit/events/2"), "{whats:?}");
    let tools = whats.iter().filter(|it| **it == "/api/v1/converters?campaign=c-2017").count();
    assert_eq!(tools, 1, "{whats:?}");
    let ledger = world.text("/disclosures", Some(&token)).await;
    assert!(ledger.contains("/api/v1/converters?campaign=c-2017"));
    let operator = world.grant(Role::Operator).await;
    let before = disclosures(&world).len();
    world.text("/converters?guest=portable", Some(&operator)).await;
    assert_eq!(disclosures(&world).len(), before, "what operators read is their own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_sees_itself_and_nobody_else() {
    let world = World::start().await;
    let token = world.grant(vendor("acme")).await;
    let own = world.text("/vendors/acme", Some(&token)).await;
    assert!(own.contains("Acme ESV") && !own.to_lowercase().contains("canary"));
    // A vendor that there is and one that there is not are told apart by nothing.
    let mut answers = Vec::new();
    for other in ["libre", "toolsmith", "nobody"] {
        for path in ["/vendors", "/api/v1/vendors"] {
            let answer = get(&world, &format!("{path}/{other}"), &token).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND);
            answers.push(answer.text().await.unwrap());
        }
        assert_eq!(answer(&world, &token, other, "x").await, StatusCode::NOT_FOUND);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    for closed in ["/vendors", "/converters", "/disclosures", "/access", "/api/v1/converters"] {
        assert_eq!(get(&world, closed, &token).await.status(), StatusCode::FORBIDDEN, "{closed}");
        assert_eq!(world.get(closed).await.status(), StatusCode::UNAUTHORIZED, "{closed}");
    }
    let lab = world.grant(Role::Lab).await;
    assert_eq!(get(&world, "/vendors/acme", &lab).await.status(), StatusCode::NOT_FOUND);
    let shown = disclosures(&world);
    assert_eq!(shown, [("vendor:acme".to_owned(), "/api/v1/vendors/acme".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_answers_and_hostile_words_stay_words() {
    let world = World::start().await;
    let (acme, operator) = (world.grant(vendor("acme")).await, world.grant(Role::Operator).await);
    let hostile = "<script>alert(1)</script>\r\n\u{202e}sdrow\u{202c} & \"more\"";
    assert_eq!(answer(&world, &acme, "acme", hostile).await, StatusCode::SEE_OTHER);
    assert_eq!(
        answer(&world, &acme, "acme", &"\u{1f6a2}".repeat(8192)).await,
        StatusCode::SEE_OTHER
    );
    for refused in ["", "  ", "a\u{7}b", "\u{1b}[2J", "a\0", &"x".repeat(8193)] {
        let status = answer(&world, &acme, "acme", refused).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{:?}", refused.get(..8));
    }
    let too_long = "x".repeat(300_000);
    assert_eq!(answer(&world, &acme, "acme", &too_long).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer(&world, &operator, "acme", "as operator").await, StatusCode::FORBIDDEN);
    for token in [&acme, &operator] {
        let page = world.text("/vendors/acme?campaign=c-2016", Some(token)).await;
        assert!(page.contains("&#60;script&#62;alert(1)") && !page.contains("<script>alert"));
        assert!(page.contains('\u{1f6a2}'));
    }
    let preview = world.text("/vendors/acme", Some(&operator)).await;
    assert!(preview.contains("Preview.") && !preview.contains("<textarea"));
    let other = world.grant(vendor("toolsmith")).await;
    let other = world.text("/vendors/toolsmith?campaign=c-2016", Some(&other)).await;
    assert!(!other.contains("alert(1)"), "an answer of another");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_questions_are_answered_in_words() {
    let world = World::start().await;
    let auditor = world.grant(Role::Auditor).await;
    for question in
        ["%00", "%ff", "%3Cscript%3E", "%E2%80%AE", "..%2F..%2Fetc", "0000000", "ffffffffffff"]
    {
        for token in [None, Some(auditor.as_str())] {
            let mut request = world.ask(&format!("/search?q={question}"));
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.unwrap();
            let status = answer.status();
            assert!(status == StatusCode::OK || status == StatusCode::BAD_REQUEST, "{question}");
            assert!(!answer.text().await.unwrap().contains("<script>"), "{question}");
        }
    }
    let long = format!("/search?q={}", "a".repeat(5_000));
    assert_eq!(world.get(&long).await.status(), StatusCode::BAD_REQUEST);
    assert!(!world.text("/search?q=canary-one", None).await.contains("canary-one</a>"));
    assert!(world.text("/search?q=canary-one", Some(&auditor)).await.contains("canary-one</a>"));
}
