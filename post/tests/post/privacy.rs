//! Nothing that is somebody's own is shown by accident.

use std::time::Duration;

use post::smtp::{Credentials, Limits, Server, Smtp, Tls};
use post::{Address, Mailbox, Outcome, Phase, Refusal, Seed, Transport, Webhook, Words};
use secrecy::SecretString;

use crate::{message, parcel};

fn hides(shown: &str) {
    for secret in [
        "press",
        "boreal.example",
        "hunter2",
        "whsec",
        "c2VjcmV0",
        "relay-user",
        "token=",
        "Operators",
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn what_is_formatted_holds_no_address_and_no_secret() {
    let mut letter = parcel("press@boreal.example");
    letter.message_id = "<1@portolan.test>".parse().unwrap();
    letter.reply_to = Some("Operators <press@boreal.example>".parse().unwrap());
    let message = letter.message(&post::Protection::None).unwrap();
    hides(&format!("{letter:?} {message:?} {:?} {:?}", letter.to, letter.to.address));
    hides(&format!("{:?} {:?}", Seed::from(*b"hunter2.hunter2.hunter2.hunter2."), letter.reply_to));
    let credentials = Credentials {
        user: SecretString::from("relay-user"),
        password: SecretString::from("hunter2"),
    };
    hides(&format!("{credentials:?}"));
    let server = Server {
        host: "localhost".to_owned(),
        port: 25,
        tls: Tls::None,
        credentials: Some(credentials),
        authorities: None,
        hello: None,
        limits: Limits::default(),
    };
    hides(&format!(
        "{server:?} {:?}",
        Transport::Smtp(Box::new(Smtp::new(server.clone()).unwrap()))
    ));
    let secret = SecretString::from("whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0");
    let webhook =
        Webhook::new("https://hooks.test/x?token=press", &secret, None, Duration::from_secs(1))
            .unwrap();
    hides(&format!("{webhook:?}"));
}

#[test]
fn words_are_shown_whole_to_operators_only() {
    let to: Address = "press@boreal.example".parse().unwrap();
    let said = "550 5.1.1 <press@boreal.example>: Recipient address rejected:\r\n user PRESS unknown in\tboreal.example. \
        (press=40boreal.example@relay), see press%boreal.example@x \u{7}\u{1b}[31m";
    let words = Words::clean(said, &[&to]);
    assert!(words.for_operators().contains("<press@boreal.example>"));
    assert!(!words.for_operators().contains(char::is_control));
    let shown = format!("{words} {words:?} {}", words.without_addresses());
    hides(&shown.to_lowercase());
    assert_eq!(
        words.without_addresses(),
        "550 5.1.1 <(address)>: Recipient address rejected: user (address) unknown in (address) ((address)), see (address) [31m"
    );
    let long = Words::clean(&"é\n".repeat(100_000), &[]);
    assert_eq!(long.for_operators().chars().count(), 400);
    let cut = Words::clean(&format!("no {}press{}", " ".repeat(1592), "@boreal.example"), &[]);
    assert_eq!(cut.for_operators(), "no");
    let refusal =
        Refusal { phase: Phase::To, code: Some(550), status: None, words, permanent: true };
    hides(&format!("{refusal:?} {:?}", Outcome::Refused(refusal.clone())).to_lowercase());
}

#[test]
fn an_error_about_a_word_does_not_repeat_it() {
    hides(&"press at boreal.example".parse::<Address>().unwrap_err().to_string());
    hides(&"press <press at boreal.example>".parse::<Mailbox>().unwrap_err().to_string());
    let _ = message("a@example.org");
}
