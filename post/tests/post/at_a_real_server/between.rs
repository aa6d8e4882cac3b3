//! Somebody between us and the server, who adds answers of his own before the encryption begins.

use post::smtp::{Smtp, Tls};
use post::{Outcome, Transport};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::python::Relay;
use crate::message;

/// Passes everything on, and `more` behind the answer to STARTTLS, in one piece with it.
async fn between(server: u16, more: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
        let mut asked = false;
        while !asked {
            let (mut said, mut answered) = ([0; 4096], [0; 4096]);
            tokio::select! {
                count = client.read(&mut said) => {
                    let count = count.unwrap();
                    asked = said[..count].starts_with(b"STARTTLS");
                    server.write_all(&said[..count]).await.unwrap();
                }
                count = server.read(&mut answered) => {
                    client.write_all(&answered[..count.unwrap()]).await.unwrap();
                }
            }
        }
        let mut answer = vec![0; 4096];
        let count = server.read(&mut answer).await.unwrap();
        answer.truncate(count);
        answer.extend_from_slice(more.as_bytes());
        client.write_all(&answer).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    });
    port
}

#[tokio::test]
async fn answers_from_before_the_encryption_are_dropped() {
    let mut relay = Relay::start(Tls::Starttls, true);
    let mut server = relay.server();
    // Were they kept, the first would be the answer to EHLO, and the password would go by a way that he chose.
    server.port = between(server.port, "250 AUTH LOGIN\r\n535 5.7.8 go away\r\n250 ok\r\n").await;
    let mut transport = Transport::Smtp(Box::new(Smtp::new(server).unwrap()));
    let outcome = transport.send(&message("press@example.org")).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    assert_eq!(relay.next()["encrypted"], json!(true));
}
