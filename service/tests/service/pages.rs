//! Pages, from anybody's place and from an auditor's, today and for ever.

use domain::access::Role;
use domain::event::Event;

use crate::world::{World, next_steps};

/// Every page that anybody may see.
const PAGES: [&str; 13] = [
    "/",
    "/campaigns",
    "/campaigns/c-2016",
    "/campaigns/c-2016/matrix",
    "/campaigns/c-2016/matrix?guest=portable&standing=FAILURE",
    "/campaigns/c-2016/cells/kvm/acme-like/portable",
    "/campaigns/c-2017/live",
    "/history",
    "/history?at=3",
    "/diff?baseline=spring",
    "/feed.atom",
    "/badges/portable.svg",
    "/badges/kvm/acme-like/portable.svg",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_and_names_no_tool_to_the_public() {
    let world = World::start().await;
    let token = world.grant(Role::Auditor).await;
    for path in PAGES {
        let text = world.text(path, None).await;
        assert!(!text.to_lowercase().contains("canary"), "{path} names a tool");
        world.text(path, Some(&token)).await;
    }
    let cell = world.text(PAGES[5], Some(&token)).await;
    assert!(cell.contains("canary-one"), "an auditor sees the tools");
}
