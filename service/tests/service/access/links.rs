//! Links: a vendor's own, and that of the first operator.

use domain::access::Means;
use jiff::SignedDuration;
use reqwest::Method;
use secrecy::ExposeSecret as _;

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
