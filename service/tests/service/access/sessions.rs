//! Sessions begin with a password and end by the clock, by the owner and by the operator.

use domain::access::Means;
use domain::event::{AccessEvent, Event};
use jiff::SignedDuration;
use reqwest::Method;
use reqwest::header::{RETRY_AFTER, SET_COOKIE};

use super::{PASSWORD, account, sign_in};
use crate::access::world::World;
use crate::browser::Browser;

#[tokio::test]
async fn who_signs_in_is_known_and_who_signs_out_is_not() {
    let world = World::start().await;
    account(&world, "anna", "auditor");
    let browser = Browser::new(&world);
    assert_eq!(browser.get("/account").await.status, 401);
    let answer = sign_in(&browser, "anna", PASSWORD).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/account"));
    let page = browser.get("/account").await;
    assert!(page.status == 200 && page.text.contains("anna") && page.text.contains("auditor"));
    assert_eq!(page.headers["cache-control"], "no-store");
    let is_sign_in = |it: &Event| matches!(it, Event::Access(AccessEvent::SignedIn(_)));
    assert_eq!(world.recorded().iter().filter(|it| is_sign_in(&it.event)).count(), 1);

    let kept = browser.cookie();
    let csrf = page.csrf();
    assert_eq!(browser.post("/sign-out", &[("csrf", &csrf)]).await.status, 303);
    assert_eq!(browser.get("/account").await.status, 401);
    browser.set_cookie(kept);
    let words = "a cookie that somebody kept is worth nothing after its owner signed out";
    assert_eq!(browser.get("/account").await.status, 401, "{words}");
}

#[tokio::test]
async fn who_never_signed_in_crowds_out_no_session_that_was_ended() {
    let world = World::start().await;
    account(&world, "anna", "auditor");
    let browser = Browser::new(&world);
    for _ in 0..3 {
        assert_eq!(browser.fill("/sign-in", "/sign-out", &[]).await.status, 303);
    }
    assert_eq!(world.service.identity.ended_sessions(), 0);
    assert_eq!(sign_in(&browser, "anna", PASSWORD).await.status, 303);
    assert_eq!(browser.fill("/account", "/sign-out", &[]).await.status, 303);
    assert_eq!(world.service.identity.ended_sessions(), 1);
}

#[tokio::test]
async fn a_wrong_password_an_unknown_account_and_a_revoked_grant_are_answered_alike() {
    let world = World::start().await;
    account(&world, "anna", "auditor");
    let bert = account(&world, "bert", "auditor");
    world.revoke(&bert);
    let browser = Browser::new(&world);
    let mut pages = Vec::new();
    for (name, password) in
        [("anna", "wrong"), ("nobody", PASSWORD), ("bert", PASSWORD), ("anna", ""), ("\u{0}", "x")]
    {
        let answer = sign_in(&browser, name, password).await;
        assert_eq!(answer.status, 401, "{name}");
        let (_, form) = answer.text.split_once("<form").unwrap();
        let error = answer.text.split("id=\"error\">").nth(1).unwrap().split('<').next().unwrap();
        assert!(!form.contains(PASSWORD));
        pages.push(error.to_owned());
    }
    assert!(pages.windows(2).all(|it| it[0] == it[1]), "{pages:?}");
    assert_eq!(world.service.identity.failed_sign_ins(), 5);
    assert_eq!(browser.get("/account").await.status, 401);
}

#[tokio::test]
async fn a_session_ends_after_an_hour_without_use_and_after_twelve_in_any_case() {
    let world = World::start().await;
    account(&world, "anna", "auditor");
    let browser = Browser::new(&world);
    sign_in(&browser, "anna", PASSWORD).await;
    for _ in 0..14 {
        world.pass(SignedDuration::from_mins(50));
        assert_eq!(browser.get("/account").await.status, 200);
    }
    world.pass(SignedDuration::from_mins(50));
    assert_eq!(browser.get("/account").await.status, 401, "12 h 30 min after it began");

    sign_in(&browser, "anna", PASSWORD).await;
    let kept = browser.cookie();
    world.pass(SignedDuration::from_mins(59));
    assert_eq!(browser.get("/account").await.status, 200);
    world.pass(SignedDuration::from_mins(2));
    assert_eq!(browser.get("/account").await.status, 200, "it was used two minutes ago");
    browser.set_cookie(kept);
    assert_eq!(browser.get("/account").await.status, 401, "this one was not");
}

#[tokio::test]
async fn a_revoked_grant_ends_its_sessions_at_once() {
    let world = World::start().await;
    let grant = account(&world, "anna", "operator");
    let browser = Browser::new(&world);
    sign_in(&browser, "anna", PASSWORD).await;
    assert_eq!(browser.get("/account").await.status, 200);
    world.revoke(&grant);
    assert_eq!(browser.get("/account").await.status, 401);
}

