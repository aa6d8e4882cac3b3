//! Whatever is written comes back through Python's parser as it was.

use std::cell::RefCell;

use post::{Attachment, OneLine, Protection};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use super::python::Reader;
use crate::{message, parcel};

/// Line ends are all one in a mail; the parser gives them back as `\n`, and one more at the end.
pub(super) fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim_end_matches('\n').to_owned()
}

#[test]
fn any_text_and_any_file_come_back() {
    let reader = RefCell::new(Reader::start());
    let text = prop_oneof![
        "[ -~\\r\\n\\t=.é中🚢\u{202e}]{0,300}",
        "(\\.|From |--=_|=3D|-- |\\n|x{1,120}| ){0,30}",
        "\\PC{0,200}",
    ];
    let file = (
        prop_oneof!["[a-zA-Z0-9 ._é中\"\\\\;%'-]{1,60}", "\\PC{1,30}"],
        prop::collection::vec(any::<u8>(), 0..300),
    );
    // White between two encoded words is nothing to a reader; what looks encoded is decoded.
    let subject =
        prop_oneof!["[ -~é中🚢]{1,120}", "(é|🚢|a| |=\\?utf-8\\?q\\?x\\?=){1,60}", "\\PC{1,80}"];
    let cases = (subject, text.clone(), text, file);
    TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() })
        .run(&cases, |(subject, text, html, (name, bytes))| {
            let (Ok(subject), Ok(name)) = (subject.parse::<OneLine>(), name.parse::<OneLine>())
            else {
                return Ok(());
            };
            let mut letter = parcel("press@example.org");
            letter.subject = subject.clone();
            letter.text = text.clone();
            letter.html = Some(html.clone());
            let media_type = "application/octet-stream".parse().unwrap();
            letter.attachments =
                vec![Attachment { name: name.clone(), media_type, bytes: bytes.clone() }];
            let found =
                reader.borrow_mut().read(letter.message(&Protection::None).unwrap().bytes());
            let headers = found["headers"].as_array().unwrap();
            let shown = headers.iter().find(|it| it[0] == "Subject").unwrap();
            prop_assert_eq!(shown[1].as_str().unwrap(), subject.as_str());
            prop_assert_eq!(lines(found["text"].as_str().unwrap()), lines(&text));
            prop_assert_eq!(lines(found["html"].as_str().unwrap()), lines(&html));
            let file = &found["attachments"][0];
            prop_assert_eq!(file[0].as_str().unwrap(), name.as_str());
            use base64ct::Encoding as _;
            prop_assert_eq!(
                base64ct::Base64::decode_vec(file[2].as_str().unwrap()).unwrap(),
                bytes
            );
            prop_assert_eq!(found["attachments"].as_array().unwrap().len(), 1);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_name_beside_an_address_comes_back() {
    let mut reader = Reader::start();
    for name in [
        "Boreal Press",
        "Böreal, Inc. (Press)",
        "a@b.example",
        "\"quoted\" \\ name",
        "中文 名",
        "x <y@z.example>;",
        "=?utf-8?q?x?=",
    ] {
        let mut letter = parcel("press@example.org");
        letter.to.name = Some(name.parse().unwrap());
        let found = reader.read(letter.message(&Protection::None).unwrap().bytes());
        assert_eq!(found["addresses"]["To"], json!([[name, "press@example.org"]]), "{name}");
        assert_eq!(found["defects"], json!([]), "{name}");
    }
    super::check(&json!({
        "mail": reader.read(message("press@example.org").bytes()),
        "from": "post@portolan.test", "to": ["press@example.org"],
    }));
}
