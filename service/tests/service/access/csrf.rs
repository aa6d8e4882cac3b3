//! Nothing is changed by a page of somebody else.

use reqwest::Method;

use super::{PASSWORD, account, sign_in};
use crate::access::world::World;
use crate::browser::Browser;

#[tokio::test]
async fn a_change_needs_our_own_page_and_its_token() {
    let world = World::start_as(|it| it.public_url = Some("http://portolan.example".into())).await;
    account(&world, "anna", "operator");
    let host = world.url.clone();
    let origins: [(&[(&str, &str)], bool); 13] = [
        (&[], true),
        (&[("sec-fetch-site", "same-origin")], true),
        (&[("sec-fetch-site", "none")], true),
        (&[("sec-fetch-site", "same-site")], false),
        (&[("sec-fetch-site", "cross-site")], false),
        (&[("sec-fetch-site", "nonsense")], false),
        (&[("origin", &host)], true),
        (&[("origin", "http://portolan.example")], true),
        (&[("origin", "https://portolan.example")], false),
        (&[("origin", "http://evil.example")], false),
        (&[("origin", "null")], false),
        (&[("sec-fetch-site", "cross-site"), ("origin", &host)], false),
        (&[("origin", "http://portolan.example.evil.example")], false),
    ];
    for (headers, is_ours) in origins {
        for (token, is_right) in [("right", true), ("wrong", false), ("none", false)] {
            for in_header in [true, false] {
                let browser = Browser::new(&world);
                sign_in(&browser, "anna", PASSWORD).await;
                world.pass(jiff::SignedDuration::from_secs(60));
                let csrf = browser.get("/account").await.csrf();
                let sent = match token {
                    "right" => Some(csrf),
                    "wrong" => Some("A".repeat(43)),
                    _ => None,
                };
                let mut request = browser.request(Method::POST, "/sign-out");
                request = match (sent, in_header) {
                    (Some(it), true) => request.header("x-portolan-csrf", it),
                    (Some(it), false) => request.form(&[("csrf", it)]),
                    (None, true) => request,
                    (None, false) => request.form(&[("other", "x")]),
                };
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                let expected = if is_ours && is_right { 303 } else { 403 };
                let answer = browser.send(request).await;
                assert_eq!(answer.status, expected, "{headers:?} {token} header: {in_header}");
                let after = if expected == 303 { 401 } else { 200 };
                assert_eq!(browser.get("/account").await.status, after);
            }
        }
    }
}

#[tokio::test]
async fn the_token_of_another_session_is_not_ours() {
    let world = World::start().await;
    account(&world, "anna", "operator");
    let (ours, other) = (Browser::new(&world), Browser::new(&world));
    sign_in(&ours, "anna", PASSWORD).await;
    sign_in(&other, "anna", PASSWORD).await;
    let csrf = other.get("/account").await.csrf();
    assert_eq!(ours.post("/sign-out", &[("csrf", &csrf)]).await.status, 403);
}

#[tokio::test]
async fn nobody_is_signed_in_by_a_form_without_a_session() {
    let world = World::start().await;
    account(&world, "anna", "operator");
    let browser = Browser::new(&world);
    let fields = [("account", "anna"), ("password", PASSWORD), ("csrf", "x")];
    assert_eq!(browser.post("/sign-in", &fields).await.status, 403);
    let token = world.grant("auditor");
    let request = browser.request(Method::POST, "/sign-in").bearer_auth(token).form(&fields);
    assert_eq!(browser.send(request).await.status, 403);
}
