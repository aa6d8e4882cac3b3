//! The page that says as whom one is signed in, and lets one sign out.

use askama::Template;
use domain::access::{Known, Means};
use serde::Serialize;
use utoipa::ToSchema;

use super::frame::Frame;

/// As whom somebody is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Account {
    /// The account.
    pub account: String,
    /// As what: `auditor`, `operator`, `lab` or `vendor:ID`.
    pub role: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// How that was proved.
    pub means: String,
    /// By which grant.
    pub grant: String,
    /// Until when the grant lasts; none for one that lasts until it is revoked.
    pub expires: Option<String>,
    /// Until when the session lasts if it is used; none when there is no session.
    pub session_ends: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/account.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Account,
    csrf: Option<&'a str>,
}

impl Account {
    /// As whom this one is known.
    #[must_use]
    pub fn of(known: &Known, session_ends: Option<String>) -> Self {
        Self {
            account: known.account.to_string(),
            role: known.role.to_string(),
            scopes: known.scopes.iter().map(|it| it.word().to_owned()).collect(),
            means: means(known.means).to_owned(),
            grant: known.grant.to_string(),
            expires: known.expires.map(|it| it.to_string()),
            session_ends,
        }
    }

    /// The page; `csrf` is the secret of the session that its form has to bring back.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame, csrf: Option<&str>) -> Result<String, askama::Error> {
        Page { frame, view: self, csrf }.render()
    }
}

/// How somebody proved who they are, in words.
#[must_use]
pub fn means(means: Means) -> &'static str {
    match means {
        Means::Password => "password",
        Means::Oidc => "sign-in elsewhere",
        Means::Token => "token",
        Means::Link => "link",
    }
}
