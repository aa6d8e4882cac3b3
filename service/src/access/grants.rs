//! Giving somebody a role: one way for the service and for the command line.

use domain::access::{AccessCommand, Means, Role, Scope};
use domain::event::{AccessGranted, AccessRevoked};
use domain::ids::{AccountId, GrantId};
use ingest::{AccessDesk, AccessError};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::keys::Keys;
use super::{Secret, links};
use crate::settings::Random;

/// The account of the machine itself; nobody else has it.
pub const LOCAL: &str = "local";
/// How long a token is good when nobody says.
const TOKEN: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long a link is good when nobody says.
const LINK: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What somebody is to be given.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// To whom.
    pub account: AccountId,
    /// As what.
    pub role: Role,
    /// For what; none for everything the role may do.
    pub scopes: Option<Vec<Scope>>,
    /// How it is proved.
    pub means: Means,
    /// Until when; none for 90 days (token), 14 days (link), or until it is revoked (password).
    pub expires: Option<Timestamp>,
    /// What for.
    pub reason: String,
    /// Who gives it.
    pub by: String,
}

/// What somebody was given.
#[derive(Debug)]
pub struct Given {
    /// Which grant.
    pub grant: GrantId,
    /// The token, or the path of the link. It is nowhere else and cannot be shown again.
    pub secret: Option<SecretString>,
    /// Until when it is good.
    pub expires: Option<Timestamp>,
}

/// Why nothing was given.
#[derive(Debug, thiserror::Error)]
pub enum NotGiven {
    /// It is not right, or the log did not take it.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Links are for vendors.
    #[error("a link is for a vendor: give the role {0} a token or a password")]
    LinkRole(&'static str),
    /// Nobody grants another's sign-in.
    #[error("who signs in at another's door gets a role from the settings of the service")]
    Oidc,
    /// The machine's own account.
    #[error("the account `{LOCAL}` is the machine's own: name another")]
    Local,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NotRandom,
}

/// Gives somebody a role. It blocks until that is safe on disk.
///
/// # Errors
/// Why not; nothing was recorded then.
pub fn give(
    desk: &AccessDesk,
    (keys, random): (&Keys, &Random),
    wanted: Wanted,
    at: Timestamp,
) -> Result<Given, NotGiven> {
    if wanted.account.as_str() == LOCAL {
        return Err(NotGiven::Local);
    }
    let grant = new_id(random).ok_or(NotGiven::NotRandom)?;
    let expires = wanted.expires.or_else(|| usual_end(wanted.means, at));
    let (shown, digest) = match (wanted.means, &wanted.role, expires) {
        (Means::Token, _, _) => {
            let secret = Secret::new(random).ok_or(NotGiven::NotRandom)?;
            (Some(secret.letters()), Some(secret.digest()))
        }
        (Means::Link, Role::Vendor { vendor }, Some(expires)) => {
            let link = links::sign(keys, &grant, vendor, expires);
            (Some(link.path()), Some(link.digest()))
        }
        (Means::Link, role, _) => return Err(NotGiven::LinkRole(role.word())),
        (Means::Password, _, _) => (None, None),
        (Means::Oidc, _, _) => return Err(NotGiven::Oidc),
    };
    let scopes = wanted.scopes.unwrap_or_else(|| wanted.role.scopes().to_vec());
    let granted = AccessGranted {
        grant: grant.clone(),
        account: wanted.account,
        role: wanted.role,
        scopes,
        means: wanted.means,
        secret_sha256: digest,
        expires,
        reason: wanted.reason,
        by: wanted.by,
    };
    desk.record(AccessCommand::Grant(granted), at)?;
    Ok(Given { grant, secret: shown, expires })
}

/// Takes a grant back; whoever has signed in by it is nobody from then on. It blocks until that is
/// safe on disk. False when it was taken back before.
///
/// # Errors
/// When there is no such grant, or the log did not take it.
pub fn revoke(
    desk: &AccessDesk,
    grant: &GrantId,
    (reason, by): (&str, &str),
    at: Timestamp,
) -> Result<bool, AccessError> {
    let revoked =
        AccessRevoked { grant: grant.clone(), reason: reason.to_owned(), by: by.to_owned() };
    Ok(desk.record(AccessCommand::Revoke(revoked), at)?.is_some())
}

/// A name for a grant that no other has; none when the system gives no random numbers.
pub(crate) fn new_id(random: &Random) -> Option<GrantId> {
    let bits = random()?;
    let digits: String = bits.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("g-{digits}").parse().ok()
}

fn usual_end(means: Means, at: Timestamp) -> Option<Timestamp> {
    let lasting = match means {
        Means::Token => TOKEN,
        Means::Link => LINK,
        Means::Password | Means::Oidc => return None,
    };
    // Whole seconds: a link names them.
    Timestamp::from_second(at.as_second()).ok()?.checked_add(lasting).ok()
}
