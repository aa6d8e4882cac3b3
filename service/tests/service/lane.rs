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
