//! What stands around every page: its title, who looks at it, and where one can go from here.

use domain::access::Role;
use domain::score::Standing;

use super::{assets, links};
use crate::html::Audience;
use crate::notice;
use crate::tally::ALL;

/// The frame of one page for one reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What the page is called, without the name of the product.
    pub title: String,
    /// As what the reader is signed in; none for the public.
    pub viewer: Option<Role>,
    /// The path of the page, without its question.
    pub path: String,
    /// Path and question that show the same for ever, whatever is recorded later.
    pub permalink: Option<String>,
}

/// A place that the navigation leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its path.
    pub href: String,
    /// What it is called.
    pub label: &'static str,
    /// The page that is shown lies there.
    pub current: bool,
}

impl Frame {
    /// The frame of a page for the public, without a permalink.
    #[must_use]
    pub fn new(title: impl Into<String>, path: impl Into<String>) -> Self {
        Self { title: title.into(), viewer: None, path: path.into(), permalink: None }
    }

    /// The same frame for whoever is signed in.
    #[must_use]
    pub fn seen_by(self, viewer: Option<Role>) -> Self {
        Self { viewer, ..self }
    }

    /// The same frame with a permalink.
    #[must_use]
    pub fn kept_at(self, permalink: Option<String>) -> Self {
        Self { permalink, ..self }
    }

    /// Whom a page in this frame is made for.
    #[must_use]
    pub fn audience(&self) -> Audience {
        audience(self.viewer.as_ref())
    }

    /// Where the reader can go, in the order it is shown.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let mut places = vec![
            self.place("/", "Overview"),
            self.place("/campaigns", "Matrices"),
            self.place("/history", "History"),
            self.place("/audit", "Audit"),
            self.place("/search", "Search"),
        ];
        if self.audience() != Audience::Public {
            places.push(self.place("/converters", "Converters"));
            places.push(self.place("/disclosures", "Disclosures"));
        }
        match &self.viewer {
            Some(Role::Operator) => {
                places.push(self.place("/vendors", "Vendors"));
                places.push(self.place("/access", "Access"));
            }
            Some(Role::Vendor { vendor }) => {
                places.push(self.place(links::vendor(vendor), "Your results"));
            }
            Some(Role::Auditor | Role::Lab) | None => {}
        }
        places
    }

    /// Where one signs in, or looks after one's account.
    #[must_use]
    pub fn account(&self) -> Place {
        match self.viewer {
            Some(_) => self.place("/account", "Account"),
            None => self.place("/sign-in", "Sign in"),
        }
    }

    /// As what the reader is signed in, in a word; empty for the public.
    #[must_use]
    pub fn viewer_word(&self) -> &'static str {
        self.viewer.as_ref().map_or("", Role::word)
    }

    /// The path of an asset.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        assets::path(name)
    }

    /// Every standing, for the legend.
    #[must_use]
    pub fn legend(&self) -> [Standing; 7] {
        ALL
    }

    /// How far scores reach, in words.
    #[must_use]
    pub fn caveats(&self) -> [&'static str; 2] {
        [notice::SCORES, notice::STAND_INS]
    }

    fn place(&self, href: impl Into<String>, label: &'static str) -> Place {
        let href = href.into();
        let below = self.path.strip_prefix(&href).is_some_and(|it| it.starts_with('/'));
        Place { current: self.path == href || (below && href != "/"), href, label }
    }
}

/// Whom a page is made for that somebody in this role asks for. Deny by default: labs and vendors
/// see what the public sees.
#[must_use]
pub fn audience(viewer: Option<&Role>) -> Audience {
    match viewer {
        Some(Role::Auditor) => Audience::Auditor,
        Some(Role::Operator) => Audience::Operator,
        Some(Role::Lab | Role::Vendor { .. }) | None => Audience::Public,
    }
}
