//! Who is there, and how they prove it: tokens, passwords, another's door, links.
//!
//! What was granted stands in the log and is asked for at every request, so that what is revoked ends
//! at once. Secrets stand nowhere but with their owners: a token by its digest, a password by its
//! Argon2 hash, a session in the browser's own encrypted cookie.

mod secrets;

mod keys;
mod passwords;
mod throttle;

mod identity;

pub(crate) mod csrf;
pub mod sessions;

mod disclosing;
mod grants;
mod links;
mod next;

pub use grants::{Given, LOCAL, NotGiven, Wanted, give, revoke};
pub use identity::{Identity, NoIdentity};
pub use keys::{Keys, NoKey};
pub use passwords::{BadPassword, Passwords};
pub use secrets::Secret;
