//! Links: a vendor's own, and that of the first operator.

use domain::access::Means;
use domain::event::{AccessEvent, EmbargoSet, Event};
use domain::letter::LetterCommand;
use jiff::SignedDuration;
use reqwest::Method;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::account;
use crate::access::world::World;
use crate::browser::Browser;

fn link(world: &World, vendor: &str) -> (domain::ids::GrantId, String) {
    let given = world.give(vendor, format!("vendor:{vendor}").parse().unwrap(), Means::Link);
    (given.grant, given.secret.unwrap().expose_secret().to_owned())
}

#[tokio::test]
async fn a_link_asks_before_it_signs_in_and_opens_one_vendors_results() {
    let world = World::start().await;
    let (grant, link) = link(&world, "citrix");
    let browser = Browser::new(&world);
    let page = browser.get(&link).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(browser.get("/account").await.status, 401, "opening it signs nobody in");
    let answer = browser.fill(&link, &link, &[]).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/vendors/citrix"));
    let account = browser.get("/account").await;
    assert!(account.text.contains("vendor:citrix"), "{}", account.text);
    world.revoke(&grant);
    assert_eq!(browser.get("/account").await.status, 401);
    assert_eq!(browser.get(&link).await.status, 404);
}

#[tokio::test]
async fn a_link_that_was_changed_or_is_over_opens_nothing() {
    let world = World::start().await;
    let ((_, ours), (other, _)) = (link(&world, "citrix"), link(&world, "vmware"));
    let parts: Vec<&str> = ours.trim_start_matches("/v/").split('~').collect();
    let (grant, expires, signature) = (parts[0], parts[1], parts[2]);
    let later = expires.parse::<i64>().unwrap() + 86_400;
    let browser = Browser::new(&world);
    for bad in [
        format!("/v/{other}~{expires}~{signature}"),
        format!("/v/{grant}~{later}~{signature}"),
        format!("/v/{grant}~{expires}~{}", "A".repeat(43)),
        format!("/v/{grant}~{expires}~{}", &signature[1..]),
        format!("/v/{grant}~{expires}~{signature}~"),
        format!("/v/{grant}~+{expires}~{signature}"),
        format!("/v/{grant}~{expires}"),
        "/v/~~".to_owned(),
        format!("/v/{}", "~".repeat(60)),
        format!("/v/{}", "x".repeat(4000)),
        "/v/%00".to_owned(),
    ] {
        world.pass(SignedDuration::from_secs(5));
        assert_eq!(browser.get(&bad).await.status, 404, "{bad}");
    }
    let request = browser.request(Method::GET, "/api/v1/access/me").bearer_auth(signature);
    assert_eq!(browser.send(request).await.status, 401, "a link is no token");
    assert_eq!(browser.get(&ours).await.status, 200);
    let csrf = browser.get(&ours).await.csrf();
    world.pass(SignedDuration::from_hours(14 * 24));
    assert_eq!(browser.get(&ours).await.status, 404);
    assert_eq!(browser.post(&ours, &[("csrf", &csrf)]).await.status, 404);
}

#[tokio::test]
async fn the_first_operator_comes_in_once() {
    let world = World::start().await;
    let path = world.service.offer_first_operator().unwrap().expose_secret().to_owned();
    let (browser, second) = (Browser::new(&world), Browser::new(&world));
    assert_eq!(browser.get("/first/x").await.status, 404);
    assert_eq!(browser.get(&format!("/first/{}", "A".repeat(43))).await.status, 404);
    let csrf = second.get(&path).await.csrf();
    assert_eq!(browser.fill(&path, &path, &[]).await.location(), "/account");
    assert!(browser.get("/account").await.text.contains("operator"));
    assert_eq!(second.post(&path, &[("csrf", &csrf)]).await.status, 404);
    assert_eq!(second.get(&path).await.status, 404);
    assert!(world.service.offer_first_operator().is_none());
}

#[tokio::test]
async fn the_offer_to_the_first_operator_ends_after_a_quarter_of_an_hour() {
    let world = World::start().await;
    let path = world.service.offer_first_operator().unwrap().expose_secret().to_owned();
    world.pass(SignedDuration::from_mins(15));
    assert_eq!(Browser::new(&world).get(&path).await.status, 404);
    account(&world, "anna", "auditor");
    assert!(world.service.offer_first_operator().is_some(), "an auditor is no operator");
    account(&world, "bert", "operator");
    assert!(world.service.offer_first_operator().is_none());
}

const CAMPAIGN: &str = "2026-11-23-harbour";

