//! Which door, and who is what there.

use std::str::FromStr;

use domain::access::{InvalidRole, Role};
use secrecy::SecretString;

/// How people sign in at another's door.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// Who vouches for people: the address below which its discovery document lies.
    pub issuer: String,
    /// What this service is called there.
    pub client_id: String,
    /// How this service proves that to it; none for one that has no secret there.
    pub client_secret: Option<SecretString>,
    /// The claim whose values say what somebody is; `groups` as a rule.
    pub claim: String,
    /// What is asked for beside `openid`, so that the claim comes.
    pub scopes: Vec<String>,
    /// Which value makes whom; the first that fits counts.
    pub roles: Vec<RoleRule>,
}

/// A value of the claim, and the role of those who have it: `auditors=auditor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRule {
    /// The value.
    pub value: String,
    /// The role.
    pub role: Role,
}

/// Why a text is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRule {
    /// It has no `=`.
    #[error("write it as VALUE=ROLE, such as auditors=auditor or citrix-team=vendor:citrix")]
    Form,
    /// What stands behind it is no role.
    #[error(transparent)]
    Role(#[from] InvalidRole),
}

impl FromStr for RoleRule {
    type Err = BadRule;

    fn from_str(text: &str) -> Result<Self, BadRule> {
        match text.rsplit_once('=') {
            Some((value, role)) if !value.is_empty() => {
                Ok(Self { value: value.to_owned(), role: role.parse()? })
            }
            Some(_) | None => Err(BadRule::Form),
        }
    }
}
