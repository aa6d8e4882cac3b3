//! Who may see what: roles, scopes, and whoever is looking. Deny by default: what no grant allows
//! nobody but an operator at the machine itself may do.

mod judging;
mod registry;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, GrantId, VendorId};

pub use judging::{AccessCommand, LONGEST_ANSWER, NotGranted, judge};
pub use registry::{AccessRegistry, Grant};

/// The stream of everything about access.
pub const STREAM: &str = "access";

/// What an account may be. Without a grant everybody is the public.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Role {
    /// Checks what was recorded: sees what operators see, changes nothing.
    Auditor,
    /// Runs campaigns, declares, grants.
    Operator,
    /// Records what it saw, and takes work.
    Lab,
    /// Sees its own results, and may answer.
    Vendor {
        /// Which vendor.
        vendor: VendorId,
    },
}

/// What a grant may be used for, within its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Read what the role may see.
    Read,
    /// Record events and keep evidence, take work.
    Record,
    /// Start and stop campaigns, declare.
    Control,
    /// Grant and revoke.
    Grant,
    /// Answer as a vendor.
    Answer,
}

/// How somebody proves who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// A password of a local account.
    Password,
    /// Sign-in at another's door (OpenID Connect).
    Oidc,
    /// A secret that a program sends (RFC 6750).
    Token,
    /// A link that holds a secret.
    Link,
}

/// Whoever is looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// Anybody.
    Public,
    /// Somebody who has shown a grant in force.
    Known(Known),
}

/// Somebody who has shown a grant in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Who.
    pub account: AccountId,
    /// By which grant.
    pub grant: GrantId,
    /// As what.
    pub role: Role,
    /// For what.
    pub scopes: Vec<Scope>,
    /// How they proved it.
    pub means: Means,
    /// Until when.
    pub expires: Option<Timestamp>,
}

impl Role {
    /// Everything that may be done in this role.
    #[must_use]
    pub fn scopes(&self) -> &'static [Scope] {
        match self {
            Role::Auditor => &[Scope::Read],
            Role::Operator => &[Scope::Read, Scope::Record, Scope::Control, Scope::Grant],
            Role::Lab => &[Scope::Record],
            Role::Vendor { .. } => &[Scope::Read, Scope::Answer],
        }
    }

    /// Its name, without the vendor.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Role::Auditor => "auditor",
            Role::Operator => "operator",
            Role::Lab => "lab",
            Role::Vendor { .. } => "vendor",
        }
    }
}

impl Scope {
    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Record => "record",
            Scope::Control => "control",
            Scope::Grant => "grant",
            Scope::Answer => "answer",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Role::Vendor { vendor } => write!(f, "vendor:{vendor}"),
            Role::Auditor | Role::Operator | Role::Lab => f.pad(self.word()),
        }
    }
}

/// Why a text is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role: use auditor, operator, lab, or vendor:ID such as vendor:citrix")]
pub struct InvalidRole(String);

impl FromStr for Role {
    type Err = InvalidRole;

    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        let invalid = || InvalidRole(text.chars().take(80).collect());
        match text.split_once(':') {
            None if text == "auditor" => Ok(Role::Auditor),
            None if text == "operator" => Ok(Role::Operator),
            None if text == "lab" => Ok(Role::Lab),
            Some(("vendor", id)) => {
                id.parse().map(|vendor| Role::Vendor { vendor }).map_err(|_| invalid())
            }
            Some(_) | None => Err(invalid()),
        }
    }
}

impl Viewer {
    /// Whether this scope is granted.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        match self {
            Viewer::Public => false,
            Viewer::Known(known) => known.scopes.contains(&scope),
        }
    }

    /// The role, none for the public.
    #[must_use]
    pub fn role(&self) -> Option<&Role> {
        match self {
            Viewer::Public => None,
            Viewer::Known(known) => Some(&known.role),
        }
    }
}
