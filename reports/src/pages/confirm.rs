//! A page that asks before something is done that opening an address must not do by itself: programs
//! that look through mail open every link in it.

use askama::Template;

use super::frame::Frame;

/// What is asked. It has no JSON form: its addresses hold secrets, and are for people.
#[derive(Clone, PartialEq, Eq)]
pub struct Confirm {
    /// What is asked, in a few words.
    pub title: String,
    /// What happens then, in a sentence.
    pub words: String,
    /// What the button says.
    pub button: String,
    /// Where the form goes; may hold a secret.
    pub action: String,
    /// Proves that the form came from this page. A secret of one session.
    pub csrf: String,
}

#[derive(Template)]
#[template(path = "pages/confirm.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Confirm,
}

impl Confirm {
    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame) -> Result<String, askama::Error> {
        Page { frame, view: self }.render()
    }
}

impl std::fmt::Debug for Confirm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Confirm").field("title", &self.title).finish_non_exhaustive()
    }
}