#[tokio::test]
async fn a_session_begun_by_another_is_not_the_one_that_is_signed_in() {
    let world = World::start().await;
    account(&world, "anna", "auditor");
    let attacker = Browser::new(&world);
    let csrf = attacker.get("/sign-in").await.csrf();
    let planted = attacker.cookie();
    let browser = Browser::new(&world);
    browser.set_cookie(planted.clone());
    let fields = [("csrf", csrf.as_str()), ("account", "anna"), ("password", PASSWORD)];
    assert_eq!(browser.post("/sign-in", &fields).await.status, 303);
    assert_ne!(browser.cookie(), planted);
    assert_eq!(browser.get("/account").await.status, 200);
    assert_ne!(browser.get("/account").await.csrf(), csrf);
    assert_eq!(attacker.get("/account").await.status, 401);
}

#[tokio::test]
async fn a_cookie_that_was_changed_is_no_cookie() {
    let world = World::start().await;
    account(&world, "anna", "auditor");
    let browser = Browser::new(&world);
    let answer = sign_in(&browser, "anna", PASSWORD).await;
    let set = answer.headers[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    assert!(!set.contains("Secure") && !set.contains("anna"), "{set}");
    let good = browser.cookie().unwrap();
    let (name, value) = good.split_once('=').unwrap();
    for at in (0..value.len()).step_by(7) {
        let mut changed = value.as_bytes().to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        browser.set_cookie(Some(format!("{name}={changed}")));
        assert_eq!(browser.get("/account").await.status, 401, "letter {at}");
    }
    for strange in ["", "x", "%00", "a\"b", &"A".repeat(5000), &value[..value.len() / 2]] {
        browser.set_cookie(Some(format!("{name}={strange}")));
        assert_eq!(browser.get("/account").await.status, 401, "{strange:?}");
    }
    browser.set_cookie(Some(good));
    assert_eq!(browser.get("/account").await.status, 200);
}

#[tokio::test]
async fn with_tls_the_cookie_is_bound_to_it() {
    let world = World::start_as(|it| it.public_url = Some("https://portolan.example".into())).await;
    let answer = Browser::new(&world).get("/sign-in").await;
    let set = answer.headers[SET_COOKIE].to_str().unwrap();
    assert!(set.starts_with("__Host-portolan="), "{set}");
    assert!(set.contains("Secure") && set.contains("Path=/") && !set.contains("Domain"), "{set}");
}

#[tokio::test]
async fn who_tries_too_often_waits_and_nobody_else_does() {
    let world = World::start().await;
    account(&world, "anna", "auditor");
    account(&world, "bert", "auditor");
    let browser = Browser::new(&world);
    let mut tries = 0;
    let refused = loop {
        let answer = sign_in(&browser, "anna", "wrong").await;
        if answer.status != 401 {
            break answer;
        }
        tries += 1;
    };
    assert_eq!((tries, refused.status.as_u16()), (10, 429));
    let wait: i64 = refused.headers[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert_eq!(sign_in(&browser, "anna", PASSWORD).await.status, 429, "also with the right one");
    assert_eq!(sign_in(&Browser::new(&world), "bert", PASSWORD).await.status, 303);
    world.pass(SignedDuration::from_secs(wait));
    assert_eq!(sign_in(&browser, "anna", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn who_tries_too_often_elsewhere_does_not_lock_the_owner_out() {
    let proxy = "127.0.0.1".parse().unwrap();
    let world = World::start_as(|it| it.network.trusted_proxies = vec![proxy]).await;
    account(&world, "anna", "auditor");
    let browser = Browser::new(&world);
    let sign_in_from = async |address: &str, password: &str| {
        let csrf = browser.get("/sign-in").await.csrf();
        let fields = [("csrf", csrf.as_str()), ("account", "anna"), ("password", password)];
        let request = browser.request(Method::POST, "/sign-in").form(&fields);
        browser.send(request.header("x-forwarded-for", address)).await.status.as_u16()
    };
    for _ in 0..10 {
        assert_eq!(sign_in_from("203.0.113.7", "wrong").await, 401);
    }
    assert_eq!(sign_in_from("203.0.113.7", "wrong").await, 429);
    for address in ["2001:db8:1:2::3", "2001:db8:1:2::4"] {
        for _ in 0..5 {
            assert_eq!(sign_in_from(address, "wrong").await, 401);
        }
    }
    assert_eq!(sign_in_from("2001:db8:1:2::5", "wrong").await, 429, "a network, not an address");
    assert_eq!(sign_in_from("198.51.100.1", PASSWORD).await, 303);
}

#[tokio::test]
async fn after_signing_in_one_stays_at_this_service() {
    let world = World::start().await;
    account(&world, "anna", "auditor");
    for bad in ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"] {
        let browser = Browser::new(&world);
        let fields = [("account", "anna"), ("password", PASSWORD), ("next", bad)];
        let answer = browser.fill("/sign-in", "/sign-in", &fields).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, "/"), "{bad:?}");
        world.pass(SignedDuration::from_secs(60));
    }
    let page = Browser::new(&world).get("/sign-in?next=//evil.example").await;
    assert!(!page.text.contains("evil"));
}

#[tokio::test]
async fn strange_bodies_are_refused_in_words() {
    let world = World::start().await;
    account(&world, "anna", "auditor");
    let browser = Browser::new(&world);
    let csrf = browser.get("/sign-in").await.csrf();
    let post =
        || browser.request(reqwest::Method::POST, "/sign-in").header("x-portolan-csrf", &csrf);
    let form = "application/x-www-form-urlencoded";
    for (kind, body) in [
        (form, "account=anna".to_owned()),
        (form, "account=anna&account=bert&password=x".to_owned()),
        (form, "%%%=%".to_owned()),
        (form, format!("account=anna&password={}", "x".repeat(300_000))),
        ("application/json", "{\"account\":\"anna\"}".to_owned()),
        ("text/plain", String::new()),
    ] {
        let body: String = body;
        let answer = browser.send(post().header("content-type", kind).body(body)).await;
        assert!(answer.status.is_client_error(), "{kind}: {}", answer.status);
    }
    let long = "x".repeat(8_000);
    let fields = [("csrf", csrf.as_str()), ("account", &long), ("password", &long)];
    assert_eq!(browser.post("/sign-in", &fields).await.status, 401);
}

#[tokio::test]
async fn a_grant_of_another_means_is_not_for_a_password() {
    let world = World::start().await;
    world.service.set_password(&"anna".parse().unwrap(), &PASSWORD.to_owned().into()).unwrap();
    world.give("anna", "operator".parse().unwrap(), Means::Token);
    assert_eq!(sign_in(&Browser::new(&world), "anna", PASSWORD).await.status, 401);
}

#[tokio::test]
async fn another_password_ends_the_sessions_that_began_with_the_one_before() {
    let world = World::start().await;
    account(&world, "anna", "operator");
    account(&world, "bert", "auditor");
    let (browser, elsewhere, bert) =
        (Browser::new(&world), Browser::new(&world), Browser::new(&world));
    sign_in(&browser, "anna", PASSWORD).await;
    sign_in(&elsewhere, "anna", PASSWORD).await;
    sign_in(&bert, "bert", PASSWORD).await;
    world.pass(SignedDuration::from_secs(1));
    let body = r#"{"account": "anna", "password": "another horse battery"}"#;
    let csrf = browser.get("/account").await.csrf();
    let request = browser.request(Method::POST, "/api/v1/access/passwords").body(body);
    let set = browser.send(request.header("x-portolan-csrf", csrf)).await;
    assert_eq!(set.status, 204, "{}", set.text);
    assert_eq!(elsewhere.get("/account").await.status, 401);
    assert_eq!(browser.get("/account").await.status, 200, "whoever set it stays");
    assert_eq!(bert.get("/account").await.status, 200);
    let answer = sign_in(&elsewhere, "anna", "another horse battery").await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/account"));
    assert_eq!(elsewhere.get("/account").await.status, 200);
}

#[tokio::test]
async fn what_has_ended_stays_so_when_the_service_starts_again() {
    let mut world = World::start().await;
    account(&world, "anna", "auditor");
    account(&world, "bert", "auditor");
    let (anna, bert) = (Browser::new(&world), Browser::new(&world));
    sign_in(&anna, "anna", PASSWORD).await;
    sign_in(&bert, "bert", PASSWORD).await;
    let kept = (anna.cookie(), bert.cookie());
    assert_eq!(anna.fill("/account", "/sign-out", &[]).await.status, 303);
    world.pass(SignedDuration::from_secs(1));
    let another = "another horse battery".to_owned();
    world.service.set_password(&"bert".parse().unwrap(), &another.into()).unwrap();
    world.start_again().await;
    for cookie in [kept.0, kept.1] {
        let browser = Browser::new(&world);
        browser.set_cookie(cookie);
        assert_eq!(browser.get("/account").await.status, 401);
    }
    assert_eq!(world.service.identity.ended_sessions(), 1);
    // It is remembered no longer than it could be of use.
    world.pass(SignedDuration::from_hours(13));
    let browser = Browser::new(&world);
    sign_in(&browser, "anna", PASSWORD).await;
    assert_eq!(browser.fill("/account", "/sign-out", &[]).await.status, 303);
    assert_eq!(world.service.identity.ended_sessions(), 1);
    let file = std::fs::read_to_string(world.store().join("service/sessions.json")).unwrap();
    assert!(!file.contains("anna") && !file.contains("bert"), "{file}");
}
