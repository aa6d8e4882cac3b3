//! Letters as another's parser reads them.

use std::path::Path;

use mail_parser::{Message, MessageParser, MimeHeaders as _};

use crate::desk::files;

/// A letter that was written as a file.
pub(crate) struct Mail {
    pub(crate) id: String,
    pub(crate) to: String,
    pub(crate) from: String,
    pub(crate) subject: String,
    /// Bodies and attachments, each decoded, in their order.
    pub(crate) parts: Vec<String>,
    /// The names of attachments.
    pub(crate) names: Vec<String>,
}

impl Mail {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mail: Message<'_> = MessageParser::default().parse(bytes).unwrap();
        let address = |it: Option<&mail_parser::Address<'_>>| {
            it.unwrap().first().unwrap().address().unwrap().to_owned()
        };
        let bodies = [mail.body_text(0), mail.body_html(0)];
        let mut parts: Vec<String> =
            bodies.into_iter().flatten().map(std::borrow::Cow::into_owned).collect();
        let attached = mail.attachments();
        parts.extend(attached.map(|it| String::from_utf8(it.contents().to_vec()).unwrap()));
        let names = mail.attachments().map(|it| it.attachment_name().unwrap().to_owned());
        Self {
            id: mail.message_id().unwrap().to_owned(),
            to: address(mail.to()),
            from: address(mail.from()),
            subject: mail.subject().unwrap().to_owned(),
            names: names.collect(),
            parts,
        }
    }

    /// Every letter in a folder.
    pub(crate) fn all(folder: &Path) -> Vec<Self> {
        files(folder, ".eml").iter().map(|it| Self::read(&std::fs::read(it).unwrap())).collect()
    }

    /// Everything that somebody can read in it.
    pub(crate) fn whole(&self) -> String {
        let Self { id, to, from, subject, parts, names } = self;
        format!("{id}\n{to}\n{from}\n{subject}\n{}\n{}", names.join("\n"), parts.join("\n"))
    }
}
