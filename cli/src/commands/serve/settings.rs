//! How the service is run, from what the call says.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use secrecy::SecretString;
use service::access::OidcSettings;
use service::settings::{Limits, Network, Settings};
use service::tls::TlsFiles;

use super::super::letters::bounce_reader;
use crate::args::{Args, Oidc, Serve};
use crate::exit::Exit;
use crate::{clock, policies, settings};

/// How it is run.
pub(super) fn settings_of(args: &Args, command: &Serve) -> Result<Settings, Exit> {
    let grace = Duration::from_secs(command.grace.into());
    let mut limits = Limits { grace, ..Limits::default() };
    limits.labs.lease = Duration::from_secs(command.lease_seconds.into());
    Ok(Settings {
        listen: command.listen,
        public_url: command.public_url.clone(),
        policy: settings::policy(args.policy.as_deref())?,
        policies: policies::shipped_policies()?,
        limits,
        network: network_of(args, command),
        workers: usize::from(command.workers),
        clock: Arc::new(clock::now),
        random: Arc::new(|| clock::seed().ok()),
        folder: args.store.join("service"),
        oidc: oidc(&command.oidc)?,
        bounces: Some(bounce_reader(&args.store, command.letters.as_deref())),
    })
}

fn network_of(args: &Args, command: &Serve) -> Network {
    let asked = &command.network;
    let tls = asked.tls_cert.clone().zip(asked.tls_key.clone());
    Network {
        tls: tls.map(|(chain, key)| TlsFiles { chain, key }),
        is_behind_proxy: asked.behind_proxy,
        trusted_proxies: asked.trusted_proxy.clone(),
        metrics: asked.metrics_listen,
        store: Some(args.store.clone()),
    }
}

/// Largest file with the secret of a client, in bytes.
const LARGEST_SECRET: u64 = 4096;

/// The other door at which people may sign in, if one is named.
fn oidc(named: &Oidc) -> Result<Option<OidcSettings>, Exit> {
    let Some(issuer) = named.oidc_issuer.clone() else { return Ok(None) };
    let client_secret = named.oidc_secret_file.as_deref().map(secret).transpose()?;
    Ok(Some(OidcSettings {
        issuer,
        client_id: named.oidc_client.clone().unwrap_or_default(),
        client_secret,
        claim: named.oidc_claim.clone(),
        scopes: named.oidc_scope.clone(),
        roles: named.oidc_role.clone(),
    }))
}

/// The secret in a file, without the line break at its end.
fn secret(path: &Path) -> Result<SecretString, Exit> {
    let cannot = || format!("cannot read the secret in {}", path.display());
    let file = File::open(path).with_context(cannot).map_err(Exit::Usage)?;
    let mut text = String::new();
    let read = file.take(LARGEST_SECRET + 1).read_to_string(&mut text);
    read.with_context(cannot).map_err(Exit::Usage)?;
    let trimmed = text.trim_end_matches(['\r', '\n']);
    if trimmed.is_empty() || text.len() as u64 > LARGEST_SECRET {
        return Err(Exit::usage(format!(
            "{} holds no secret: one line of at most {LARGEST_SECRET} bytes",
            path.display()
        )));
    }
    Ok(trimmed.to_owned().into())
}
