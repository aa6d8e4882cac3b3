//! Whoever asks again on the short way gets what whoever is asked for its name gets.

use std::collections::BTreeMap;

use domain::access::Role;
use domain::event::Event;
use reqwest::{RequestBuilder, StatusCode};

use crate::world::{World, next_steps};

const PATHS: [&str; 14] = [
    "/",
    "/campaigns",
    "/campaigns/c-2016",
    "/campaigns/c-2016/matrix?guest=portable",
    "/campaigns/c-2016/cells/kvm/acme-like/portable",
    "/campaigns/c-2016/csv",
    "/campaigns/c-2017/live",
    "/history?at=3",
    "/diff?baseline=spring",
    "/feed.atom",
    "/badges/portable.svg",
    "/help",
    "/api/v1/overview",
    "/api/v1/campaigns/c-2016/matrix",
];

/// Everything that is answered, but for the hour.
async fn answer(request: RequestBuilder) -> (StatusCode, BTreeMap<String, String>, Vec<u8>) {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let fields = answer.headers().iter().filter(|(name, _)| *name != "date");
    let fields = fields.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let fields = fields.collect();
    (status, fields, answer.bytes().await.unwrap().to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_short_way_answers_as_the_long_one_does() {
    let world = World::start().await;
    for step in next_steps().into_iter().take(2) {
        for path in PATHS {
            for (name, value) in
                [("accept", "*/*"), ("accept-encoding", "gzip"), ("if-none-match", "\"x\"")]
            {
                let ask = || world.ask(path).header(name, value);
                // A cookie that means nothing: who sends one is asked for its name.
                let long = answer(ask().header("cookie", "a=b")).await;
                assert_eq!(long.0, StatusCode::OK, "{path}");
                for _ in 0..6 {
                    assert_eq!(answer(ask()).await, long, "{path}, {name}: {value}");
                }
            }
        }
        world.append(Event::StepFinished(step)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_who_it_is_never_goes_the_short_way() {
    let world = World::start().await;
    let token = world.grant(Role::Auditor).await;
    let path = PATHS[4];
    for _ in 0..6 {
        let text = world.text(path, None).await;
        assert!(!text.contains("canary-one"), "a tool is named to the public");
        assert!(world.text(path, Some(&token)).await.contains("canary-one"));
        let wrong = world.ask(path).bearer_auth("nobody").send().await.unwrap();
        assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    }
    let foreign = world.ask(path).header("host", "elsewhere.example").send().await.unwrap();
    assert_eq!(foreign.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_changed_is_not_shown_as_it_was() {
    let world = World::start().await;
    for step in next_steps().into_iter().take(3) {
        let matrix = "/campaigns/c-2017/matrix";
        let before = world.text(matrix, None).await;
        world.text(matrix, None).await;
        let position = world.append(Event::StepFinished(step)).await;
        let after = world.text(matrix, None).await;
        assert_ne!(before, after, "the permalink names position {position}");
        assert!(after.contains(&format!("known_at={position}")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_takes_long_is_shown_once_more_while_it_is_made_anew_and_never_for_long() {
    let world = World::start().await;
    let matrix = "/campaigns/c-2017/matrix";
    let mut steps = next_steps().into_iter().map(Event::StepFinished);
    let mut step = || steps.next().unwrap();
    // It takes long enough to stand for a second.
    world.pace(10);
    let before = world.text(matrix, None).await;
    world.pace(0);
    let position = world.append(step()).await;
    let mut after = world.text(matrix, None).await;
    assert_eq!(after, before, "nobody waits for what is made anew");
    while after == before {
        after = world.text(matrix, None).await;
    }
    assert!(after.contains(&format!("known_at={position}")), "it was made behind the answer");
    // That took no time: it does not stand for any.
    let position = world.append(step()).await;
    assert!(world.text(matrix, None).await.contains(&format!("known_at={position}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_time_is_long_over_is_waited_for() {
    let world = World::start().await;
    let matrix = "/campaigns/c-2017/matrix";
    world.pace(10);
    world.text(matrix, None).await;
    world.pace(0);
    let mut last = 0;
    // A second each: one in which it stands, one more, and another.
    for step in next_steps().into_iter().take(3) {
        last = world.append(Event::StepFinished(step)).await;
    }
    assert!(world.text(matrix, None).await.contains(&format!("known_at={last}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_still_stands_is_not_shown_to_who_may_not_see_it_any_more() {
    let world = World::start().await;
    let matrix = "/campaigns/c-2017/matrix";
    let auditor = world.grant(Role::Auditor).await;
    let vendor = world.grant(Role::Vendor { vendor: "acme".parse().unwrap() }).await;
    // Each of them takes long enough to stand for a second.
    world.pace(10);
    let public = world.text(matrix, None).await;
    let inside = world.text(matrix, Some(&auditor)).await;
    world.pace(0);
    world.append(Event::StepFinished(next_steps().remove(0))).await;
    assert_eq!(world.text(matrix, None).await, public, "it stands");
    assert_eq!(world.text(matrix, Some(&auditor)).await, inside, "it stands");
    assert!(inside != public && !world.text(matrix, Some(&vendor)).await.contains("canary-one"));
    world.revoke(&Role::Auditor);
    let asked = world.ask(matrix).bearer_auth(&auditor).send().await.unwrap();
    assert_eq!(asked.status(), StatusCode::UNAUTHORIZED, "what was granted ends at once");
    world.embargo("c-2017");
    assert_eq!(world.get(matrix).await.status(), StatusCode::NOT_FOUND, "an embargo holds at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permalink_shows_what_it_names_however_long_it_takes() {
    let world = World::start().await;
    let matrix = "/campaigns/c-2017/matrix";
    world.pace(10);
    world.text(matrix, None).await;
    let position = world.append(Event::StepFinished(next_steps().remove(0))).await;
    let pinned = format!("{matrix}?known_at={position}");
    let before = format!("{matrix}?known_at={}", position - 1);
    let (named, earlier) = (world.text(&pinned, None).await, world.text(&before, None).await);
    assert!(named.contains(&format!("known_at={position}")) && named != earlier);
    world.append(Event::StepFinished(next_steps().remove(1))).await;
    assert_eq!(world.text(&pinned, None).await, named, "later steps are not in it");
    assert_eq!(world.text(&before, None).await, earlier);
}
