//! The settings as they are written.

use std::ops::Range;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::Results;
use super::subscription::WrittenSubscription;
use crate::head::{Address, Mailbox};
use crate::smtp::Tls;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) post: Post,
    #[serde(default)]
    pub(super) contact: Vec<Spanned<WrittenContact>>,
    #[serde(default)]
    pub(super) subscription: Vec<Spanned<WrittenSubscription>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Post {
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
    pub(super) transport: Spanned<Kind>,
    pub(super) folder: Option<PathBuf>,
    /// Whether results may go to a vendor in a mail that is not encrypted.
    #[serde(default = "yes")]
    pub(super) plain_results: bool,
    pub(super) signing_key: Option<Spanned<PathBuf>>,
    pub(super) signing_passphrase_file: Option<PathBuf>,
    pub(super) smtp: Option<Spanned<WrittenSmtp>>,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Folder,
    Smtp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSmtp {
    pub(super) host: String,
    pub(super) port: Option<u16>,
    pub(super) tls: Tls,
    pub(super) user: Option<String>,
    pub(super) password_file: Option<PathBuf>,
    pub(super) password_env: Option<String>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) hello: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenContact {
    pub(super) id: String,
    pub(super) vendor: Option<String>,
    pub(super) address: Address,
    pub(super) openpgp: Option<PathBuf>,
    /// May be left out where no results go as plain mail.
    pub(super) results: Option<Results>,
}

/// Reads the text. The error does not repeat the line: somebody may have written a password into it.
pub(super) fn parse(text: &str) -> Result<Written, (Option<usize>, String)> {
    toml::from_str(text).map_err(|it| (line(text, it.span()), it.message().to_owned()))
}

/// The line that bytes begin on, from 1.
pub(super) fn line(text: &str, span: Option<Range<usize>>) -> Option<usize> {
    let before = text.as_bytes().get(..span?.start)?;
    Some(before.iter().filter(|it| **it == b'\n').count() + 1)
}
