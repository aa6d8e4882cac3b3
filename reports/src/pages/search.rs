//! The page of a search: what was asked, and what was found, in groups.

use askama::Template;
use serde::Serialize;
use utoipa::ToSchema;

use super::frame::Frame;

/// Longest question, in characters; what stands behind is not looked for.
pub const LONGEST: usize = 200;
/// Words of a question that are looked for.
const MOST_WORDS: usize = 8;
/// Findings of one kind that are listed.
pub const MOST_FOUND: usize = 20;

/// What was asked and found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Search {
    /// What was asked, as far as it is looked for.
    pub question: String,
    /// What was found, kind by kind; kinds without a finding are left out.
    pub groups: Vec<Group>,
}

/// Findings of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Group {
    /// What they are, in the plural.
    pub title: &'static str,
    /// At most [`MOST_FOUND`], the best first.
    pub found: Vec<Found>,
    /// How many more there are.
    pub more: usize,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Found {
    /// What it is called.
    pub title: String,
    /// What it is.
    pub words: String,
    /// Where it is told.
    pub href: String,
}

/// The words of a question, in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

#[derive(Template)]
#[template(path = "pages/search.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Search,
}

impl Words {
    /// The words of a question. Control characters part words; every word has to be found.
    #[must_use]
    pub fn of(question: &str) -> Self {
        let is_gap = |letter: char| letter.is_whitespace() || letter.is_control();
        let words = question.split(is_gap).filter(|it| !it.is_empty()).take(MOST_WORDS);
        Self(words.map(str::to_lowercase).collect())
    }

    /// Whether every word stands in the text; a question without words finds nothing.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        !self.0.is_empty() && self.0.iter().all(|it| text.contains(it.as_str()))
    }

    /// The only word, if there is one only.
    #[must_use]
    pub fn only(&self) -> Option<&str> {
        match self.0.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

impl Found {
    /// A finding.
    #[must_use]
    pub fn new(title: impl ToString, words: impl Into<String>, href: impl Into<String>) -> Self {
        Self { title: title.to_string(), words: words.into(), href: href.into() }
    }

    fn is_for(&self, words: &Words) -> bool {
        words.are_in(&format!("{} {}", self.title, self.words))
    }
}

impl Search {
    /// What was asked, cut where it is too long, and nothing found yet.
    #[must_use]
    pub fn new(question: &str) -> Self {
        let question = question.trim().chars().take(LONGEST).collect();
        Self { question, groups: Vec::new() }
    }

    /// The words that are looked for.
    #[must_use]
    pub fn words(&self) -> Words {
        Words::of(&self.question)
    }

    /// The same with what the question finds among these.
    #[must_use]
    pub fn among(self, title: &'static str, all: impl IntoIterator<Item = Found>) -> Self {
        let words = self.words();
        let found = all.into_iter().filter(|it| it.is_for(&words)).collect();
        self.with(title, found)
    }

    /// The same with these findings.
    #[must_use]
    pub fn with(mut self, title: &'static str, mut found: Vec<Found>) -> Self {
        let more = found.len().saturating_sub(MOST_FOUND);
        found.truncate(MOST_FOUND);
        if !found.is_empty() {
            self.groups.push(Group { title, found, more });
        }
        self
    }

    /// How much was found, in words.
    #[must_use]
    pub fn told(&self) -> String {
        match self.groups.iter().map(|it| it.found.len() + it.more).sum() {
            0 => "Nothing was found".to_owned(),
            1 => "One thing was found".to_owned(),
            many => format!("{many} things were found"),
        }
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
        "Search".to_owned()
    }
}
