//! One grant in one line: who may do what, by what means, until when. Never a secret, nor the digest
//! of one.

use domain::access::{AccessRegistry, Grant, Means};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// One grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GrantLine {
    /// Which one.
    pub grant: String,
    /// To whom.
    pub account: String,
    /// As what.
    pub role: String,
    /// What it may be used for.
    pub scopes: Vec<&'static str>,
    /// How it is proved.
    pub means: &'static str,
    /// Position of its event.
    pub position: u64,
    /// When it was given.
    #[schema(value_type = String)]
    pub given: Timestamp,
    /// By whom.
    pub by: String,
    /// What for.
    pub reason: String,
    /// Until when; none for until it is revoked.
    #[schema(value_type = Option<String>)]
    pub expires: Option<Timestamp>,
    /// How often it was used to sign in.
    pub sign_ins: u64,
    /// Whether it is worth anything now.
    pub in_force: bool,
    /// How it was taken back, if it was.
    pub revoked: Option<Revoked>,
}

/// How a grant was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Revoked {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl GrantLine {
    /// These grants, the newest first.
    #[must_use]
    pub fn newest_first(grants: &[&Grant], registry: &AccessRegistry, now: Timestamp) -> Vec<Self> {
        let mut lines: Vec<Self> = grants.iter().map(|it| Self::new(it, registry, now)).collect();
        lines.sort_by_key(|it| std::cmp::Reverse(it.position));
        lines
    }

    fn new(grant: &Grant, registry: &AccessRegistry, now: Timestamp) -> Self {
        let (what, revoked) = (&grant.granted.what, &grant.revoked);
        Self {
            grant: what.grant.to_string(),
            account: what.account.to_string(),
            role: what.role.to_string(),
            scopes: what.scopes.iter().map(|it| it.word()).collect(),
            means: means(what.means),
            position: grant.granted.position,
            given: grant.granted.at,
            by: what.by.clone(),
            reason: what.reason.clone(),
            expires: what.expires,
            sign_ins: registry.sign_ins().get(&what.grant).copied().unwrap_or(0),
            in_force: grant.is_in_force(now),
            revoked: revoked.as_ref().map(|it| Revoked {
                at: it.at,
                by: it.what.by.clone(),
                reason: it.what.reason.clone(),
            }),
        }
    }
}

fn means(means: Means) -> &'static str {
    match means {
        Means::Password => "password",
        Means::Oidc => "sign-in elsewhere",
        Means::Token => "token",
        Means::Link => "link",
    }
}
