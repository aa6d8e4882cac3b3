//! The page on which one signs in.

use askama::Template;

use super::frame::Frame;

/// What the page on which one signs in holds. It has no JSON form: programs send a token.
#[derive(Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Proves that the form came from this page. A secret of one session.
    pub csrf: String,
    /// Where to go afterwards: a path of this service.
    pub next: String,
    /// The account that was tried before.
    pub account: String,
    /// Why the attempt before did not succeed.
    pub error: Option<String>,
    /// Another door at which one can sign in.
    pub door: Option<Door>,
}

/// Another's door at which one can sign in (OpenID Connect).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// What it is called.
    pub name: String,
    /// Where the way to it begins; a path of this service.
    pub href: String,
}

#[derive(Template)]
#[template(path = "pages/sign_in.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a SignIn,
}

impl SignIn {
    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame) -> Result<String, askama::Error> {
        Page { frame, view: self }.render()
    }

    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> String {
        "Sign in".to_owned()
    }
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { next, account, error, door, csrf: _ } = self;
        let mut shown = f.debug_struct("SignIn");
        shown.field("next", next).field("account", account).field("error", error);
        shown.field("door", door).finish_non_exhaustive()
    }
}
