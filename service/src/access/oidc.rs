//! Signing in at another's door: OpenID Connect, with a code, PKCE, state and nonce.

mod caller;
mod door;
mod fault;
mod provider;
mod settings;

pub(super) use door::ADDRESSES;
pub use fault::OidcError;
pub(crate) use provider::Oidc;
pub use settings::{BadRule, OidcSettings, RoleRule};