/// Asks for the link of a letter to a vendor: the status, and the answer.
async fn letter_link(world: &World, token: &str, (vendor, asked): (&str, Value)) -> (u16, Value) {
    let path = format!("/api/v1/vendors/{vendor}/links");
    let browser = Browser::new(world);
    let request = browser.request(Method::POST, &path).bearer_auth(token);
    let answer = browser.send(request.body(asked.to_string())).await;
    if answer.status == 200 {
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    (answer.status.as_u16(), serde_json::from_str(&answer.text).unwrap())
}

fn embargo(world: &World, until: &str) {
    let set = LetterCommand::Embargo(EmbargoSet {
        campaign: CAMPAIGN.parse().unwrap(),
        until: until.parse().unwrap(),
        reason: "vendors first".to_owned(),
        by: "ada".to_owned(),
    });
    let noted = world.service.letters.record(&[], vec![set], world.service.now());
    noted.into_iter().for_each(|it| assert!(it.unwrap().is_some()));
}

#[tokio::test]
async fn a_letter_has_one_link_however_often_it_is_asked_for() {
    let mut world = World::start().await;
    let operator = world.grant("operator");
    let asked = json!({"campaign": CAMPAIGN, "contact": "press", "letter": "acme-1"});
    let (status, why) = letter_link(&world, &operator, ("acme", asked.clone())).await;
    assert_eq!((status, why["type"].as_str()), (422, Some("invalid")), "no end: {why}");
    embargo(&world, "2027-01-31T00:00:00Z");
    let (status, one) = letter_link(&world, &operator, ("acme", asked.clone())).await;
    assert_eq!((status, &one["is_new"]), (200, &json!(true)), "{one}");
    assert_eq!(one["expires"], "2027-01-31T00:00:00Z");
    world.start_again().await;
    let (_, again) = letter_link(&world, &operator, ("acme", asked.clone())).await;
    assert_eq!((&again["link"], &again["is_new"]), (&one["link"], &json!(false)));
    let granted = || {
        let is_it = |it: &Event| matches!(it, Event::Access(AccessEvent::AccessGranted(it)) if it.account.as_str() == "press");
        world.recorded().iter().filter(|it| is_it(&it.event)).count()
    };
    assert_eq!(granted(), 1);
    let mut links = vec![one["link"].clone()];
    for (field, value) in [
        ("letter", json!("acme-2")),
        ("letter", Value::Null),
        ("contact", json!("lab")),
        ("until", json!("2027-02-28T00:00:00.5Z")),
    ] {
        let mut other = asked.clone();
        other[field] = value;
        let (_, other) = letter_link(&world, &operator, ("acme", other)).await;
        assert!(!links.contains(&other["link"]), "{other}");
        links.push(other["link"].clone());
    }
    for link in links {
        let (browser, link) = (Browser::new(&world), link.as_str().unwrap());
        assert_eq!(browser.fill(link, link, &[]).await.location(), "/vendors/acme");
        world.pass(SignedDuration::from_secs(5));
    }
    world.revoke(&one["grant"].as_str().unwrap().parse().unwrap());
    let (status, gone) = letter_link(&world, &operator, ("acme", asked)).await;
    assert_eq!((status, gone["type"].as_str()), (409, Some("not-in-force")), "{gone}");
    assert_eq!(Browser::new(&world).get(one["link"].as_str().unwrap()).await.status, 404);
}

#[tokio::test]
async fn no_link_is_given_to_what_is_not_there_or_by_whom_may_not() {
    let world = World::start().await;
    embargo(&world, "2027-01-31T00:00:00Z");
    let operator = world.grant("operator");
    let good = || json!({"campaign": CAMPAIGN, "contact": "press"});
    let with = |field: &str, value: Value| {
        let mut asked = good();
        asked[field] = value;
        asked
    };
    for (vendor, asked, status) in [
        ("nobody", good(), 404),
        ("acme", with("campaign", json!("c-2099")), 404),
        ("acme", with("contact", json!("local")), 422),
        ("acme", with("until", json!("2020-01-01T00:00:00Z")), 422),
        ("acme", with("role", json!("operator")), 400),
        ("acme", with("contact", json!("../x")), 400),
        ("acme", json!([]), 400),
    ] {
        let (found, answer) = letter_link(&world, &operator, (vendor, asked.clone())).await;
        assert_eq!(found, status, "{asked}: {answer}");
    }
    let given: service::access::Wanted = service::access::Wanted {
        account: "half".parse().unwrap(),
        role: "operator".parse().unwrap(),
        scopes: Some(vec![domain::access::Scope::Grant]),
        means: Means::Token,
        expires: None,
        reason: "a test".to_owned(),
        by: "tester".to_owned(),
    };
    let half = world.service.give(given).unwrap().secret.unwrap();
    let (status, _) = letter_link(&world, half.expose_secret(), ("acme", good())).await;
    assert_eq!(status, 403, "nobody gives more than they have");
}
