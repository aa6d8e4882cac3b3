//! Reaching a service: the one that is named, or the one that serves this store.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use runner::remote::{
    Courier, Delivery, Door, Fault, NoWay, Patience, Refusal, RemoteError, Spool, SpoolFault,
    Token, Way,
};
use secrecy::SecretString;
use service::access::{self, NotHere, RunningService};
use tokio_util::sync::CancellationToken;

use crate::args::{Args, Credential};
use crate::exit::Exit;
use crate::progress::tell;
use crate::{clock, settings};

/// Largest file with a token, in bytes.
const LARGEST_TOKEN: u64 = 1024;
/// How often a service is asked again before it counts as away.
pub(crate) const AGAIN: usize = 4;

/// The door of the service at an address.
pub(crate) fn door(server: &str, credential: &Credential) -> Result<Door, Exit> {
    let pem = credential.ca_file.as_deref();
    let pem = pem.map(|it| settings::read("certificates", it, settings::LARGEST)).transpose()?;
    Ok(Door::new(Way {
        server,
        token: token(credential)?,
        authorities: pem.as_ref().map(String::as_bytes),
        in_plain_text: credential.plain_text,
    })?)
}

fn token(credential: &Credential) -> Result<Token, Exit> {
    let secret = match (&credential.token_file, &credential.token) {
        (Some(file), _) => SecretString::from(settings::read("token", file, LARGEST_TOKEN)?),
        (None, Some(token)) => token.clone(),
        (None, None) => {
            return Err(Exit::usage(
                "the service asks who we are: --token-file FILE, or the environment's \
                 PORTOLAN_TOKEN",
            ));
        }
    };
    Token::read(&secret).map_err(Exit::usage)
}

/// The door of the service that owns this store, if one answers; why the one that says it runs here
/// does not is told.
pub(crate) async fn running(args: &Args) -> Result<Option<Door>, Exit> {
    let found = access::running(&args.store.join("service"))?;
    let Some(RunningService { url, token, pid }) = found else { return Ok(None) };
    let token = Token::read(&token).map_err(Exit::usage)?;
    let way = Way { server: &url, token, authorities: None, in_plain_text: false };
    let door = Door::new(way)?;
    match door.greet().await {
        Ok(()) => Ok(Some(door)),
        Err(fault) => {
            tell(&format!("process {pid} does not serve this store at {url} any more: {fault}"));
            Ok(None)
        }
    }
}

/// How a service that is away is asked again.
pub(crate) fn patience() -> Patience {
    Patience {
        least: Duration::from_millis(250),
        most: Duration::from_secs(30),
        jitter: Arc::new(clock::jitter),
    }
}

/// Where what waits for delivery lies.
pub(crate) fn spools(args: &Args) -> PathBuf {
    args.store.join("spool")
}

impl From<NotHere> for Exit {
    fn from(error: NotHere) -> Self {
        Self::Usage(error.into())
    }
}

impl From<NoWay> for Exit {
    fn from(error: NoWay) -> Self {
        Self::Usage(error.into())
    }
}

impl From<Fault> for Exit {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Away { .. } => Self::Lab(fault.into()),
            Fault::Refused(_) | Fault::Strange(_) => Self::Usage(fault.into()),
        }
    }
}

impl From<RemoteError> for Exit {
    fn from(error: RemoteError) -> Self {
        Self::Lab(error.into())
    }
}

/// Delivers a spool and removes it; what is not delivered in time stays. What was made under a lease
/// that is not in force any more is dropped.
pub(crate) async fn deliver_or_drop(
    door: &Door,
    spool: Spool,
    within: Duration,
) -> Result<(), Exit> {
    let spool = Arc::new(spool);
    let courier = Courier::send(door.clone(), &spool, patience(), CancellationToken::new());
    let place = spool.path().display().to_string();
    match tokio::time::timeout(within, courier.delivered()).await {
        Ok(Ok(())) => Ok(spool.remove()?),
        Ok(Err(refusal)) if is_lost(&refusal) => Ok(drop_spool(&spool, &refusal)?),
        Ok(Err(refusal)) => Err(Exit::lab(format!(
            "{place} is not delivered: {refusal}. To give it up: portolan spool drop {}",
            spool.to().campaign
        ))),
        Err(_) => Err(Exit::lab(match courier.delivery() {
            Delivery::Away(why) => format!("{place} waits on: {why}"),
            Delivery::Done | Delivery::Going | Delivery::Stopped(_) => {
                format!("{place} is not wholly delivered yet")
            }
        })),
    }
}

/// Whether a service says that a lease is not in force any more.
pub(crate) fn is_lost(refusal: &Refusal) -> bool {
    refusal.kind == "lease-lost"
}

/// Drops what was walked under a lease that is lost: another agent walks it again.
pub(crate) fn drop_spool(spool: &Spool, refusal: &Refusal) -> Result<(), SpoolFault> {
    let (bytes, campaign) = (spool.waiting(), &spool.to().campaign);
    if bytes > 0 {
        tell(&format!(
            "portolan: dropped {bytes} bytes of campaign {campaign} that were not delivered in \
             time: {refusal}. Another agent walks those steps"
        ));
    }
    spool.remove()
}

impl From<SpoolFault> for Exit {
    fn from(fault: SpoolFault) -> Self {
        Self::Lab(fault.into())
    }
}
