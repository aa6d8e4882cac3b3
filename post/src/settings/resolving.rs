//! What the settings lead to: every file that they name is read, and every secret found.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use secrecy::SecretString;

use super::file::{Kind, Post, Written, WrittenContact, WrittenSmtp};
use super::{Contact, Environment, Results, Settings, Way, Why, secret};
use crate::openpgp::{Certificate, Signer};
use crate::smtp::{Credentials, Limits, Server, Smtp, Tls};

/// As many teams as one file may name: each is asked for one after the other.
const MOST_SUBSCRIPTIONS: usize = 200;

/// A fault and the bytes of the file that it is about.
type Fault = (Option<Range<usize>>, Why);

fn form(span: Range<usize>, why: &str) -> Fault {
    (Some(span), Why::Form(why.to_owned()))
}

impl Written {
    pub(super) fn resolve(
        self,
        beside: &Path,
        environment: Environment<'_>,
    ) -> Result<Settings, Fault> {
        let Self { post, contact, subscription } = self;
        let way = post.way(beside, environment)?;
        let mut names = BTreeSet::new();
        let mut contacts = Vec::new();
        for spanned in contact {
            let span = spanned.span();
            let written = spanned.into_inner();
            named(&mut names, &written.id, &span)?;
            let resolved = written.resolve(beside, post.plain_results);
            contacts.push(resolved.map_err(|why| (Some(span), why))?);
        }
        let mut subscriptions = Vec::new();
        for spanned in subscription {
            let span = spanned.span();
            if subscriptions.len() == MOST_SUBSCRIPTIONS {
                return Err(form(span, &format!("more than {MOST_SUBSCRIPTIONS} subscriptions")));
            }
            let written = spanned.into_inner();
            // The log knows contacts and teams by their names alone.
            named(&mut names, &written.id, &span)?;
            let resolved = written.resolve(beside, environment, post.plain_results);
            subscriptions.push(resolved.map_err(|why| (Some(span), why))?);
        }
        Ok(Settings {
            signer: post.signer(beside)?,
            from: post.from,
            reply_to: post.reply_to,
            way,
            contacts,
            subscriptions,
        })
    }
}

/// A name of letters, digits, `-`, `_` and `.`, once: it goes into the log, so it must not be an address.
fn named(names: &mut BTreeSet<String>, id: &str, span: &Range<usize>) -> Result<(), Fault> {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-_.".contains(&it);
    if id.is_empty() || id.len() > 64 || !id.bytes().all(plain) {
        return Err(form(span.clone(), "an id is 1 to 64 letters, digits, `-`, `_` and `.`"));
    }
    if !names.insert(id.to_owned()) {
        return Err(form(
            span.clone(),
            &format!("the id `{id}` stands here a second time: give each a name of its own"),
        ));
    }
    Ok(())
}

pub(super) fn bytes(beside: &Path, path: &Path) -> Result<Vec<u8>, Why> {
    let path = beside.join(path);
    std::fs::read(&path).map_err(|it| Why::File(path, it))
}

pub(super) fn secret_of(beside: &Path, path: &Path) -> Result<SecretString, Why> {
    let path = beside.join(path);
    std::fs::read_to_string(&path).map(|it| secret(&it)).map_err(|it| Why::File(path, it))
}

impl Post {
    fn way(&self, beside: &Path, environment: Environment<'_>) -> Result<Way, Fault> {
        let here = self.transport.span();
        match (*self.transport.get_ref(), &self.folder, &self.smtp) {
            (Kind::Folder, Some(folder), _) => Ok(Way::Folder(beside.join(folder))),
            (Kind::Folder, None, _) => {
                Err(form(here, "transport = \"folder\" needs `folder = \"…\"`, where letters go"))
            }
            (Kind::Smtp, _, None) => {
                Err(form(here, "transport = \"smtp\" needs a [post.smtp] with host and tls"))
            }
            (Kind::Smtp, _, Some(smtp)) => {
                let server = smtp
                    .get_ref()
                    .server(beside, environment)
                    .map_err(|why| (Some(smtp.span()), why))?;
                // Now, and not when the first letter is due.
                Smtp::new(server.clone()).map_err(|why| (Some(smtp.span()), why.into()))?;
                Ok(Way::Smtp(server))
            }
        }
    }

