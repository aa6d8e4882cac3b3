//! The post as its callers see it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod at_a_real_server;
mod bouncing;
mod folders;
mod gnupg;
mod letters;
mod privacy;
mod retrying;
mod scripted;
mod settings;
mod webhooks;

use post::{Attachment, Message, Parcel, Protection};

/// A time that is not now.
pub(crate) const THEN: &str = "2026-11-23T10:20:30Z";

/// A small letter to an address.
pub(crate) fn parcel(to: &str) -> Parcel {
    Parcel {
        message_id: format!("<2026.{}@portolan.test>", to.replace('@', ".at.")).parse().unwrap(),
        date: THEN.parse().unwrap(),
        from: "Portolan <post@portolan.test>".parse().unwrap(),
        to: to.parse().unwrap(),
        reply_to: Some("operators@portolan.test".parse().unwrap()),
        subject: "Résultats: 3 of 4 cells".parse().unwrap(),
        text: "Dear all,\n\n.a line with a dot\nFrom here on: ünïcode\n\n-- \nPortolan".to_owned(),
        html: Some("<p>Dear all, <b>3 &lt; 4</b></p>".to_owned()),
        attachments: vec![Attachment {
            name: "cells – été.csv".parse().unwrap(),
            media_type: "text/csv; charset=utf-8".parse().unwrap(),
            bytes: b"a,b\r\n1,2\n\0\xff".to_vec(),
        }],
        list_unsubscribe: Some(
            post::Unsubscribe::at("https://portolan.test/end?t=1", true).unwrap(),
        ),
        auto_submitted: true,
    }
}

/// The letter as it travels.
pub(crate) fn message(to: &str) -> Message {
    parcel(to).message(&Protection::None).unwrap()
}
