//! What is counted and what is noted of those who use the service.

use domain::access::{Means, Role};
use domain::event::{AccessEvent, Event};
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::json;
use store::{Direction, EventLog as _};

use crate::access::world::World;
use crate::access::{PASSWORD, account, sign_in};
use crate::browser::Browser;
use crate::door::world as labs;
use crate::fixture::campaign_id;
use crate::world;

/// How often the use of each token was noted, by the account.
fn noted(world: &World) -> Vec<String> {
    let all = world.recorded().into_iter().filter_map(|it| {
        let Event::Access(AccessEvent::SignedIn(it)) = it.event else { return None };
        (it.means == Means::Token).then(|| it.account.to_string())
    });
    all.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_labs_token_is_noted_once_a_day_and_no_other_is() {
    let world = World::start().await;
    let browser = Browser::new(&world);
    let lab = world.give("north", Role::Lab, Means::Token).secret.unwrap();
    let state = format!("/api/v1/campaigns/{}/state", campaign_id());
    let ask = |token: &str| browser.send(browser.request(Method::GET, &state).bearer_auth(token));
    for _ in 0..3 {
        assert_eq!(ask(lab.expose_secret()).await.status, 200);
    }
    assert_eq!(noted(&world), ["north"]);
    // 08:00 and 15 h 59 min: the last minute of that day.
    world.pass(SignedDuration::from_mins(15 * 60 + 59));
    ask(lab.expose_secret()).await;
    assert_eq!(noted(&world), ["north"]);
    world.pass(SignedDuration::from_mins(1));
    let lab = lab.expose_secret();
    let many = futures_util::future::join_all((0..8).map(|_| ask(lab))).await;
    assert!(many.iter().all(|it| it.status == 200));
    assert_eq!(noted(&world), ["north", "north"], "at the same time is once");
    for role in ["operator", "auditor", "vendor:acme"] {
        let token = world.grant(role);
        browser.send(browser.request(Method::GET, "/").bearer_auth(token)).await;
    }
    let wrong = "A".repeat(43);
    assert_eq!(ask(&wrong).await.status, 401);
    assert_eq!(noted(&world), ["north", "north"]);
}

/// A number in the text of metrics.
fn number(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|it| it.strip_prefix(&format!("portolan_{name} ")));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_are_counted_while_they_are_in_force() {
    let world = labs::World::start().await;
    let metrics = async || {
        let answer = world.ask("auditor", Method::GET, "/metrics").send().await.unwrap();
        number(&answer.text().await.unwrap(), "leases")
    };
    world.offer("c-1").await;
    assert_eq!(metrics().await, 0);
    let lease = world.lease("lab-1", 2).await;
    assert_eq!(metrics().await, 1);
    world.lease("lab-2", 2).await;
    assert_eq!(metrics().await, 2);
    let path = format!("/api/v1/leases/{}", lease.lease);
    let given = world.ask("lab-1", Method::DELETE, &path).send().await.unwrap();
    assert_eq!((given.status(), metrics().await), (StatusCode::NO_CONTENT, 1));
    world.wait(60);
    assert_eq!(metrics().await, 0, "a lease that nobody keeps up is in force no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn watchers_are_counted_while_they_watch() {
    let world = world::World::start().await;
    let auditor = world.grant(Role::Auditor).await;
    let watchers = async || number(&world.text("/metrics", Some(&auditor)).await, "watchers");
    assert_eq!(watchers().await, 0);
    let mut one = world.get(&format!("/campaigns/{}/events", world::RUNNING)).await;
    one.chunk().await.unwrap();
    let two = world.get(&format!("/campaigns/{}/events", world::RUNNING)).await;
    assert_eq!(watchers().await, 2);
    drop((one, two));
    for step in world::next_steps() {
        // Whoever has gone is found out when there is something to tell.
        world.append(Event::StepFinished(step)).await;
        if watchers().await == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(watchers().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_that_fail_are_counted() {
    let world = World::start().await;
    account(&world, "anna", "auditor");
    let browser = Browser::new(&world);
    let auditor = world.grant("auditor");
    let failed = async || {
        let request = Browser::new(&world).request(Method::GET, "/metrics").bearer_auth(&auditor);
        number(&browser.send(request).await.text, "sign_ins_failed_total")
    };
    assert_eq!(failed().await, 0);
    sign_in(&browser, "anna", "wrong").await;
    Browser::new(&world).get("/v/g-none.0.AAAA").await;
    assert_eq!(failed().await, 2);
    sign_in(&browser, "anna", PASSWORD).await;
    assert_eq!(failed().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_declares_stands_in_the_log_under_its_name() {
    let world = world::World::start().await;
    let operator = world.grant(Role::Operator).await;
    let head = world.log.head();
    let declared = json!({"baseline": {"name": "autumn", "campaign": "c-2016"}});
    let ask = || {
        let request = world.client.post(format!("{}/api/v1/declarations", world.url));
        let request = request.header("content-type", "application/json");
        request.bearer_auth(&operator).body(declared.to_string()).send()
    };
    let (first, again) = (ask().await.unwrap(), ask().await.unwrap());
    assert_eq!((first.status(), again.status()), (StatusCode::OK, StatusCode::OK));
    let position = |text: String| serde_json::from_str::<serde_json::Value>(&text).unwrap();
    assert_eq!(position(first.text().await.unwrap())["position"], head);
    let recorded: Vec<_> =
        world.log.read(head, Direction::Forward).map(|it| it.unwrap().event).collect();
    let [Event::BaselineSet(set)] = recorded.as_slice() else { panic!("{recorded:?}") };
    assert!(set.by.starts_with("a-"), "the account, and not {}", set.by);
    let shown = world.text("/api/v1/baselines", None).await;
    assert!(shown.contains("autumn"), "{shown}");
}
