//! What a letter is made of: the same bytes each time, and nothing in them that nobody wrote.

use post::{
    Address, Mailbox, Malformed, MediaType, MessageId, OneLine, Protection, Unsendable, Unsubscribe,
};
use proptest::prelude::*;

use crate::{message, parcel};

#[test]
fn the_same_parcel_gives_the_same_bytes() {
    let first = message("press@example.org");
    assert_eq!(first.bytes(), message("press@example.org").bytes());
    assert_ne!(first.bytes(), message("other@example.org").bytes());
}

#[test]
fn a_line_is_short_and_ascii_and_ended_as_mail_ends_lines() {
    let mut long = parcel("press@example.org");
    long.subject = "wörter ".repeat(60).parse().unwrap();
    long.text = "x".repeat(100_000) + "\rold\nunix\r\ndos";
    long.list_unsubscribe =
        Some(Unsubscribe::at(&format!("https://a.test/{}", "x".repeat(700)), true).unwrap());
    let message = long.message(&Protection::None).unwrap();
    assert!(message.bytes().is_ascii());
    let text = String::from_utf8(message.bytes().to_vec()).unwrap();
    assert!(text.split("\r\n").all(|it| it.len() <= 998 && !it.contains(['\r', '\n'])));
}

#[test]
fn what_would_begin_a_header_is_refused() {
    for bad in ["a\r\nBcc: x@y.zz", "a\nb", "a\rb", "a\0", "a\u{2028}b", "a\u{85}b", "\u{1b}[2J"] {
        assert_eq!(bad.parse::<OneLine>(), Err(Malformed::Control), "{bad:?}");
        assert!(format!("{bad}@example.org").parse::<Address>().is_err(), "{bad:?}");
        assert!(format!("x@{bad}").parse::<Address>().is_err(), "{bad:?}");
        assert!(format!("{bad} <a@example.org>").parse::<Mailbox>().is_err(), "{bad:?}");
        assert!(format!("<{bad}@example.org>").parse::<MessageId>().is_err(), "{bad:?}");
        assert!(format!("text/{bad}").parse::<MediaType>().is_err(), "{bad:?}");
        assert!(Unsubscribe::at(&format!("https://example.org/{bad}"), true).is_err(), "{bad:?}");
    }
    for bad in [
        "", "a", "@b.cc", "a@", "a b@c.dd", "a@b@c.dd", "a@-b.cc", "a@b..cc", ".a@b.cc", "ä@b.cc",
        "a@ä.cc", "<a@b.cc>",
    ] {
        assert_eq!(bad.parse::<Address>(), Err(Malformed::NotAnAddress), "{bad:?}");
    }
    for good in [
        "a@b",
        "press+portolan@boreal.example",
        "o'neil_x=y@[mail].example".replace(['[', ']'], "").as_str(),
    ] {
        assert!(good.parse::<Address>().is_ok(), "{good:?}");
    }
}

#[test]
fn what_is_too_large_is_refused_with_what_to_do() {
    let mut large = parcel("press@example.org");
    large.attachments[0].bytes = vec![7; 8 * 1024 * 1024]; // a third more in Base64
    let refused = large.message(&Protection::None).unwrap_err();
    assert!(matches!(refused, Unsendable::TooLarge));
    assert!(refused.to_string().contains("fewer or smaller files, or a link"), "{refused}");
    large.attachments[0].bytes.truncate(7 * 1024 * 1024);
    assert!(large.message(&Protection::None).is_ok());
    large.date = "1969-12-31T00:00:00Z".parse().unwrap();
    assert!(matches!(large.message(&Protection::None), Err(Unsendable::Date)));
    large.date = jiff::Timestamp::MAX;
    let _ = large.message(&Protection::None);
}

#[test]
fn a_part_cannot_be_ended_from_within() {
    let mut sly = parcel("press@example.org");
    let bytes = message("press@example.org");
    let text = String::from_utf8_lossy(bytes.bytes()).into_owned();
    // What the boundaries will be can be known: they follow from the name of the letter.
    let lines: Vec<&str> = text.lines().filter(|it| it.starts_with("--=_")).collect();
    sly.text = lines.join("\n");
    sly.html = Some(lines.join("\n"));
    let sly = sly.message(&Protection::None).unwrap();
    let count =
        |it: &[u8]| String::from_utf8_lossy(it).lines().filter(|it| it.starts_with("--=_")).count();
    assert_eq!(count(sly.bytes()), lines.len());
}

proptest! {
    #[test]
    fn no_word_brings_a_header_with_it(subject in "\\PC{1,80}", name in "\\PC{1,40}", file in "\\PC{1,40}") {
        let plain = message("press@example.org");
        let mut odd = parcel("press@example.org");
        let words = (subject.parse::<OneLine>(), name.parse::<OneLine>(), file.parse::<OneLine>());
        prop_assume!(words.0.is_ok() && words.1.is_ok() && words.2.is_ok());
        odd.subject = words.0.unwrap();
        odd.from.name = words.1.ok();
        odd.attachments[0].name = words.2.unwrap();
        let odd = odd.message(&Protection::None).unwrap();
        let names = |bytes: &[u8]| -> Vec<String> {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            let head = text.split("\r\n\r\n").next().unwrap().to_owned();
            let lines = head.split("\r\n").filter(|it| !it.starts_with([' ', '\t']));
            lines.map(|it| it.split(':').next().unwrap().to_owned()).collect()
        };
        prop_assert_eq!(names(odd.bytes()), names(plain.bytes()));
        prop_assert!(odd.bytes().is_ascii());
    }

    #[test]
    fn any_text_is_an_address_or_none(text in "\\PC{0,60}") {
        if let Ok(address) = text.parse::<Address>() {
            prop_assert_eq!(address.as_str(), text.as_str());
            prop_assert!(lettre_takes(&address));
        }
        let _ = (text.parse::<Mailbox>(), text.parse::<MessageId>(), text.parse::<MediaType>());
    }

    #[test]
    fn what_looks_like_an_address_is_one(local in "[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}", domain in "[a-z0-9]{1,10}(\\.[a-z]{2,6}){1,3}") {
        let address: Address = format!("{local}@{domain}").parse().unwrap();
        prop_assert!(lettre_takes(&address));
    }
}

/// Whether a letter to it can be made.
fn lettre_takes(address: &Address) -> bool {
    let mut letter = parcel("press@example.org");
    letter.to = address.clone().into();
    letter.message(&Protection::None).is_ok()
}
