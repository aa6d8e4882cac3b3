//! A mailbox of what mail servers sent back, and what anybody else put into it.

use std::io::{Read as _, Write as _};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::beside::serve;
use crate::child::Serving;
use crate::desk::{CAMPAIGN, Desk};

/// A notification as postfix writes it.
const SAMPLE: &str = include_str!("../../../post/tests/post/bouncing/postfix.eml");

/// What is told of a letter, to whom it was as claimed.
fn notification(id: &str, recipient: &str, action: &str) -> String {
    let told = SAMPLE.replace("2026.press@portolan.test", id);
    told.replace("press@boreal.example", recipient)
        .replace("Action: failed", &format!("Action: {action}"))
}

fn mailbox(desk: &Desk, messages: &[String]) -> Value {
    let text: String =
        messages.iter().map(|it| format!("From relay Mon Nov 23\n{it}\n\n")).collect();
    std::fs::write(desk.path("box"), text).unwrap();
    desk.json(&["letters", "bounces", "box"])
}

fn sent() -> (Desk, String) {
    let desk = Desk::with(
        "[post]\nfrom = \"post@portolan.test\"\ntransport = \"folder\"\nfolder = \"out\"\n\
         [[contact]]\nid = \"anna\"\nvendor = \"acme\"\naddress = \"anna@acme.test\"\nresults = \
         \"mail\"\n",
    );
    desk.letters("preview", &["--vendor", "acme"]);
    desk.letters("send", &[]);
    let id = desk.letter("anna")["message_id"].as_str().unwrap().to_owned();
    (desk, id)
}

#[test]
fn what_is_forged_is_not_recorded() {
    let (desk, id) = sent();
    let before = desk.events();
    let (name, _) = id.split_once('.').unwrap();
    let forged = [
        // Who knows the name of a letter does not know that of its message.
        notification(&format!("{name}.0000000000000000@portolan.test"), "anna@acme.test", "failed"),
        notification("x@portolan.test", "anna@acme.test", "failed"),
        notification(&id, "eve@acme.test", "failed"),
        notification(&id, "anna@acme.test.evil.test", "failed"),
        notification(&id, "anna@acme.test", "exploded"),
        "Subject: hello\n\nno report\n".to_owned(),
    ];
    let told = mailbox(&desk, &forged);
    assert_eq!((&told["recorded"], &told["read"]), (&json!(0), &json!(6)), "{told}");
    assert_eq!(desk.events(), before);
    assert_eq!(desk.letter("anna")["stage"], "sent");
    // A contact that is not in the settings any more: nobody knows whom the letter was for.
    desk.set("[post]\nfrom = \"post@portolan.test\"\ntransport = \"folder\"\nfolder = \"out\"\n");
    let told = mailbox(&desk, &[notification(&id, "eve@acme.test", "failed")]);
    assert_eq!(told["recorded"], json!(0), "{told}");
    desk.refused(&["letters", "bounces", "nowhere"], 2, "nowhere");
}

#[test]
fn what_became_of_a_letter_is_recorded_once() {
    let (desk, id) = sent();
    let delayed = notification(&id, "Anna@ACME.test", "delayed");
    assert_eq!(mailbox(&desk, std::slice::from_ref(&delayed))["recorded"], json!(1));
    assert_eq!(desk.letter("anna")["stage"], "sent");
    let said = "550 \u{1b}[2J5.1.1 gone".to_owned() + &" and gone".repeat(2000);
    let failed = notification(&id, "anna@acme.test", "failed").replace("550 5.1.1", &said);
    let all = [delayed, failed];
    assert_eq!(mailbox(&desk, &all)["recorded"], json!(1));
    assert_eq!(mailbox(&desk, &all)["recorded"], json!(0));
    assert_eq!(desk.letter("anna")["stage"], "bounced");
    let name = desk.letter("anna")["letter"].as_str().unwrap().to_owned();
    let story = desk.out(&["letters", "status", &name]);
    assert!(
        story.contains("bounced, as was reported: 5.1.1") && !story.contains('\u{1b}'),
        "{story}"
    );
    assert!(!story.contains("anna@"), "{story}");
    assert!(!desk.letters("send", &[]).contains("→ sent"), "it is a person's turn");
    let again = desk.json(&["letters", "resend", &name]);
    assert_eq!(again["sent"].as_array().unwrap().len(), 1);
    assert!(desk.out(&["letters", "list", CAMPAIGN]).contains("✗ bounced"));
}

