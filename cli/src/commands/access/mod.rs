//! `portolan access`: in the store itself when nobody owns it, through the running service otherwise.

mod calling;
mod place;

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};

use anyhow::Context as _;
use domain::access::{Means, Role};
use reports::granted::{GrantEntry, grants_text};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use service::access::Granting;

use super::{print, print_json};
use crate::args::{Access, Args, GrantAccess, LinkAccess, PasswordAccess, Terms};
use crate::exit::Exit;
use place::{Place, Shown};

pub(super) use calling::call;

/// Longest password that is read, in bytes.
const LONGEST_LINE: u64 = 1026;

pub(super) fn execute(args: &Args, command: &Access) -> Result<(), Exit> {
    match command {
        Access::Grant(command) => grant(args, command),
        Access::Link(command) => link(args, command),
        Access::Revoke(command) => {
            let place = Place::find(args)?;
            place.revoke(&command.grant, &command.reason, &command.by.by)?;
            tell_done(args, "revoked", command.grant.as_str())
        }
        Access::List => list(args, &Place::find(args)?.list()?),
        Access::Password(command) => password(args, command),
    }
}

fn grant(args: &Args, command: &GrantAccess) -> Result<(), Exit> {
    let scopes = Some(command.scope.clone()).filter(|it| !it.is_empty());
    let granting = Granting {
        account: command.account.to_string(),
        role: command.role.to_string(),
        scopes,
        means: command.means.into(),
        expires: command.terms.until,
        reason: command.terms.reason.clone(),
    };
    give(args, granting, (&command.terms, ""))
}

fn link(args: &Args, command: &LinkAccess) -> Result<(), Exit> {
    let role = Role::Vendor { vendor: command.vendor.clone() };
    let account = command.account.as_ref().map_or(command.vendor.as_str(), |it| it.as_str());
    let granting = Granting {
        account: account.to_owned(),
        role: role.to_string(),
        scopes: None,
        means: Means::Link,
        expires: command.terms.until,
        reason: command.terms.reason.clone(),
    };
    give(args, granting, (&command.terms, command.public_url.trim_end_matches('/')))
}

fn give(args: &Args, granting: Granting, (terms, url): (&Terms, &str)) -> Result<(), Exit> {
    let means = granting.means;
    let account = granting.account.clone();
    let place = Place::make(args)?;
    let url = if url.is_empty() { place.url() } else { url };
    let shown = place.give(granting, &terms.by.by)?;
    let Shown { grant, expires, secret } = shown;
    let secret = secret.map(|it| match it.expose_secret() {
        path if path.starts_with('/') => format!("{url}{path}"),
        other => other.to_owned(),
    });
    if args.json {
        let name = if means == Means::Link { "link" } else { "token" };
        return print_json(&json!({ "grant": grant, "expires": expires, name: secret }));
    }
    let until = expires.map_or("until it is revoked".to_owned(), |it| format!("until {it}"));
    let secret = match secret {
        Some(secret) => format!("{secret}\n"),
        None => format!("a password is set with: portolan access password {account}\n"),
    };
    print(&format!("grant {grant}, {until}\n{secret}"))
}

fn list(args: &Args, grants: &[GrantEntry]) -> Result<(), Exit> {
    if args.json {
        return print_json(&grants);
    }
    if grants.is_empty() {
        return print("no grant yet: portolan access grant --help\n");
    }
    print(&grants_text(grants))
}

fn password(args: &Args, command: &PasswordAccess) -> Result<(), Exit> {
    let password = match &command.from {
        Some(path) => {
            let file = File::open(path);
            let cannot = || format!("cannot read {}", path.display());
            line(file.with_context(cannot).map_err(Exit::Usage)?)?
        }
        None => line(std::io::stdin().lock())?,
    };
    Place::make(args)?.set_password(&command.account, &password)?;
    tell_done(args, "password set", command.account.as_str())
}

/// The first line of what is read, without its end.
fn line(from: impl Read) -> Result<SecretString, Exit> {
    let mut line = String::new();
    let read = BufReader::new(from.take(LONGEST_LINE)).read_line(&mut line);
    read.context("cannot read the password").map_err(Exit::Usage)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned().into())
}

fn tell_done(args: &Args, what: &str, whose: &str) -> Result<(), Exit> {
    match args.json {
        true => print_json(&json!({ what: whose })),
        false => print(&format!("{what}: {whose}\n")),
    }
}
