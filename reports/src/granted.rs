//! Who was granted what, for people and programs. For operators only.

use comfy_table::{Table, presets};
use domain::access::{AccessRegistry, Grant, Means};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::printable;
use crate::units::instant;

/// A grant, as operators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantEntry {
    /// Which.
    pub grant: String,
    /// To whom.
    pub account: String,
    /// As what: `auditor`, `operator`, `lab` or `vendor:ID`.
    pub role: String,
    /// For what.
    pub scopes: Vec<String>,
    /// How it is proved: `password`, `oidc`, `token` or `link`.
    #[schema(value_type = String)]
    pub means: Means,
    /// Whether it is worth anything now.
    pub in_force: bool,
    /// When it was given.
    #[schema(value_type = String)]
    pub given: Timestamp,
    /// Until when it lasts; none until it is revoked.
    #[schema(value_type = Option<String>)]
    pub expires: Option<Timestamp>,
    /// What for.
    pub reason: String,
    /// Who gave it.
    pub by: String,
    /// When it was taken back.
    #[schema(value_type = Option<String>)]
    pub revoked: Option<Timestamp>,
}

/// Every grant, the oldest first.
#[must_use]
pub fn grants(registry: &AccessRegistry, now: Timestamp) -> Vec<GrantEntry> {
    let mut all: Vec<&Grant> = registry.grants().collect();
    all.sort_by_key(|it| it.granted.position);
    all.into_iter().map(|it| shown(it, now)).collect()
}

fn shown(grant: &Grant, now: Timestamp) -> GrantEntry {
    let what = &grant.granted.what;
    GrantEntry {
        grant: what.grant.to_string(),
        account: what.account.to_string(),
        role: what.role.to_string(),
        scopes: what.scopes.iter().map(|it| it.word().to_owned()).collect(),
        means: what.means,
        in_force: grant.is_in_force(now),
        given: grant.granted.at,
        expires: what.expires,
        reason: what.reason.clone(),
        by: what.by.clone(),
        revoked: grant.revoked.as_ref().map(|it| it.at),
    }
}

impl GrantEntry {
    /// Where it stands, in words.
    #[must_use]
    pub fn state(&self) -> String {
        match (self.revoked, self.expires, self.in_force) {
            (Some(at), _, _) => format!("revoked {}", instant(at)),
            (None, Some(end), true) => format!("in force until {}", instant(end)),
            (None, None, true) => "in force".to_owned(),
            (None, Some(end), false) => format!("expired {}", instant(end)),
            (None, None, false) => "not in force".to_owned(),
        }
    }

    /// How it is proved, in words.
    #[must_use]
    pub fn means_words(&self) -> &'static str {
        crate::pages::account::means(self.means)
    }
}

/// The same as a table.
#[must_use]
pub fn grants_text(entries: &[GrantEntry]) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header(["grant", "account", "role", "by means of", "state", "given by", "reason"]);
    for it in entries {
        let (state, means) = (it.state(), it.means_words().to_owned());
        let (by, reason) = (printable(&it.by), printable(&it.reason));
        table.add_row([
            it.grant.clone(),
            it.account.clone(),
            it.role.clone(),
            means,
            state,
            by,
            reason,
        ]);
    }
    format!("{table}\n")
}
