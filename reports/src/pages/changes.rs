//! What changed since a baseline, cell by cell.

use askama::Template;
use domain::change::Change;
use domain::ids::GuestId;
use serde::Serialize;
use utoipa::ToSchema;

use super::frame::Frame;
use crate::diff::file::DiffFile;
use crate::diff::html::Sections;
use crate::diff::json;
use crate::diff::shown::{Entry, Shown};

/// What changed since a baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DiffPage)]
pub struct Changes {
    /// Which cells are wanted.
    pub filter: ChangesFilter,
    /// The comparison, of the cells that are wanted.
    #[schema(value_type = Object)]
    pub diff: DiffFile,
    #[serde(skip)]
    shown: Shown,
}

/// Which cells are wanted. Nothing is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DiffFilter)]
pub struct ChangesFilter {
    /// Of this guest.
    #[schema(value_type = Option<String>)]
    pub guest: Option<GuestId>,
    /// Of which this became.
    #[schema(value_type = Option<String>)]
    pub class: Option<Change>,
}

#[derive(Template)]
#[template(path = "pages/changes.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Changes,
    diff: Sections<'a>,
    classes: [Change; 12],
}

impl Changes {
    /// The comparison as this reader may see it, as far as it is wanted.
    #[must_use]
    pub fn new(shown: Shown, filter: ChangesFilter) -> Self {
        let guest = filter.guest.as_ref();
        let shown = only(shown, |it| guest.is_none_or(|guest| *guest == it.cell.cell.guest));
        let wanted = |it: &Entry| filter.class.is_none_or(|class| class == it.cell.change);
        Self { diff: json::file(&only(shown.clone(), wanted)), filter, shown }
    }

    /// The page. Its matrices show every cell of a guest that is wanted, whatever became of it.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame) -> Result<String, askama::Error> {
        let sections = Sections::of(&self.shown);
        let diff = match self.filter.class {
            Some(class) => sections.of_class(class),
            None => sections,
        };
        Page { frame, view: self, diff, classes: Change::ALL }.render()
    }

    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> String {
        let to = &self.diff.to.campaign;
        match &self.diff.baseline {
            Some(baseline) => format!("What changed in {to} since baseline {}", baseline.name),
            None => format!("What changed in {to} since {}", self.diff.from.campaign),
        }
    }

    /// What the reference is called in a question: the name of a baseline, or a campaign.
    #[must_use]
    pub fn reference(&self) -> String {
        let campaign = || self.diff.from.campaign.to_string();
        self.diff.baseline.as_ref().map_or_else(campaign, |it| it.name.to_string())
    }
}

/// The same comparison of some of its cells.
fn only(mut shown: Shown, is_wanted: impl Fn(&Entry) -> bool) -> Shown {
    shown.entries.retain(is_wanted);
    shown.view.cells = shown.entries.iter().map(|it| it.cell.clone()).collect();
    shown
}

impl ChangesFilter {
    /// Whether this guest is asked for.
    #[must_use]
    pub fn is_guest(&self, guest: &GuestId) -> bool {
        self.guest.as_ref() == Some(guest)
    }

    /// Whether this class is asked for.
    #[must_use]
    pub fn is_class(&self, class: Change) -> bool {
        self.class == Some(class)
    }
}
