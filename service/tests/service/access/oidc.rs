//! Another's door that does not answer, or not as it should. A real one is in `at_a_real_provider`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use service::access::{OidcSettings, RoleRule};

use super::{PASSWORD, account, sign_in};
use crate::access::world::World;
use crate::browser::Browser;

async fn world(issuer: String) -> World {
    World::start_as(|settings| {
        settings.oidc = Some(OidcSettings {
            issuer,
            client_id: "portolan".to_owned(),
            client_secret: None,
            claim: "groups".to_owned(),
            scopes: Vec::new(),
            roles: Vec::new(),
        });
    })
    .await
}

/// Answers every call with these bytes.
fn answering(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 4096]);
            let _ = connection.write_all(&answer);
        }
    });
    issuer
}

#[tokio::test]
async fn a_door_that_does_not_answer_is_told_and_passwords_still_work() {
    let json = |body: &str| {
        let length = body.len();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
        format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
    };
    let other = "{\"issuer\":\"http://evil.example\",\"authorization_endpoint\":\"http://x/\"}";
    let redirect =
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (what, issuer) in [
        ("closed", format!("http://{closed}")),
        ("nonsense", answering(b"nonsense".to_vec())),
        ("not json", answering(json("{"))),
        ("another issuer", answering(json(other))),
        ("a redirect", answering(redirect.as_bytes().to_vec())),
        ("too long", answering(json(&format!("[{}]", "0,".repeat(1 << 20))))),
    ] {
        let world = world(issuer).await;
        account(&world, "anna", "auditor");
        let browser = Browser::new(&world);
        let answer = browser.get("/sign-in/oidc").await;
        assert_eq!(answer.status, 401, "{what}");
        assert!(answer.text.contains("does not answer") && answer.text.contains("<form"), "{what}");
        assert_eq!(sign_in(&browser, "anna", PASSWORD).await.status, 303, "{what}");
    }
}

#[tokio::test]
async fn without_another_door_there_is_no_way_there() {
    let world = World::start().await;
    let browser = Browser::new(&world);
    for path in ["/sign-in/oidc", "/sign-in/oidc/callback?code=x&state=y"] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
}

#[test]
fn a_rule_names_a_value_and_a_role() {
    let rule: RoleRule = "cn=citrix,ou=teams=vendor:citrix".parse().unwrap();
    assert_eq!(
        (rule.value.as_str(), rule.role.to_string().as_str()),
        ("cn=citrix,ou=teams", "vendor:citrix")
    );
    for bad in ["", "x", "=auditor", "x=", "x=root", "x=vendor:", "x=vendor:A B"] {
        assert!(bad.parse::<RoleRule>().is_err(), "{bad:?}");
    }
}
