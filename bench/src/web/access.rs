//! Who the loads are: grants recorded in the store before the service opens it.

use std::path::Path;

use anyhow::Result;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use domain::access::{Means, Role, STREAM};
use domain::event::{AccessEvent, AccessGranted, Event};
use domain::ids::Sha256Digest;
use store::{Append, DiskLog, EventLog as _, Expected};
use uuid::Uuid;

use crate::peers::portolan::settings;
use crate::views::at;

/// Labs at once.
pub(super) const LABS: usize = 8;

/// What the loads show; they are nobody's secrets.
pub(super) struct Tokens {
    /// One for each lab.
    pub(super) labs: Vec<String>,
}

impl Tokens {
    /// Grants what is needed in a store that is there, or in a new one.
    pub(super) fn grant(store: &Path) -> Result<Self> {
        let log = DiskLog::open(store, &settings())?;
        let secrets: Vec<[u8; 32]> = (1..=LABS as u8).map(|lab| [lab; 32]).collect();
        let events = secrets.iter().map(|secret| Ok(Event::Access(granted(secret)?)));
        log.append(Append {
            stream: STREAM.to_owned(),
            expected: Expected::NoStream,
            command: Uuid::from_u128(u128::MAX),
            at: at(0),
            events: events.collect::<Result<_>>()?,
        })?;
        log.settle()?;
        let spelled = secrets.iter().map(|it| Base64UrlUnpadded::encode_string(it));
        Ok(Self { labs: spelled.collect() })
    }
}

fn granted(secret: &[u8; 32]) -> Result<AccessEvent> {
    let name = format!("lab-{}", secret[0]);
    Ok(AccessEvent::AccessGranted(AccessGranted {
        grant: name.parse()?,
        account: name.parse()?,
        role: Role::Lab,
        scopes: Role::Lab.scopes().to_vec(),
        means: Means::Token,
        secret_sha256: Some(Sha256Digest::of(secret)),
        expires: None,
        reason: "the benchmark".to_owned(),
        by: "bench".to_owned(),
    }))
}
