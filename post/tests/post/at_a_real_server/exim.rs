//! A mail server as they stand in the world: what it takes, what it refuses, and what it sends back later.

use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use post::bounce::{Action, Found, maildir};
use post::smtp::{Credentials, Limits, Server, Smtp, Tls};
use post::{Outcome, Phase, Transport};
use tempfile::TempDir;

use super::python::Reader;
use super::{authority, check, refused};
use crate::{message, parcel};

/// Exim, until it is dropped.
struct Exim {
    folder: TempDir,
    process: Child,
    server: Server,
}

impl Drop for Exim {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Exim {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = authority::certify(folder.path());
        // It takes no port 0.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/post/exim.sh");
        let mut process = Command::new(lab)
            .arg(folder.path())
            .args([&port.to_string(), "portolan", "s3cret"])
            .spawn()
            .unwrap();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert_eq!(process.try_wait().unwrap(), None, "it has ended");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let server = Server {
            host: "127.0.0.1".to_owned(),
            port,
            tls: Tls::Starttls,
            credentials: Some(Credentials { user: "portolan".into(), password: "s3cret".into() }),
            authorities: Some(authority.into_bytes()),
            hello: Some("here.portolan.test".to_owned()),
            limits: Limits::default(),
        };
        Self { folder, process, server }
    }

    fn transport(&self) -> Transport {
        Transport::Smtp(Box::new(Smtp::new(self.server.clone()).unwrap()))
    }

    /// What has come to a Maildir, as soon as it is as much as expected.
    async fn come(&self, name: &str, expected: usize) -> Vec<Found> {
        for _ in 0..600 {
            let found = maildir(&self.folder.path().join(name)).unwrap_or_default();
            if found.len() >= expected {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nothing has come to {name}")
    }
}

#[tokio::test]
async fn exim_takes_a_letter_as_it_was_written() {
    let exim = Exim::start().await;
    let mut transport = exim.transport();
    let mut letter = parcel("press@example.org");
    letter.to = "press@boreal.test".parse().unwrap();
    assert!(matches!(
        transport.send(&letter.message(&post::Protection::None).unwrap()).await,
        Outcome::Accepted { .. }
    ));
    exim.come("inbox", 1).await;
    let file = std::fs::read_dir(exim.folder.path().join("inbox/new"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    // A mail server keeps letters with the line ends of its own files.
    let mail = std::fs::read_to_string(file).unwrap().replace('\n', "\r\n");
    let mut found = Reader::start().read(mail.as_bytes());
    assert_eq!(found["addresses"]["To"], serde_json::json!([["", "press@boreal.test"]]));
    found["addresses"]["To"] = serde_json::json!([["", "press@example.org"]]);
    check(
        &serde_json::json!({"mail": found, "from": "post@portolan.test", "to": ["press@example.org"]}),
    );
    transport.close().await;
}

#[tokio::test]
async fn exim_refuses_now_and_returns_later() {
    let exim = Exim::start().await;
    let mut transport = exim.transport();
    let busy = refused(transport.send(&message("busy@boreal.test")).await);
    assert_eq!((busy.phase, busy.code, busy.permanent), (Phase::To, Some(451), false), "{busy:?}");
    assert!(
        busy.words.for_operators().contains("busy@boreal.test")
            && !format!("{busy:?}").contains("boreal")
    );
    let nobody = refused(transport.send(&message("nobody@boreal.test")).await);
    assert_eq!(
        (nobody.phase, nobody.code, nobody.permanent),
        (Phase::To, Some(550), true),
        "{nobody:?}"
    );
    assert_eq!(nobody.words.without_addresses(), "5.1.1 (address) is unknown here");
    let far = refused(transport.send(&message("press@elsewhere.test")).await);
    assert_eq!((far.status.as_deref(), far.permanent), (Some("5.7.1"), true), "{far:?}");

    let gone = message("gone@boreal.test");
    assert!(matches!(transport.send(&gone).await, Outcome::Accepted { .. }));
    let found = exim.come("bounces", 1).await;
    let bounce = found[0].bounce.as_ref().unwrap();
    assert_eq!(&bounce.message_id, gone.message_id());
    assert_eq!(bounce.fates[0].recipient, "gone@boreal.test");
    assert_eq!(bounce.fates[0].action, Action::Failed);

    let mut wrong = exim.server.clone();
    wrong.credentials.as_mut().unwrap().password = "guessed".into();
    let mut transport = Transport::Smtp(Box::new(Smtp::new(wrong).unwrap()));
    let refusal = refused(transport.send(&gone).await);
    assert_eq!(
        (refusal.phase, refusal.code, refusal.permanent),
        (Phase::Auth, Some(535), true),
        "{refusal:?}"
    );
}
