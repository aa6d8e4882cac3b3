//! A server that is gone before a letter is spoken of, a process that is killed there, and two at once.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use super::relay::Relay;
use super::{ACT, check, kill, looked_at, sending};
use crate::desk::Desk;

const CONTACTS: [&str; 3] = ["a", "b", "c"];

/// Where somebody who called is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Left {
    BeforeTheGreeting,
    BehindIt,
    BehindEhlo,
}

/// Takes calls, says so much, and then hangs up; or says nothing more, and keeps the line.
fn half_a_server(left: Left, hangs_up: bool) -> (u16, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, (says, called)) = (listener.local_addr().unwrap().port(), channel());
    std::thread::spawn(move || {
        let mut kept: Vec<TcpStream> = Vec::new();
        for mut stream in listener.incoming().map_while(Result::ok) {
            if left != Left::BeforeTheGreeting && stream.write_all(b"220 here\r\n").is_err() {
                continue;
            }
            if left == Left::BehindEhlo {
                let mut line = String::new();
                let _ = BufReader::new(stream.try_clone().unwrap()).read_line(&mut line);
                let _ = stream.write_all(b"250 here\r\n");
            }
            if !hangs_up {
                kept.push(stream);
            }
            if says.send(()).is_err() {
                return;
            }
        }
    });
    (port, called)
}

/// A desk that writes by half a server; and what its settings are when there is a whole one.
fn calling(relay: &Relay, port: u16) -> (Desk, String) {
    let desk = looked_at(relay, "post", &CONTACTS);
    let whole = relay.settings("post", &CONTACTS);
    desk.set(&whole.replace(&format!("port = {}", relay.port), &format!("port = {port}")));
    (desk, whole)
}

#[test]
fn a_server_that_is_gone_before_any_letter_gets_each_once_when_it_is_back() {
    for left in [Left::BeforeTheGreeting, Left::BehindIt, Left::BehindEhlo] {
        let relay = Relay::start();
        let (port, called) = half_a_server(left, true);
        let (desk, whole) = calling(&relay, port);
        let sent = desk.call(&ACT);
        assert_eq!(sent.code, 3, "{left:?}: {}{}", sent.out, sent.err);
        assert!(called.try_iter().count() > 0, "{left:?}");
        assert!(desk.list().iter().all(|it| it["stage"] == "delayed"), "{left:?}");
        desk.set(&whole);
        desk.an_hour_later();
        check(&desk, &relay, (Vec::new(), &CONTACTS));
    }
}

#[test]
fn killed_before_any_letter_it_sends_each_once() {
    for left in [Left::BeforeTheGreeting, Left::BehindIt, Left::BehindEhlo] {
        let relay = Relay::start();
        let (port, called) = half_a_server(left, false);
        let (desk, whole) = calling(&relay, port);
        let child = sending(&desk);
        called.recv().unwrap();
        kill(child);
        assert!(desk.list().iter().all(|it| it["stage"] == "previewed"), "{left:?}");
        desk.set(&whole);
        check(&desk, &relay, (Vec::new(), &CONTACTS));
    }
}

#[test]
fn two_at_once_send_each_letter_once() {
    let contacts: Vec<String> = (1..=20).map(|it| format!("c{it:02}")).collect();
    let contacts: Vec<&str> = contacts.iter().map(String::as_str).collect();
    let relay = Relay::start();
    let desk = looked_at(&relay, "post", &contacts);
    for mut child in [sending(&desk), sending(&desk)] {
        child.wait().unwrap();
    }
    // Whoever came second found the store taken, or nothing owed any more.
    desk.call(&ACT);
    let taken: Vec<_> = relay.taken.try_iter().collect();
    assert_eq!(taken.len(), contacts.len(), "no message twice");
    check(&desk, &relay, (taken, &contacts));
}
