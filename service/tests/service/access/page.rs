//! The page of grants.

use super::{PASSWORD, account, sign_in};
use crate::access::world::World;
use crate::browser::Browser;

#[tokio::test]
async fn an_operator_gives_and_takes_back_with_a_browser() {
    let world = World::start().await;
    account(&world, "anna", "operator");
    let browser = Browser::new(&world);
    assert_eq!(browser.get("/access").await.status, 401);
    sign_in(&browser, "anna", PASSWORD).await;
    let fields =
        [("account", "lab-2"), ("role", "lab"), ("means", "token"), ("reason", "<b>second</b>")];
    let given = browser.fill("/access", "/access/grants", &fields).await;
    assert_eq!(given.status, 200, "{}", given.text);
    assert_eq!(given.headers["cache-control"], "no-store");
    let token = given.text.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let request = browser.request(reqwest::Method::GET, "/api/v1/access/me").bearer_auth(&token);
    assert!(browser.send(request).await.text.contains("lab-2"));
    let page = browser.get("/access").await.text;
    assert!(!page.contains(&token), "it is shown once");
    assert!(page.contains("&#60;b&#62;second") && !page.contains("<b>second"), "{page}");

    let grant = page.split("/access/grants/").nth(1).unwrap().split('/').next().unwrap();
    let path = format!("/access/grants/{grant}/revoke");
    assert_eq!(browser.post(&path, &[("reason", "x")]).await.status, 403);
    let taken = browser.fill("/access", &path, &[("reason", "old")]).await;
    assert_eq!((taken.status.as_u16(), taken.location()), (303, "/access"));
    assert!(browser.get("/access").await.text.contains("revoked"));
    let request = browser.request(reqwest::Method::GET, "/api/v1/access/me").bearer_auth(&token);
    assert_eq!(browser.send(request).await.status, 401);
}

#[tokio::test]
async fn what_is_wrong_is_told_on_the_page() {
    let world = World::start().await;
    account(&world, "anna", "operator");
    let browser = Browser::new(&world);
    sign_in(&browser, "anna", PASSWORD).await;
    for (role, means) in [("root", "token"), ("lab", "link"), ("auditor", "oidc")] {
        let fields = [("account", "x"), ("role", role), ("means", means), ("reason", "x")];
        let answer = browser.fill("/access", "/access/grants", &fields).await;
        assert_eq!(answer.status, 422, "{role}");
        assert!(answer.text.contains("role=\"alert\""), "{role}: {}", answer.text);
    }
    let unknown = browser.fill("/access", "/access/grants/g-none/revoke", &[("reason", "x")]).await;
    assert_eq!(unknown.status, 404);
    let auditor = world.grant("auditor");
    let request = browser.request(reqwest::Method::GET, "/access").bearer_auth(auditor);
    assert_eq!(browser.send(request).await.status, 403);
}
