//! The page of grants, for operators: who may see and do what, giving a role, and taking it back.

use askama::Template;
use jiff::Timestamp;

use super::frame::Frame;
use crate::granted::GrantEntry;
use crate::units::instant;

/// Every grant, and what came of the form. It has no JSON form of its own: programs read the grants
/// alone, and what was just given holds a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Access {
    /// Every grant, the newest first.
    pub grants: Vec<GrantEntry>,
    /// What was just given; shown this once.
    pub given: Option<JustGiven>,
    /// Why nothing was given.
    pub error: Option<String>,
    /// Proves that a form came from this page. A secret of one session.
    pub csrf: String,
}

/// What was just given.
#[derive(Clone, PartialEq, Eq)]
pub struct JustGiven {
    /// Which grant.
    pub grant: String,
    /// The token, or the address of the link; none for a password.
    pub secret: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/access.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Access,
}

impl Access {
    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame) -> Result<String, askama::Error> {
        Page { frame, view: self }.render()
    }
}

impl GrantEntry {
    /// Where it stands, in words.
    #[must_use]
    pub fn state(&self) -> String {
        let until = |end: Timestamp| instant(end);
        match (self.revoked, self.expires, self.in_force) {
            (Some(at), _, _) => format!("revoked {}", until(at)),
            (None, Some(end), true) => format!("in force until {}", until(end)),
            (None, None, true) => "in force".to_owned(),
            (None, Some(end), false) => format!("expired {}", until(end)),
            (None, None, false) => "not in force".to_owned(),
        }
    }

    /// How it is proved, in words.
    #[must_use]
    pub fn means_words(&self) -> &'static str {
        super::account::means(self.means)
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("grants", &self.grants).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for JustGiven {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JustGiven").field("grant", &self.grant).finish_non_exhaustive()
    }
}
