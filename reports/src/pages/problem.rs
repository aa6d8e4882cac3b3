//! The page of something that went wrong or is not there: what, why, and what to do next.

use askama::Template;
use serde::Serialize;
use utoipa::ToSchema;

use super::frame::Frame;

/// Something that went wrong or is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProblemPage)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// What it is, in a few words.
    pub title: String,
    /// What happened, in a sentence.
    pub detail: String,
    /// What the reader can do next.
    pub next: Vec<Step>,
}

/// Something the reader can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NextStep)]
pub struct Step {
    /// What.
    pub words: String,
    /// Where; none where there is no place for it.
    pub href: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/problem.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Problem,
}

impl Problem {
    /// A problem with nothing to do about it yet but going to the overview.
    #[must_use]
    pub fn new(status: u16, title: impl Into<String>, detail: impl Into<String>) -> Self {
        let overview = Step { words: "Go to the overview".to_owned(), href: Some("/".to_owned()) };
        Self { status, title: title.into(), detail: detail.into(), next: vec![overview] }
    }

    /// The same problem with something to do about it, before all else.
    #[must_use]
    pub fn first(mut self, words: impl Into<String>, href: Option<String>) -> Self {
        self.next.insert(0, Step { words: words.into(), href });
        self
    }

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
        self.title.clone()
    }
}
