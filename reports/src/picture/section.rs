//! The pictures' section of a page.

use askama::Template;

use super::{Flow, HeatMap, Trend};

/// A section with pictures. Without any it is empty.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "report/pictures.html")]
pub struct Section {
    /// From top to bottom. Their names differ.
    pub pictures: Vec<Shown>,
}

/// A picture with what is said about it. Its drawing comes from a picture and from nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub(crate) heading: String,
    pub(crate) caption: String,
    pub(crate) svg: String,
}

impl Section {
    /// The section as HTML.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self) -> Result<String, askama::Error> {
        self.render()
    }
}

impl Shown {
    /// A heat map.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn heat_map(
        heading: &str,
        caption: &str,
        picture: &HeatMap,
    ) -> Result<Self, askama::Error> {
        Ok(Self::new(heading, caption, picture.svg()?))
    }

    /// A trend.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn trend(heading: &str, caption: &str, picture: &Trend) -> Result<Self, askama::Error> {
        Ok(Self::new(heading, caption, picture.svg()?))
    }

    /// A flow.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn flow(heading: &str, caption: &str, picture: &Flow) -> Result<Self, askama::Error> {
        Ok(Self::new(heading, caption, picture.svg()?))
    }

    fn new(heading: &str, caption: &str, svg: String) -> Self {
        Self { heading: heading.to_owned(), caption: caption.to_owned(), svg }
    }
}
