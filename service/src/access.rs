//! Who is there, and how they prove it: tokens, passwords, another's door, links.
//!
//! What was granted stands in the log and is asked for at every request, so that what is revoked ends
//! at once. Secrets stand nowhere but with their owners: a token by its digest, a password by its
//! Argon2 hash, a session in the browser's own encrypted cookie.

mod files;
mod secrets;

mod ended;
mod keys;
mod passwords;
mod throttle;

mod identity;

pub(crate) mod csrf;
pub mod sessions;

mod answers;
mod first;
mod sign_in;
mod vendor_links;

mod api;
mod grants;
mod here;
mod letter_links;
mod links;
mod next;
mod oidc;
mod recording;

use crate::address::Address;

pub(crate) use api::Accesses;
pub use api::Granting;
pub use ended::{Ended, NotEnded};
pub use grants::{Given, LOCAL, NotGiven, Wanted, give, revoke};
pub use here::{Here, NotHere, RunningService, running};
pub use identity::{Identity, NoIdentity};
pub use keys::{Keys, NoKey};
pub use letter_links::{GivenLink, LetterLink, give_letter_link};
pub use oidc::{BadRule, OidcError, OidcSettings, RoleRule};
pub use passwords::{BadPassword, Passwords, change_password};
pub use secrets::Secret;

/// The addresses of this room.
#[must_use]
pub(crate) fn addresses() -> Vec<Address> {
    let local = [sign_in::ADDRESSES, vendor_links::ADDRESSES, first::ADDRESSES].concat();
    [&local, oidc::ADDRESSES, api::ADDRESSES].concat()
}
