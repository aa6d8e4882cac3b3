//! How things stood at an instant, and the instants at which something happened.

use std::collections::BTreeSet;

use askama::Template;
use domain::registry::Registry;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use super::campaign_line::{CampaignLine, newest_first};
use super::frame::Frame;
use super::links::{self, Asked};
use super::table::{Filter, Marks, MatrixTable};
use crate::chronicle::CampaignRecord;
use crate::units::instant;

/// How things stood at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = HistoryPage)]
pub struct Past {
    /// The instant; none for now.
    #[schema(value_type = Option<String>)]
    pub at: Option<Timestamp>,
    /// The instants at which something happened, the oldest first.
    pub instants: Vec<Instant>,
    /// The place among them of the last one that had happened, 1 for the first; 0 before it.
    pub place: usize,
    /// The campaign that was the newest then; none before the first.
    pub campaign: Option<CampaignLine>,
    /// Its matrices, as they stood then.
    pub matrices: Vec<MatrixTable>,
    /// How many campaigns there were then.
    pub campaigns: usize,
}

/// An instant at which something happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[schema(as = Moment)]
pub struct Instant {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// What happened, in words.
    pub what: String,
    /// How things stood then.
    pub href: String,
}

/// A text that is no point in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{asked:?} is no point in time: give a date as 2026-11-23, an instant as \
     2026-11-23T08:30:00Z, or a number from 1 to {instants}"
)]
pub struct NoInstant {
    asked: String,
    instants: usize,
}

#[derive(Template)]
#[template(path = "pages/past.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Past,
}

/// Every instant at which a campaign started or ended, or something was declared, the oldest first.
/// What was declared is named by its kind alone, since upgrades may be of conversion tools.
#[must_use]
pub fn instants(records: &[CampaignRecord], registry: &Registry) -> Vec<Instant> {
    let started = records.iter().map(|it| (it.started, format!("{} started", it.id)));
    let ended = records.iter().filter(|it| it.ended.is_some() && !it.told);
    let ended = ended.map(|it| (it.last_recorded, format!("{} ended", it.id)));
    let baselines = registry.baselines().flat_map(|(name, line)| {
        line.iter().map(move |it| (it.at, format!("baseline {name}: {}", it.what.campaign)))
    });
    let upgrades = registry.upgrades().iter().map(|it| (it.at, "an upgrade".to_owned()));
    let waivers = registry.waivers();
    let waived = waivers.iter().map(|(id, it)| (it.waived.at, format!("waiver {id}")));
    let withdrawn = registry.withdrawals().values().map(|it| (it.at, "a withdrawal".to_owned()));
    let all = started.chain(ended).chain(baselines).chain(upgrades).chain(waived).chain(withdrawn);
    let all: BTreeSet<(Timestamp, String)> = all.collect();
    all.into_iter().map(|(at, what)| Instant { at, what, href: links::history(at) }).collect()
}

/// The instant that a text asks for: an instant, a date (its end, in UTC), or the place of one of the
/// instants at which something happened. Nothing, and the last place, ask for now.
///
/// # Errors
/// When it is none of these.
pub fn asked(text: &str, instants: &[Instant]) -> Result<Option<Timestamp>, NoInstant> {
    let text = text.trim();
    let none = || NoInstant { asked: text.chars().take(80).collect(), instants: instants.len() };
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(place) = text.parse::<usize>() {
        let found = place.checked_sub(1).and_then(|it| instants.get(it));
        let found = found.ok_or_else(none)?;
        return Ok((place < instants.len()).then_some(found.at));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Some(at));
    }
    let date: Date = text.parse().map_err(|_| none())?;
    let end = date.to_datetime(jiff::civil::Time::MAX).to_zoned(TimeZone::UTC);
    end.map(|it| Some(it.timestamp())).map_err(|_| none())
}

impl Past {
    /// How things stood, given every instant there is now and the campaigns as they are seen from the
    /// instant asked for.
    #[must_use]
    pub fn new(at: Option<Timestamp>, instants: Vec<Instant>, then: &[CampaignRecord]) -> Self {
        let newest = newest_first(then).into_iter().next();
        let (filter, stale) = (Filter::default(), BTreeSet::new());
        let asked = Asked { as_of: at, ..Asked::default() };
        let marks = Marks { filter: &filter, asked: &asked, stale: &stale };
        let place = instants.iter().filter(|it| at.is_none_or(|at| it.at <= at)).count();
        Self {
            at,
            place,
            instants,
            campaign: newest.map(CampaignLine::from),
            matrices: newest.map(|it| MatrixTable::of_record(it, &marks)).unwrap_or_default(),
            campaigns: then.len(),
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
        match self.at {
            Some(at) => format!("How things stood at {}", instant(at)),
            None => "How things stand now".to_owned(),
        }
    }

    /// The same view, whatever happens later; of now, that is the last instant at which something
    /// happened.
    #[must_use]
    pub fn permalink(&self) -> Option<String> {
        let last = self.instants.last().map(|it| it.at);
        self.at.or(last).map(links::history)
    }

    /// What had happened last, in words.
    #[must_use]
    pub fn happened(&self) -> String {
        match self.place.checked_sub(1).and_then(|it| self.instants.get(it)) {
            Some(it) => format!("{}: {}", instant(it.at), it.what),
            None => "nothing yet".to_owned(),
        }
    }
}

impl Instant {
    /// When and what, in words.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{}: {}", instant(self.at), self.what)
    }
}
