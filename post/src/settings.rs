//! The file that says who we write as, by which way, and to whom. Secrets stand in it by reference only.

mod file;
mod resolving;
mod subscription;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::folder::Folder;
use crate::head::{Address, Mailbox};
use crate::openpgp::{Certificate, Signer, Unusable};
use crate::smtp::{self, Smtp};
use crate::transport::Transport;
use crate::webhook;

pub use subscription::{Reach, Sight, Subscription, Topic};

/// What the file says, with every file that it names read.
pub struct Settings {
    /// Who writes.
    pub from: Mailbox,
    /// Where answers go, if not there.
    pub reply_to: Option<Mailbox>,
    /// How letters leave.
    pub way: Way,
    /// What letters are signed with.
    pub signer: Option<Signer>,
    /// Whom there is to write to.
    pub contacts: Vec<Contact>,
    /// Teams that are told what changed.
    pub subscriptions: Vec<Subscription>,
}

/// How letters leave.
#[derive(Debug, Clone)]
pub enum Way {
    /// As files in a folder.
    Folder(PathBuf),
    /// By a mail server.
    Smtp(smtp::Server),
}

/// Somebody we write to.
#[derive(Clone)]
pub struct Contact {
    /// What it is called; the only name that the log knows.
    pub id: String,
    /// The vendor whose letters come here; none for a team.
    pub vendor: Option<String>,
    /// Where to write.
    pub address: Address,
    /// What to encrypt to.
    pub certificate: Option<Certificate>,
    /// What a letter brings.
    pub results: Results,
}

/// What a letter brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Results {
    /// The results themselves.
    Mail,
    /// A link to them.
    Link,
}

/// Where a setting that is no secret itself leads to one: the environment is read where it may be.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Why the settings cannot be used: the file, the line where one can be named, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {why}", file.display(), line.map(|it| format!(":{it}")).unwrap_or_default())]
pub struct SettingsError {
    /// The file of settings.
    pub file: PathBuf,
    /// The line in it, from 1.
    pub line: Option<usize>,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a setting.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// A file cannot be read.
    #[error("cannot read {0}: {1}")]
    File(PathBuf, std::io::Error),
    /// Not TOML, or a setting that is unknown, missing or of another kind.
    #[error("{0}")]
    Form(String),
    /// A certificate or a signing key.
    #[error("{} `{id}`: {why}", what)]
    Key {
        /// Whose kind.
        what: &'static str,
        /// Whose.
        id: String,
        /// Why not.
        why: Unusable,
    },
    /// The mail server.
    #[error("[post.smtp]: {0}")]
    Smtp(#[from] smtp::Unfit),
    /// The webhook of a subscription.
    #[error("subscription `{0}`: {1}")]
    Webhook(String, webhook::Unfit),
    /// A password or a secret that is asked for is not there.
    #[error(
        "the environment has no {0}, which is named as the place of a password or a secret: set it, or name a file (`password_file`, `secret_file`)"
    )]
    Environment(String),
}

/// How long a program may take to take a notice.
const PATIENCE: Duration = Duration::from_secs(20);

impl Settings {
    /// Reads the file and all that it names, which is found from the folder that it lies in.
    pub fn read(file: &Path, environment: Environment<'_>) -> Result<Self, SettingsError> {
        let fault = |line, why| SettingsError { file: file.to_owned(), line, why };
        let text = std::fs::read_to_string(file)
            .map_err(|it| fault(None, Why::File(file.to_owned(), it)))?;
        let written = file::parse(&text).map_err(|(line, it)| fault(line, Why::Form(it)))?;
        let beside = file.parent().unwrap_or(Path::new("."));
        written
            .resolve(beside, environment)
            .map_err(|(line, why)| fault(file::line(&text, line), why))
    }

    /// Which keys cannot be used at a time, and why: the ids of contacts and subscriptions, and none for our own.
    pub fn unusable(&self, at: Timestamp) -> Vec<(Option<String>, Unusable)> {
        let own = self.signer.iter().filter_map(|it| it.check(at).err()).map(|why| (None, why));
        let of_contacts = self.contacts.iter().map(|it| (&it.id, it.certificate.as_ref()));
        let of_teams = self.subscriptions.iter().map(|it| match &it.way {
            Reach::Mail { certificate, .. } => (&it.id, certificate.as_deref()),
            Reach::Webhook(_) => (&it.id, None),
        });
        let theirs = of_contacts.chain(of_teams).filter_map(|(id, certificate)| {
            let why = certificate?.check(at).err()?;
            Some((Some(id.clone()), why))
        });
        own.chain(theirs).collect()
    }

    /// Where a contact or a team reads its mail, if it does.
    pub fn address(&self, id: &str) -> Option<&Address> {
        let contact = self.contacts.iter().find(|it| it.id == id).map(|it| &it.address);
        contact.or_else(|| match &self.subscriptions.iter().find(|it| it.id == id)?.way {
            Reach::Mail { address, .. } => Some(address),
            Reach::Webhook(_) => None,
        })
    }

    /// The way out, ready for the first letter.
    pub fn transport(&self) -> Result<Transport, smtp::Unfit> {
        Ok(match &self.way {
            Way::Folder(path) => Transport::Folder(Folder::at(path)),
            Way::Smtp(server) => Transport::Smtp(Box::new(Smtp::new(server.clone())?)),
        })
    }
}

/// A secret without the line end that editors put behind it.
fn secret(text: &str) -> SecretString {
    SecretString::from(text.trim_end_matches(['\r', '\n']))
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("Settings");
        shown.field("way", &self.way).field("contacts", &self.contacts);
        shown.field("subscriptions", &self.subscriptions).finish_non_exhaustive()
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("Contact");
        shown.field("id", &self.id).field("vendor", &self.vendor);
        shown.field("encrypted", &self.certificate.is_some()).finish_non_exhaustive()
    }
}
