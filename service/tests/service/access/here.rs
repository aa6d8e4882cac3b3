//! Programs of the same machine find a running service, as long as it runs.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use jiff::SignedDuration;
use reqwest::Method;
use secrecy::ExposeSecret as _;
use service::access::{Here, running};

use crate::access::world::World;
use crate::browser::{Answer, Browser};

async fn me(world: &World, token: &str) -> Answer {
    let browser = Browser::new(world);
    browser.send(browser.request(Method::GET, "/api/v1/access/me").bearer_auth(token)).await
}

#[tokio::test]
async fn who_owns_the_store_finds_the_service_and_its_token() {
    let world = World::start().await;
    let folder = world.store().join("service");
    assert!(running(&folder).unwrap().is_none());
    let here = Here::announce(Arc::clone(&world.service), &world.url).unwrap();
    let found = running(&folder).unwrap().unwrap();
    assert_eq!((found.url.as_str(), found.pid), (world.url.as_str(), std::process::id()));
    let file = folder.join("running.json");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let token = found.token.expose_secret();
    assert!(!format!("{found:?}").contains(token));
    let answer = me(&world, token).await;
    assert!(answer.status == 200 && answer.text.contains("\"local\""), "{}", answer.text);

    // As after a crash: another start takes the token of before back.
    let again = Here::announce(Arc::clone(&world.service), &world.url).unwrap();
    assert_eq!(me(&world, token).await.status, 401);
    let token = running(&folder).unwrap().unwrap().token;
    assert_eq!(me(&world, token.expose_secret()).await.status, 200);
    again.withdraw();
    here.withdraw();
    assert!(running(&folder).unwrap().is_none());
    assert_eq!(me(&world, token.expose_secret()).await.status, 401);
}

#[tokio::test]
async fn the_token_of_the_machine_is_not_for_ever() {
    let world = World::start().await;
    let _here = Here::announce(Arc::clone(&world.service), &world.url).unwrap();
    let token = running(&world.store().join("service")).unwrap().unwrap().token;
    world.pass(SignedDuration::from_hours(12));
    assert_eq!(me(&world, token.expose_secret()).await.status, 401);
}

#[tokio::test]
async fn a_file_that_is_something_else_is_told_without_its_words() {
    let world = World::start().await;
    let folder = world.store().join("service");
    for bad in
        ["", "{", "[]", "{\"url\":\"x\"}", &"x".repeat(70_000), "{\"url\":1,\"token\":\"geheim\"}"]
    {
        std::fs::write(folder.join("running.json"), bad).unwrap();
        let error = running(&folder).unwrap_err().to_string();
        assert!(error.contains("running.json") && !error.contains("geheim"), "{error}");
    }
}
