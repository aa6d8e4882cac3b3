//! Campaigns as they run: those who watch are told what changes, at once and only that.

use std::time::Duration;

use domain::access::Role;
use domain::event::{CampaignFinished, Cost, Ending, Event};
use reqwest::Response;
use service::settings::Limits;
use store::EventLog as _;
use tokio::time::timeout;

use crate::world::{RUNNING, World, next_steps, running};

/// Reads messages until one is of this kind; all of them.
async fn until(answer: &mut Response, kind: &str) -> String {
    let mut text = String::new();
    let wanted = format!("event: {kind}\n");
    while !text.contains(&wanted) || !text.ends_with("\n\n") {
        let chunk = timeout(Duration::from_secs(20), answer.chunk()).await;
        match chunk.unwrap_or_else(|_| panic!("no {kind} came: {text}")).unwrap() {
            Some(chunk) => text.push_str(std::str::from_utf8(&chunk).unwrap()),
            None => panic!("it ended without {kind}: {text}"),
        }
    }
    text
}

fn last_id(text: &str) -> u64 {
    let line = text.lines().rev().find_map(|it| it.strip_prefix("id: "));
    line.unwrap().parse().unwrap()
}

fn path() -> String {
    format!("/campaigns/{RUNNING}/events")
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_watch_are_told_what_changes() {
    let world = World::start().await;
    let mut answer = world.get(&path()).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let first = until(&mut answer, "progress").await;
    assert!(!first.contains("event: cell"), "nothing has changed yet: {first}");
    let mut position = 0;
    for step in next_steps().into_iter().take(14) {
        position = world.append(Event::StepFinished(step)).await;
    }
    let mut told = String::new();
    while !told.contains(&format!("id: {position}\n")) {
        told.push_str(&until(&mut answer, "progress").await);
    }
    assert!(told.contains("event: cell"), "{told}");
    assert!(told.contains("<td"), "{told}");
    assert!(!told.contains("canary"), "it names a tool: {told}");
    let (ending, cost) = (Ending::Completed, Cost::default());
    let finished = CampaignFinished { campaign: running(), ending, cost };
    world.append(Event::CampaignFinished(finished)).await;
    until(&mut answer, "end").await;
    let mut late = world.get(&path()).await;
    until(&mut late, "end").await;
    assert_eq!(late.chunk().await.unwrap(), None, "nothing comes after the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_see_it_any_more_is_told_nothing_more() {
    let world = World::start().await;
    let token = world.grant(Role::Auditor).await;
    let mut public = world.get(&path()).await;
    let mut auditor = world.ask(&path()).bearer_auth(&token).send().await.unwrap();
    let mut operator = {
        let token = world.grant(Role::Operator).await;
        world.ask(&path()).bearer_auth(token).send().await.unwrap()
    };
    for watching in [&mut public, &mut auditor, &mut operator] {
        until(watching, "progress").await;
    }
    world.embargo(RUNNING);
    world.revoke(&Role::Auditor);
    let position = world.append(Event::StepFinished(next_steps().remove(0))).await;
    for watching in [&mut public, &mut auditor] {
        let told = timeout(Duration::from_secs(20), watching.chunk()).await.unwrap().unwrap();
        assert_eq!(told, None, "the stream ends");
    }
    let told = until(&mut operator, "progress").await;
    assert!(told.contains(&format!("id: {position}\n")), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_is_told_what_was_missed_or_to_look_anew() {
    let world = World::start().await;
    let mut answer = world.get(&path()).await;
    let seen = last_id(&until(&mut answer, "progress").await);
    drop(answer);
    for step in next_steps().into_iter().take(7) {
        world.append(Event::StepFinished(step)).await;
    }
    let mut watcher = world.get(&path()).await;
    let head = world.log.head() - 1;
    while last_id(&until(&mut watcher, "progress").await) < head {}
    let again = world.ask(&path()).header("last-event-id", seen.to_string());
    let told = until(&mut again.send().await.unwrap(), "progress").await;
    assert!(told.contains("event: cell") && last_id(&told) == head, "{told}");
    let told = world.get(&format!("{}?after={head}", path())).await;
    let told = until(&mut { told }, "progress").await;
    assert!(!told.contains("event: cell"), "{told}");
    for long_ago in ["0", "99999999"] {
        let request = world.ask(&path()).header("last-event-id", long_ago);
        until(&mut request.send().await.unwrap(), "reset").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_may_watch_and_they_leave_when_the_service_stops() {
    let limits = Limits { watchers: 2, ..Limits::default() };
    let world = World::start_with(limits).await;
    let mut first = world.get(&path()).await;
    let second = world.get(&path()).await;
    let third = world.get(&path()).await;
    assert_eq!(third.status(), 503);
    assert!(third.headers().contains_key("retry-after"));
    drop(second);
    until(&mut first, "progress").await;
    let mut steps = next_steps().into_iter();
    let free = async {
        while world.get(&path()).await.status() != 200 {
            // That somebody has left is noticed when something is sent.
            world.append(Event::StepFinished(steps.next().unwrap())).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(Duration::from_secs(20), free).await.unwrap();
    world.service.stopping.cancel();
    while timeout(Duration::from_secs(20), first.chunk()).await.unwrap().unwrap().is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_does_not_take_every_place() {
    let limits = Limits { watchers: 4, watchers_per_account: 2, ..Limits::default() };
    let world = World::start_with(limits).await;
    let token = world.grant(Role::Auditor).await;
    let watch = async || world.ask(&path()).bearer_auth(&token).send().await.unwrap();
    let kept = [watch().await, watch().await];
    assert!(kept.iter().all(|it| it.status() == 200));
    let refused = watch().await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "5");
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    assert_eq!(world.get(&path()).await.status(), 200, "others have a place");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_peer_that_nobody_knows_does_not_take_every_place() {
    let limits = Limits { watchers_per_peer: 1, ..Limits::default() };
    let world = World::start_behind_proxy(limits).await;
    let watch =
        async |from: &str| world.ask(&path()).header("x-forwarded-for", from).send().await.unwrap();
    let kept = watch("2001:db8:1:2::3").await;
    assert_eq!(kept.status(), 200);
    assert_eq!(watch("2001:db8:1:2::4").await.status(), 429, "a network, not an address");
    assert_eq!(watch("198.51.100.1").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_see_the_same_bytes() {
    let world = World::start().await;
    let mut all = Vec::new();
    for _ in 0..200 {
        let mut answer = world.get(&path()).await;
        until(&mut answer, "progress").await;
        all.push(answer);
    }
    assert_eq!(world.service.live.watchers(), 200);
    let step = next_steps().remove(0);
    world.append(Event::StepFinished(step)).await;
    let mut told = Vec::new();
    for answer in &mut all {
        told.push(until(answer, "progress").await);
    }
    assert!(told.iter().all(|it| *it == told[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_watches_what_is_not_there() {
    let world = World::start().await;
    assert_eq!(world.get("/campaigns/c-2099/events").await.status(), 404);
    assert_eq!(world.get(&format!("{}?after=x", path())).await.status(), 400);
    let head = world.client.head(format!("{}{}", world.url, path())).send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(world.service.live.watchers(), 0, "whoever asks for the head takes no place");
}
