//! What became of digests, as a terminal and programs are told.

use domain::ids::LetterId;
use jiff::Timestamp;
use post::Subscription;
use reports::letters::digest::Digest;
use reports::units::instant;
use serde::Serialize;

use super::super::super::listing::Listing;
use super::super::outbox::Became;
use super::due::Due;

/// What is said of a team: what it would be told, or what became of that.
pub(super) enum Said {
    /// Nothing was tried.
    Due,
    /// This became of it.
    Became(Became),
}

/// How one team stands. Its `stands` is one of `nothing`, `due`, `sent`, `delayed`, `failed`,
/// `given up`.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    team: &'a str,
    stands: &'static str,
    letter: Option<&'a LetterId>,
    /// Not before then.
    next: Option<Timestamp>,
    why: Option<String>,
    digest: Option<&'a Digest>,
}

impl<'a> Line<'a> {
    pub(super) fn new(team: &'a Subscription, due: &'a Due, said: Said) -> Self {
        let line = Self::due(team, due);
        match said {
            Said::Due => line,
            Said::Became(Became::Sent) => Self { stands: "sent", ..line },
            Said::Became(Became::Delayed(at)) => Self { stands: "delayed", next: Some(at), ..line },
            Said::Became(Became::Failed(why)) => Self { stands: "failed", why: Some(why), ..line },
        }
    }

    fn due(team: &'a Subscription, due: &'a Due) -> Self {
        let team = team.id.as_str();
        let line =
            Self { team, stands: "nothing", letter: None, next: None, why: None, digest: None };
        match due {
            Due::Nothing => line,
            Due::Write(it) | Due::Again(it) => {
                let (letter, digest) = (Some(&it.prepared.letter), Some(&it.digest));
                Self { stands: "due", letter, digest, ..line }
            }
            Due::Waiting(letter, at) => {
                Self { stands: "delayed", letter: Some(letter), next: Some(*at), ..line }
            }
            Due::GivenUp(letter) => Self { stands: "given up", letter: Some(letter), ..line },
        }
    }

    /// Whether it should have left, and did not.
    pub(super) fn is_stuck(&self) -> bool {
        matches!(self.stands, "delayed" | "failed")
    }

    /// Whether it left.
    pub(super) fn left(&self) -> bool {
        self.stands == "sent"
    }

    fn row(&self, listing: &mut Listing) {
        let team = self.team;
        let letter = self.letter.map(ToString::to_string).unwrap_or_default();
        let subject = self.digest.map(Digest::subject).unwrap_or_default();
        match (self.stands, self.next, &self.why) {
            ("sent", _, _) => listing.row("→ sent", format!("{team}: {subject} ({letter})")),
            ("delayed", Some(at), _) => {
                let at = instant(at);
                listing.row("~ delayed", format!("{team}: {letter} is tried again from {at} on"))
            }
            ("failed", _, Some(why)) => listing.row("✗ failed", format!("{team}: {letter}: {why}")),
            ("given up", _, _) => listing.row(
                "✗ given up",
                format!("{team}: {letter}; try again: portolan letters digest --again"),
            ),
            ("due", _, _) => listing.row("· due", format!("{team}: {letter}")),
            _ => listing.row("· nothing", format!("{team}: nothing to tell")),
        };
        if let Some(digest) = self.digest.filter(|_| self.stands == "due") {
            let text = digest.text();
            let lines: Vec<&str> = text.lines().filter(|it| !it.is_empty()).collect();
            listing.row("", lines.join("\n"));
        }
    }
}

/// Every team in a line; of what is due, all that would be told.
pub(super) fn text(lines: &[Line<'_>]) -> String {
    let mut listing = Listing::new(10);
    lines.iter().for_each(|it| it.row(&mut listing));
    listing.text().to_owned()
}
