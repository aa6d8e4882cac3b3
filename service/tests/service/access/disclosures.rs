//! What auditors and vendors are shown is written down, once.

use domain::access::{Known, Viewer};
use domain::event::{AccessEvent, Event};
use domain::ids::Sha256Digest;
use reqwest::Method;

use crate::access::world::World;
use crate::browser::Browser;

fn known(world: &World, role: &str) -> Known {
    let token = service::access::Secret::parse(&world.grant(role)).unwrap();
    match world.service.viewer_by_token(&token) {
        Viewer::Known(known) => known,
        Viewer::Public => panic!("nobody has {role}"),
    }
}

#[tokio::test]
async fn the_same_bytes_are_disclosed_once_to_each_grant_and_operators_read_their_own() {
    let world = World::start().await;
    let [auditor, vendor, operator] =
        ["auditor", "vendor:citrix", "operator"].map(|it| known(&world, it));
    for _ in 0..3 {
        for known in [&auditor, &vendor, &operator] {
            world.service.disclose(known, "/campaigns/c-1", None, b"one").await.unwrap();
            world.service.disclose(known, "/campaigns/c-1", None, b"other").await.unwrap();
        }
    }
    let disclosed = world.recorded().into_iter().filter_map(|it| {
        let Event::Access(AccessEvent::Disclosed(disclosed)) = it.event else { return None };
        Some(disclosed)
    });
    let found: Vec<_> = disclosed.map(|it| (it.grant, it.sha256, it.bytes)).collect();
    let (one, other) = (Sha256Digest::of(b"one"), Sha256Digest::of(b"other"));
    let expected =
        [&auditor, &vendor].map(|it| [(it.grant.clone(), one, 3), (it.grant.clone(), other, 5)]);
    assert_eq!(found, expected.concat());
}

#[tokio::test]
async fn what_cannot_be_recorded_may_not_be_shown() {
    let world = World::start().await;
    let auditor = known(&world, "auditor");
    world.revoke(&auditor.grant);
    let refused = world.service.disclose(&auditor, "/", None, b"one").await.unwrap_err();
    assert_eq!(refused.kind, "not-in-force");
}

#[tokio::test]
async fn the_ledger_links_to_pages_where_there_are_some() {
    let world = World::start().await;
    let auditor = known(&world, "auditor");
    let pages = [
        ("/api/v1/campaigns/c-1/matrix?as_of=2026-01-01", "/campaigns/c-1/matrix?as_of=2026-01-01"),
        ("/api/v1/overview?policy=strict", "/?policy=strict"),
        ("/api/v1/campaigns?limit=2", "/campaigns"),
        ("/api/v1/log/events/5", "/audit/events/5"),
        ("/api/v1/log/events/5/proof", "/api/v1/log/events/5/proof"),
        ("/evidence/0a", "/evidence/0a"),
    ];
    for (what, _) in pages {
        world.service.disclose(&auditor, what, None, what.as_bytes()).await.unwrap();
    }
    let (token, browser) = (world.grant("operator"), Browser::new(&world));
    let page = browser.send(browser.request(Method::GET, "/disclosures").bearer_auth(token)).await;
    for (what, href) in pages {
        let link = format!("<a href=\"{href}\">{what}</a>");
        assert!(page.text.contains(&link), "{link}: {}", page.text);
    }
}
