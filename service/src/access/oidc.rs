//! Signing in at another's door: OpenID Connect, with a code, PKCE, state and nonce.

mod caller;
mod door;
mod provider;
mod settings;

pub(super) use door::ADDRESSES;
pub(crate) use provider::Oidc;
pub use provider::OidcError;
pub use settings::{BadRule, OidcSettings, RoleRule};
