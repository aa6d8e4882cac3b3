//! Grants for programs.

use reqwest::Method;
use serde_json::{Value, json};

use super::{PASSWORD, account, sign_in};
use crate::access::world::World;
use crate::browser::{Answer, Browser};

const GRANTS: &str = "/api/v1/access/grants";

async fn send(world: &World, token: &str, (path, body): (&str, String)) -> Answer {
    let browser = Browser::new(world);
    browser.send(browser.request(Method::POST, path).bearer_auth(token).body(body)).await
}

fn parsed(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap()
}

#[tokio::test]
async fn an_operator_grants_lists_and_revokes() {
    let world = World::start().await;
    let operator = world.grant("operator");
    let asked = json!({"account": "lab-2", "role": "lab", "means": "token", "reason": "new"});
    let given = send(&world, &operator, (GRANTS, asked.to_string())).await;
    assert_eq!(given.status, 201, "{}", given.text);
    assert_eq!(given.headers["cache-control"], "no-store");
    let given = parsed(&given);
    let (token, grant) = (given["token"].as_str().unwrap(), given["grant"].as_str().unwrap());
    let browser = Browser::new(&world);
    let me = || browser.request(Method::GET, "/api/v1/access/me").bearer_auth(token);
    assert_eq!(browser.send(me()).await.status, 200);

    let list = browser.request(Method::GET, GRANTS).bearer_auth(&operator);
    let list = parsed(&browser.send(list).await);
    assert_eq!(list[1]["grant"], grant);
    assert_eq!(list[1]["by"], "operator");
    assert!(!list.to_string().contains(token));

    let path = format!("{GRANTS}/{grant}/revoke");
    for _ in 0..2 {
        let revoked = send(&world, &operator, (&path, json!({"reason": "old"}).to_string())).await;
        assert_eq!(revoked.status, 204, "{}", revoked.text);
    }
    assert_eq!(browser.send(me()).await.status, 401);
    let unknown = format!("{GRANTS}/g-none/revoke");
    let answer = send(&world, &operator, (&unknown, json!({"reason": "x"}).to_string())).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn an_operator_sets_a_password_and_links_are_whole() {
    let world = World::start_as(|it| it.public_url = Some("http://portolan.example/".into())).await;
    let operator = world.grant("operator");
    let password = json!({"account": "anna", "password": PASSWORD}).to_string();
    let set = send(&world, &operator, ("/api/v1/access/passwords", password)).await;
    assert_eq!(set.status, 204, "{}", set.text);
    let asked = json!({"account": "anna", "role": "auditor", "means": "password", "reason": "x"});
    assert_eq!(send(&world, &operator, (GRANTS, asked.to_string())).await.status, 201);
    assert_eq!(sign_in(&Browser::new(&world), "anna", PASSWORD).await.status, 303);
    let asked = json!({"account": "c", "role": "vendor:citrix", "means": "link", "reason": "x"});
    let given = parsed(&send(&world, &operator, (GRANTS, asked.to_string())).await);
    assert!(given["link"].as_str().unwrap().starts_with("http://portolan.example/v/g-"));
}

#[tokio::test]
async fn nobody_else_grants() {
    let world = World::start().await;
    let asked = json!({"account": "x", "role": "operator", "means": "token", "reason": "x"});
    for role in ["auditor", "lab", "vendor:citrix"] {
        let token = world.grant(role);
        for path in [GRANTS, "/api/v1/access/grants/g-1/revoke", "/api/v1/access/passwords"] {
            let answer = send(&world, &token, (path, asked.to_string())).await;
            assert_eq!(answer.status, 403, "{role} {path}");
        }
    }
    let browser = Browser::new(&world);
    assert_eq!(browser.get(GRANTS).await.status, 401);
}

#[tokio::test]
async fn nobody_gives_more_than_they_have() {
    let world = World::start().await;
    let operator = world.grant("operator");
    let grant = json!({"account": "clerk", "role": "operator", "means": "token", "reason": "x",
        "scopes": ["grant", "record"]});
    let clerk = parsed(&send(&world, &operator, (GRANTS, grant.to_string())).await);
    let clerk = clerk["token"].as_str().unwrap();
    for (role, scopes, status) in [
        ("operator", json!(null), 403),
        ("operator", json!(["grant", "control"]), 403),
        ("auditor", json!(["read"]), 403),
        ("vendor:citrix", json!(["answer"]), 403),
        ("lab", json!(null), 201),
        ("operator", json!(["grant"]), 201),
    ] {
        let asked = json!({"account": "x", "role": role, "means": "token", "reason": "x",
            "scopes": scopes});
        let answer = send(&world, clerk, (GRANTS, asked.to_string())).await;
        assert_eq!(answer.status, status, "{asked}: {}", answer.text);
    }
    // A password of somebody who has more would be a way around it.
    account(&world, "anna", "operator");
    account(&world, "lab-1", "lab");
    for (name, status) in [("anna", 403), ("lab-1", 204)] {
        let body = json!({"account": name, "password": PASSWORD}).to_string();
        let answer = send(&world, clerk, ("/api/v1/access/passwords", body)).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text);
    }
}

#[tokio::test]
async fn strange_bodies_are_refused_without_being_repeated() {
    let world = World::start().await;
    let operator = world.grant("operator");
    let of = |changes: Value| {
        let mut all = json!({"account": "x", "role": "lab", "means": "token", "reason": "geheim"});
        for (name, value) in changes.as_object().unwrap() {
            all[name] = value.clone();
        }
        all.to_string()
    };
    for (body, status) in [
        (String::new(), 400),
        ("[]".to_owned(), 400),
        ("[".repeat(100_000), 400),
        (of(json!({"unknown": "geheim"})), 400),
        (of(json!({"means": "geheim"})), 400),
        (of(json!({"scopes": ["everything"]})), 400),
        (of(json!({"expires": "yesterday"})), 400),
        (of(json!({"account": "A B"})), 422),
        (of(json!({"account": "local"})), 422),
        (of(json!({"role": "root"})), 422),
        (of(json!({"role": "lab", "means": "link"})), 422),
        (of(json!({"means": "oidc"})), 422),
        (of(json!({"scopes": ["grant"]})), 422),
        (of(json!({"expires": "2020-01-01T00:00:00Z"})), 422),
        (of(json!({"reason": ""})), 422),
        (of(json!({"reason": "a\u{0}b"})), 422),
        (of(json!({"reason": "x".repeat(600)})), 422),
    ] {
        let shown: String = body.chars().take(80).collect();
        let answer = send(&world, &operator, (GRANTS, body)).await;
        assert_eq!(answer.status, status, "{shown}: {}", answer.text);
        assert!(!answer.text.contains("geheim"), "{shown}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    for password in ["", "short", &"x".repeat(1025)] {
        let body = json!({"account": "anna", "password": password}).to_string();
        let answer = send(&world, &operator, ("/api/v1/access/passwords", body)).await;
        assert_eq!(answer.status, 422);
    }
}
