//! Letters a second over one kept connection: ours, and lettre alone on a plain one (with and without `TCP_NODELAY`), in
//! rounds that take turns: `speed ADDRESS [ROUNDS [LETTERS]]`, with a server that takes mail without TLS.
//! `--serve` is such a server, which answers at once and keeps nothing: what is measured is the client.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "it measures time and reads its arguments")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::time::Instant;

use lettre::address::Envelope;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use post::smtp::{Limits, Server, Smtp, Tls};
use post::{Attachment, Message, Outcome, Parcel, Protection, Transport};
use tokio::net::TcpStream;

/// A letter of the size that a vendor gets: 12 kB.
fn letter(number: u32) -> Message {
    let parcel = Parcel {
        message_id: format!("<{number}@portolan.test>").parse().unwrap(),
        date: "2026-11-23T10:20:30Z".parse().unwrap(),
        from: "post@portolan.test".parse().unwrap(),
        to: "reader@example.org".parse().unwrap(),
        reply_to: None,
        subject: "Results".parse().unwrap(),
        text: "One line of a letter, as long as lines are.\n".repeat(40),
        html: Some("<p>One line of a letter, as long as lines are.</p>\n".repeat(40)),
        attachments: vec![Attachment {
            name: "cells.csv".parse().unwrap(),
            media_type: "text/csv".parse().unwrap(),
            bytes: vec![b'x'; 5500],
        }],
        list_unsubscribe: None,
        auto_submitted: true,
    };
    parcel.message(&Protection::None).unwrap()
}

/// Takes letters and keeps none.
fn serve(listener: &TcpListener) {
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        std::thread::spawn(move || {
            stream.set_nodelay(true).unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            stream.write_all(b"220 here\r\n").unwrap();
            while let Some(Ok(line)) = lines.next() {
                if line.starts_with("DATA") {
                    stream.write_all(b"354 go\r\n").unwrap();
                    while lines.next().is_some_and(|it| it.unwrap() != ".") {}
                }
                if stream.write_all(b"250 ok\r\n").is_err() {
                    return;
                }
            }
        });
    }
}

async fn ours(server: SocketAddr, letters: &[Message]) {
    let server = Server {
        host: server.ip().to_string(),
        port: server.port(),
        tls: Tls::None,
        credentials: None,
        authorities: None,
        hello: None,
        limits: Limits::default(),
    };
    let mut transport = Transport::Smtp(Box::new(Smtp::new(server).unwrap()));
    for letter in letters {
        assert!(matches!(transport.send(letter).await, Outcome::Accepted { .. }));
    }
    transport.close().await;
}

async fn lettre_alone(server: SocketAddr, letters: &[Message], nodelay: bool) {
    let hello = ClientId::Domain("here".to_owned());
    let mut talk = None;
    let address = |it: &str| it.parse::<lettre::Address>().unwrap();
    let envelope =
        Envelope::new(Some(address("post@portolan.test")), vec![address("reader@example.org")])
            .unwrap();
    for (number, letter) in letters.iter().enumerate() {
        // As many over one connection as ours has.
        if number % 100 == 0 {
            let stream = TcpStream::connect(server).await.unwrap();
            stream.set_nodelay(nodelay).unwrap();
            talk = Some(
                AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello)
                    .await
                    .unwrap(),
            );
        }
        talk.as_mut().unwrap().send(&envelope, letter.bytes()).await.unwrap();
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number =
        |index: usize, usual: u32| arguments.get(index).map_or(usual, |it| it.parse().unwrap());
    let server: SocketAddr = match arguments.first().map(String::as_str) {
        None | Some("--serve") => {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            std::thread::spawn(move || serve(&listener));
            address
        }
        Some(address) => address.parse().unwrap(),
    };
    let (rounds, count) = (number(1, 7), number(2, 200));
    let letters: Vec<Message> = (0..count).map(letter).collect();
    println!("{count} letters of {} bytes a round", letters[0].bytes().len());
    let mut rates = [vec![], vec![], vec![]];
    for round in 0..rounds {
        for turn in 0..3 {
            let who = (turn + round as usize) % 3;
            // A letter waits 40 ms without nodelay: fewer of them do.
            let some = if who == 2 { &letters[..letters.len() / 10] } else { &letters };
            let start = Instant::now();
            match who {
                0 => ours(server, some).await,
                1 => lettre_alone(server, some, true).await,
                _ => lettre_alone(server, some, false).await,
            }
            rates[who].push(some.len() as f64 / start.elapsed().as_secs_f64());
        }
    }
    let median = |mut all: Vec<f64>| {
        all.sort_by(f64::total_cmp);
        (all[all.len() / 4], all[all.len() / 2], all[all.len() * 3 / 4])
    };
    // Of each round, since other work on the machine comes and goes.
    let ratio = |other: usize| {
        median(rates[0].iter().zip(&rates[other]).map(|(ours, it)| ours / it).collect())
    };
    let (alone, delayed) = (ratio(1), ratio(2));
    let [ours, lettre, slow] = rates.map(|it| median(it).1);
    println!(
        "letters a second, median of {rounds} rounds: ours {ours:.0}, lettre alone {lettre:.0}, without nodelay {slow:.0}"
    );
    println!(
        "ours / lettre alone with nodelay: {:.2} (quartiles {:.2}, {:.2})",
        alone.1, alone.0, alone.2
    );
    println!(
        "ours / lettre as it connects itself: {:.1} (quartiles {:.1}, {:.1})",
        delayed.1, delayed.0, delayed.2
    );
}
