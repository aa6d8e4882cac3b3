//! Pages that explain: what signs mean, how a score comes about, how to check a proof, what is not
//! public and why; and one for each role.

use askama::Template;
use domain::score::Standing;
use domain::step::Step;
use serde::Serialize;
use utoipa::ToSchema;

use super::frame::Frame;
use super::meaning::meaning;
use crate::notice;
use crate::tally::ALL;

/// For whom a page explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Whoever reads matrices.
    Everybody,
    /// Who checks what was recorded.
    Auditors,
    /// Who runs the service.
    Operators,
    /// Who records from another machine.
    Labs,
    /// Who has made a platform or a tool.
    Vendors,
}

/// One page that explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Help {
    /// For whom.
    pub topic: Topic,
    /// How scores come about, from a check up to a cell.
    pub aggregation: [&'static str; 4],
    /// What it means that a cell stands so, by the word for it.
    pub meanings: Vec<(&'static str, &'static str)>,
    /// How this service is called, without a `/` at its end.
    pub service: String,
}

#[derive(Template)]
#[template(path = "pages/help.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Help,
    standings: Vec<(Standing, &'static str)>,
    steps: [Step; 7],
}

impl Topic {
    /// Every topic, in the order they are offered.
    pub const ALL: [Topic; 5] =
        [Topic::Everybody, Topic::Auditors, Topic::Operators, Topic::Labs, Topic::Vendors];

    /// The topic of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Its name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Topic::Everybody => "everybody",
            Topic::Auditors => "auditors",
            Topic::Operators => "operators",
            Topic::Labs => "labs",
            Topic::Vendors => "vendors",
        }
    }

    /// What its page is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Topic::Everybody => "How to read these pages",
            Topic::Auditors => "Help for auditors",
            Topic::Operators => "Help for operators",
            Topic::Labs => "Help for labs",
            Topic::Vendors => "Help for vendors",
        }
    }

    /// Where its page is.
    #[must_use]
    pub fn href(self) -> String {
        match self {
            Topic::Everybody => "/help".to_owned(),
            Topic::Auditors | Topic::Operators | Topic::Labs | Topic::Vendors => {
                format!("/help/{}", self.name())
            }
        }
    }
}

impl Help {
    /// The page about a topic.
    #[must_use]
    pub fn new(topic: Topic, service: impl Into<String>) -> Self {
        let meanings = ALL.into_iter().map(|it| (it.word(), meaning(it))).collect();
        Self { topic, aggregation: notice::AGGREGATION, meanings, service: service.into() }
    }

    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame) -> Result<String, askama::Error> {
        let standings = ALL.into_iter().map(|it| (it, meaning(it))).collect();
        Page { frame, view: self, standings, steps: Step::ALL }.render()
    }

    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> String {
        self.topic.title().to_owned()
    }

    /// Every topic, for the way to the others.
    #[must_use]
    pub fn topics(&self) -> [Topic; 5] {
        Topic::ALL
    }
}