    fn signer(&self, beside: &Path) -> Result<Option<Signer>, Fault> {
        let Some(path) = &self.signing_key else { return Ok(None) };
        let at = |why| (Some(path.span()), why);
        let passphrase =
            self.signing_passphrase_file.as_ref().map(|it| secret_of(beside, it)).transpose();
        let key = bytes(beside, path.get_ref()).map_err(at)?;
        let signer = Signer::read(&key, passphrase.map_err(at)?);
        signer.map(Some).map_err(|why| {
            at(Why::Key { what: "signing key", id: path.get_ref().display().to_string(), why })
        })
    }
}

impl WrittenSmtp {
    fn server(&self, beside: &Path, environment: Environment<'_>) -> Result<Server, Why> {
        let password = match (&self.password_file, &self.password_env) {
            (Some(file), None) => Some(secret_of(beside, file)?),
            (None, Some(name)) => Some(
                environment(name)
                    .map(|it| secret(&it))
                    .ok_or_else(|| Why::Environment(name.clone()))?,
            ),
            (None, None) => None,
            (Some(_), Some(_)) => {
                return Err(Why::Form(
                    "password_file and password_env: keep one of them".to_owned(),
                ));
            }
        };
        let credentials = match (&self.user, password) {
            (Some(user), Some(password)) => Some(Credentials { user: secret(user), password }),
            (None, None) => None,
            _ => {
                return Err(Why::Form(
                    "a user needs a password_file or password_env, and a password a user"
                        .to_owned(),
                ));
            }
        };
        let usual = match self.tls {
            Tls::Starttls => 587,
            Tls::Implicit => 465,
            Tls::None => 25,
        };
        Ok(Server {
            host: self.host.clone(),
            port: self.port.unwrap_or(usual),
            tls: self.tls,
            credentials,
            authorities: self.ca_file.as_ref().map(|it| bytes(beside, it)).transpose()?,
            hello: self.hello.clone(),
            limits: Limits::default(),
        })
    }
}

impl WrittenContact {
    fn resolve(self, beside: &Path, plain_results: bool) -> Result<Contact, Why> {
        let results = self.results(plain_results)?;
        let certificate = match &self.openpgp {
            None => None,
            Some(path) => {
                let read = Certificate::read(&bytes(beside, path)?);
                Some(read.map_err(|why| Why::Key { what: "contact", id: self.id.clone(), why })?)
            }
        };
        Ok(Contact {
            id: self.id,
            vendor: self.vendor,
            address: self.address,
            certificate,
            results,
        })
    }

    /// What its letters bring. Without a key that is never the results of a vendor, where the settings
    /// want none in a plain mail. A team is told what changed, and no vendor's own results.
    fn results(&self, plain_results: bool) -> Result<Results, Why> {
        let is_guarded = !plain_results && self.vendor.is_some();
        match (self.results, &self.openpgp) {
            (Some(Results::Mail), None) if is_guarded => Err(Why::Form(format!(
                "contact `{}` asks for results in a plain mail, and `plain_results = false` forbids \
                 that: give it a key (`openpgp = \"…\"`), or say `results = \"link\"`",
                self.id
            ))),
            (Some(asked), _) => Ok(asked),
            (None, Some(_)) if !plain_results => Ok(Results::Mail),
            (None, None) if is_guarded => Ok(Results::Link),
            (None, _) => Err(Why::Form(format!(
                "contact `{}` does not say what its letters bring: `results = \"mail\"` or \
                 `results = \"link\"`",
                self.id
            ))),
        }
    }
}