#[test]
fn a_digest_that_comes_back_is_known_as_one() {
    let desk = Desk::with(
        "[post]\nfrom = \"post@portolan.test\"\ntransport = \"folder\"\nfolder = \"out\"\n\
         [[subscription]]\nid = \"team\"\naddress = \"team@acme.test\"\n",
    );
    desk.out(&["letters", "digest"]);
    let id = desk.letter("team")["message_id"].as_str().unwrap().to_owned();
    let told = mailbox(&desk, &[notification(&id, "anna@acme.test", "failed")]);
    assert_eq!(told["recorded"], json!(0), "it was not for anna: {told}");
    let told = mailbox(&desk, &[notification(&id, "team@acme.test", "failed")]);
    assert_eq!(told["recorded"], json!(1), "{told}");
    assert_eq!(desk.letter("team")["stage"], "bounced");
    assert_eq!(desk.json(&["letters", "digest"])[0]["stands"], "nothing", "nobody vouches for it");
}

/// Hands a message in, as a mail server does through a pipe: the status, and the answer.
fn handed(serving: &Serving, token: &str, message: &[u8]) -> (u16, Value) {
    let head = format!(
        "POST /api/v1/bounces HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: \
         Bearer {token}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: \
         {}\r\n\r\n",
        message.len()
    );
    let mut stream = serving.connect();
    stream.write_all(head.as_bytes()).unwrap();
    // Who has said no already does not read to the end.
    let _ = stream.write_all(message);
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

#[test]
fn a_service_takes_what_a_mail_server_hands_in() {
    let (desk, id) = sent();
    let name = desk.letter("anna")["letter"].clone();
    let serving = serve(&desk);
    let running = std::fs::read_to_string(desk.path("store/service/running.json")).unwrap();
    let running: Value = serde_json::from_str(&running).unwrap();
    let token = running["token"].as_str().unwrap();
    let failed = notification(&id, "anna@acme.test", "failed");
    assert_eq!(handed(&serving, "nobody", failed.as_bytes()).0, 401);
    let events = || desk.json(&["log", "stat"])["events"].as_u64().unwrap();
    let before = events();
    for (message, status, letter, strangers) in [
        (notification(&id, "eve@acme.test", "failed"), 200, &name, json!(1)),
        (notification("x@portolan.test", "anna@acme.test", "failed"), 200, &Value::Null, json!(1)),
        (notification(&id, "anna@acme.test", "exploded"), 422, &Value::Null, Value::Null),
        ("Subject: hello\n\nno report\n".to_owned(), 422, &Value::Null, Value::Null),
        (String::new(), 422, &Value::Null, Value::Null),
    ] {
        let (found, answer) = handed(&serving, token, message.as_bytes());
        assert_eq!((found, &answer["letter"]), (status, letter), "{answer}");
        assert_eq!(answer["strangers"], strangers, "{answer}");
    }
    assert_eq!(handed(&serving, token, &[0xff; 4096]).1["type"], "not-a-bounce");
    assert_eq!(handed(&serving, token, &vec![b'x'; (4 << 20) + 1]).1["type"], "too-large");
    assert_eq!(events(), before, "nothing of it is recorded");
    let (_, told) = handed(&serving, token, failed.as_bytes());
    assert_eq!(
        (&told["letter"], &told["reports"][0]["fate"]),
        (&name, &json!("bounced")),
        "{told}"
    );
    assert_eq!(told["reports"][0]["position"], json!(before), "{told}");
    assert!(!told.to_string().contains("anna@"), "{told}");
    let (_, again) = handed(&serving, token, failed.as_bytes());
    assert_eq!((&again["letter"], &again["reports"][0]["position"]), (&name, &Value::Null));
    assert_eq!(events(), before + 1);
    assert_eq!(desk.letter("anna")["stage"], "bounced");
    serving.signal(Signal::TERM);
    assert!(serving.end().0.success());
    assert_eq!(mailbox(&desk, &[failed])["recorded"], json!(0), "a mailbox says the same");
}
