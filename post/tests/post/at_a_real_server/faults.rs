//! A server that fails where the address says: what we make of it, and that the next letter goes well.

use post::smtp::Tls;
use post::{Message, Outcome, Phase, Protection};
use serde_json::json;

use super::python::Relay;
use super::refused;
use crate::{message, parcel};

/// A letter by somebody whose letters are not taken.
fn by(from: &str) -> Message {
    let mut letter = parcel("reader@example.org");
    letter.from = from.parse().unwrap();
    letter.message(&Protection::None).unwrap()
}

#[tokio::test]
async fn each_refusal_has_its_phase_its_code_and_its_words() {
    let mut relay = Relay::start(Tls::Starttls, true);
    let mut transport = relay.transport();
    for (code, permanent) in [(450, false), (552, true)] {
        let cases = [
            (by(&format!("mail-{code}@example.org")), Phase::From),
            (message(&format!("rcpt-{code}@example.org")), Phase::To),
            (message(&format!("data-{code}@example.org")), Phase::Data),
            (message(&format!("end-{code}@example.org")), Phase::EndOfData),
        ];
        for (letter, phase) in cases {
            let refusal = refused(transport.send(&letter).await);
            assert_eq!((refusal.phase, refusal.code), (phase, Some(code)), "{refusal:?}");
            assert_eq!(refusal.permanent, permanent);
            let status = if permanent { "5.7.1" } else { "4.2.0" };
            assert_eq!(refusal.status.as_deref(), Some(status));
            assert!(
                !permanent || refusal.words.for_operators().contains("@example.org> is not wanted"),
                "{refusal:?}"
            );
            assert!(!format!("{refusal:?}").contains("example.org"), "{refusal:?}");
            // One letter is refused, not the connection.
            assert!(matches!(
                transport.send(&message("next@example.org")).await,
                Outcome::Accepted { .. }
            ));
            let found = relay.next();
            assert_eq!(
                (&found["to"], &found["connection"]),
                (&json!(["next@example.org"]), &json!(1))
            );
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_gone_is_a_refusal_that_passes_and_the_next_one_is_new() {
    let mut relay = Relay::start(Tls::Starttls, true);
    let mut transport = relay.transport();
    let cases = [
        (by("drop-mail@example.org"), Phase::From),
        (message("drop-rcpt@example.org"), Phase::To),
        (message("drop-data@example.org"), Phase::Data),
    ];
    for (letter, phase) in cases {
        let refusal = refused(transport.send(&letter).await);
        assert_eq!(
            (refusal.phase, refusal.code, refusal.permanent),
            (phase, None, false),
            "{refusal:?}"
        );
        assert!(matches!(
            transport.send(&message("next@example.org")).await,
            Outcome::Accepted { .. }
        ));
        relay.next();
    }
}

#[tokio::test]
async fn behind_the_final_dot_a_letter_may_have_arrived_and_comes_again_under_its_name() {
    let mut relay = Relay::start(Tls::Implicit, false);
    let mut transport = relay.transport();
    for how in ["drop", "slow"] {
        let letter = message(&format!("{how}-end-once@example.org"));
        let refusal = refused(transport.send(&letter).await);
        assert_eq!(
            (refusal.phase, refusal.code, refusal.permanent),
            (Phase::EndOfData, None, false),
            "{refusal:?}"
        );
        let first = relay.next();
        assert!(matches!(transport.send(&letter).await, Outcome::Accepted { .. }));
        let second = relay.next();
        assert_eq!(first["mail"], second["mail"]);
        assert_ne!(first["connection"], second["connection"]);
    }
}
