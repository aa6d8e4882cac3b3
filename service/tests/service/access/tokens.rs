//! Tokens of programs.

use std::path::Path;

use domain::access::Means;
use jiff::SignedDuration;
use reqwest::Method;
use secrecy::ExposeSecret as _;

use super::{PASSWORD, account, sign_in};
use crate::access::world::World;
use crate::browser::Browser;

async fn who(browser: &Browser, token: &str) -> (u16, String) {
    let request = browser.request(Method::GET, "/api/v1/access/me");
    let request = request.header("authorization", format!("Bearer {token}"));
    let answer = browser.send(request).await;
    (answer.status.as_u16(), answer.text)
}

#[tokio::test]
async fn a_token_is_good_until_its_date_or_until_it_is_taken_back() {
    let world = World::start().await;
    let browser = Browser::new(&world);
    let given = world.give("lab-1", "lab".parse().unwrap(), Means::Token);
    let token = given.secret.unwrap().expose_secret().to_owned();
    assert_eq!(token.len(), 43);
    let (status, text) = who(&browser, &token).await;
    assert!(status == 200 && text.contains("lab-1"), "{text}");
    world.revoke(&given.grant);
    assert_eq!(who(&browser, &token).await.0, 401);

    let token = world.grant("auditor");
    assert_eq!(who(&browser, &token).await.0, 200);
    world.pass(SignedDuration::from_hours(24 * 91));
    assert_eq!(who(&browser, &token).await.0, 401);
}

#[tokio::test]
async fn what_is_no_token_is_refused_and_never_taken_for_the_public() {
    let world = World::start().await;
    let browser = Browser::new(&world);
    let good = world.grant("auditor");
    let mut other = good.clone().into_bytes();
    other[5] = if other[5] == b'A' { b'B' } else { b'A' };
    let other = String::from_utf8(other).unwrap();
    let (padded, long) = (format!("{good}="), "A".repeat(9_000));
    for bad in [other.as_str(), "", "x", &padded, &long, &good[1..], "ä", "%00"] {
        assert_eq!(who(&browser, bad).await.0, 401, "{bad:?}");
    }
    for value in ["Basic YTpi", "bearer", "Bearer", &good] {
        let request = browser.request(Method::GET, "/").header("authorization", value);
        assert_eq!(browser.send(request).await.status, 401, "{value:?}");
    }
}

#[tokio::test]
async fn a_token_beside_a_cookie_is_what_counts() {
    let world = World::start().await;
    account(&world, "anna", "operator");
    let (browser, token) = (Browser::new(&world), world.grant("auditor"));
    sign_in(&browser, "anna", PASSWORD).await;
    let (status, text) = who(&browser, &token).await;
    assert!(status == 200 && text.contains("\"auditor\"") && !text.contains("anna"), "{text}");
    assert_eq!(who(&browser, "wrong").await.0, 401);
    let request = browser.request(Method::POST, "/sign-out").bearer_auth(&token);
    assert_eq!(browser.send(request).await.status, 303, "no token of a form is needed");
}

#[tokio::test]
async fn nothing_in_the_store_is_a_secret_that_opens_anything() {
    let world = World::start().await;
    account(&world, "anna", "operator");
    let browser = Browser::new(&world);
    sign_in(&browser, "anna", PASSWORD).await;
    let vendor = "vendor:citrix".parse().unwrap();
    let link = world.give("citrix", vendor, Means::Link).secret.unwrap();
    let signature = link.expose_secret().rsplit('~').next().unwrap().to_owned();
    let first = world.service.offer_first_operator();
    assert!(first.is_none(), "there is an operator");
    let token = world.grant("lab");
    let raw = raw(&token);
    let secrets = [token.as_bytes(), raw.as_slice(), PASSWORD.as_bytes(), signature.as_bytes()];
    let mut files = 0;
    each_file(world.store(), &mut |path, bytes| {
        files += 1;
        for secret in &secrets {
            let is_there = bytes.windows(secret.len()).any(|it| it == *secret);
            assert!(!is_there, "{} holds a secret", path.display());
        }
    });
    assert!(files > 5, "only {files} files were looked at");
    for name in ["session.key", "passwords.json"] {
        use std::os::unix::fs::PermissionsExt as _;
        let path = world.store().join("service").join(name);
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

fn raw(token: &str) -> Vec<u8> {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    Base64UrlUnpadded::decode_vec(token).unwrap()
}

fn each_file(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => each_file(&path, look),
            false => look(&path, &std::fs::read(&path).unwrap()),
        }
    }
}
