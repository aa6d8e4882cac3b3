//! Who may see what, for operators: every grant, a form to give another, and a way to take one back.

use askama::Template;
use domain::access::{AccessRegistry, Grant, Role, Scope};
use domain::ids::VendorId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::frame::Frame;
use super::grant_line::GrantLine;

/// Grants that are over and still listed.
const MOST_OVER: usize = 100;

/// Every grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Grants {
    /// Those in force, the newest first.
    pub in_force: Vec<GrantLine>,
    /// Those that are worth nothing any more, the newest first; at most 100.
    pub over: Vec<GrantLine>,
    /// Vendors that some testbed names.
    #[schema(value_type = Vec<String>)]
    pub vendors: Vec<VendorId>,
}

/// What a form brought, and what was wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tried {
    /// The account.
    pub account: String,
    /// The role.
    pub role: String,
    /// The reason.
    pub reason: String,
    /// The days.
    pub days: String,
    /// What was wrong.
    pub error: String,
}

/// A token or a link that was just given: it is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Given {
    /// Which grant.
    pub grant: String,
    /// To whom.
    pub account: String,
    /// The token, or the whole address of the link; none for a password.
    pub secret: Option<String>,
    /// Whether it is a link.
    pub is_link: bool,
    /// Until when it is good.
    pub expires: Option<Timestamp>,
}

/// What belongs to one showing of the page and to no other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Showing {
    /// Proves that a form came from this page. A secret of one session.
    pub csrf: String,
    /// What was just given.
    pub given: Option<Given>,
    /// What was tried and refused.
    pub tried: Tried,
}

#[derive(Template)]
#[template(path = "pages/grants.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Grants,
    showing: &'a Showing,
    scopes: [Scope; 5],
}

impl Grants {
    /// What stands in the registry now.
    #[must_use]
    pub fn new(registry: &AccessRegistry, vendors: Vec<VendorId>, now: Timestamp) -> Self {
        let (in_force, over): (Vec<&Grant>, Vec<&Grant>) =
            registry.grants().partition(|it| it.is_in_force(now));
        let mut over = GrantLine::newest_first(&over, registry, now);
        over.truncate(MOST_OVER);
        Self { in_force: GrantLine::newest_first(&in_force, registry, now), over, vendors }
    }

    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame, showing: &Showing) -> Result<String, askama::Error> {
        let scopes = [Scope::Read, Scope::Record, Scope::Control, Scope::Grant, Scope::Answer];
        Page { frame, view: self, showing, scopes }.render()
    }

    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> String {
        "Access".to_owned()
    }

    /// What a grant can be of: each role, and each vendor.
    #[must_use]
    pub fn roles(&self) -> Vec<String> {
        let vendors = self.vendors.iter().map(|it| Role::Vendor { vendor: it.clone() });
        let roles = [Role::Auditor, Role::Operator, Role::Lab].into_iter().chain(vendors);
        roles.map(|it| it.to_string()).collect()
    }
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { grant, account, secret: _, is_link: _, expires } = self;
        let mut shown = f.debug_struct("Given");
        shown.field("grant", grant).field("account", account).field("expires", expires);
        shown.finish_non_exhaustive()
    }
}
