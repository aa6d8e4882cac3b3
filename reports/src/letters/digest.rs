//! What changed for a team between two positions of the log: regressions that have lasted, what was
//! mended of those that were told, what became stale, and silence. Names no tool.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::CampaignId;
use domain::plan::CellId;
use domain::score::Standing;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::chronicle::CampaignRecord;
use crate::tally::as_word;
use crate::turn::Turn;
use crate::units::{count, instant};

/// The version of this shape, which is the `data` of a CloudEvent. Fields are added under the same
/// number, never renamed or removed.
pub const SCHEMA: &str = "portolan.digest/1";

/// What a team is told when it is told for the first time.
const OPENING: &str = "you are told what changes: what is worse and lasts, what is mended, what rests on \
                       old versions, and silence, as far as you asked for it";

/// What a team wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// Whether regressions are told.
    pub regressions: bool,
    /// Whether fixes are told.
    pub fixes: bool,
    /// Whether stale cells are told.
    pub stale: bool,
    /// A regression is told after so many campaigns one after the other; at least 1.
    pub after: usize,
    /// Silence is told after so many days without a result; 0 never.
    pub silent_days: u32,
}

/// The log as it stood at a moment.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Its length.
    pub position: u64,
    /// When.
    pub at: Timestamp,
    /// Every campaign that had ended, and those on their way.
    pub records: &'a [CampaignRecord],
    /// Cells that rested on versions that were no longer there, each with the campaign of its newest
    /// evidence.
    pub stale: &'a BTreeMap<CellId, Option<CampaignId>>,
}

/// What changed for a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digest {
    /// The version of this shape.
    pub schema: &'static str,
    /// The first position that it tells of.
    pub from: u64,
    /// The first position after it.
    pub to: u64,
    /// Cells that have been worse for as many campaigns as were asked for.
    pub regressions: Vec<News>,
    /// Cells that were told as regressions and are as good as before.
    pub fixes: Vec<News>,
    /// Cells that rest on versions that are no longer there, and did not before.
    pub stale: Vec<CellId>,
    /// Since when there is no result, when that is too long and was not told before.
    pub silent_since: Option<Timestamp>,
}

/// What became of one cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct News {
    /// Which cell.
    pub cell: CellId,
    /// The campaign since which it is so.
    pub since: CampaignId,
    /// How it stood.
    #[serde(serialize_with = "as_word")]
    pub before: Standing,
    /// How it stands.
    #[serde(serialize_with = "as_word")]
    pub now: Standing,
}

/// What has come of a cell, campaign by campaign.
#[derive(Debug, Clone)]
struct Course {
    /// How it stood when it was last well.
    well: Standing,
    /// Campaigns one after the other in which it was worse.
    worse: usize,
    /// The first of those.
    since: CampaignId,
    /// How it stands.
    now: Standing,
    /// It was worse for so long that it was told.
    told: bool,
}

impl Digest {
    /// What changed from one moment to another.
    #[must_use]
    pub fn between(before: &Moment<'_>, after: &Moment<'_>, watch: Watch) -> Self {
        let (regressions, fixes) = news(before, after, watch.after.max(1));
        // By other evidence: it was tried again in between, and that is stale as well.
        let is_new = |(cell, evidence): &(&CellId, &Option<CampaignId>)| {
            watch.stale && before.stale.get(cell) != Some(evidence)
        };
        let stale = after.stale.iter().filter(is_new).map(|(cell, _)| cell);
        Self {
            schema: SCHEMA,
            from: before.position,
            to: after.position,
            regressions: if watch.regressions { regressions } else { Vec::new() },
            fixes: if watch.fixes { fixes } else { Vec::new() },
            stale: stale.cloned().collect(),
            silent_since: silence(before, after, watch.silent_days),
        }
    }

    /// What a team is told first: that it is told from this moment on, and of silence that lasts already.
    #[must_use]
    pub fn opening(at: &Moment<'_>, watch: Watch) -> Self {
        let fresh = last(at).map_or(*at, |last| Moment { at: last, ..*at });
        Self::between(&fresh, at, watch)
    }

    /// Whether it is the first of its team: it spans nothing. A later one spans at least what was
    /// recorded of the one before it.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.from == self.to
    }

    /// Whether there is nothing to tell; then nothing is sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let cells = self.regressions.len() + self.fixes.len() + self.stale.len();
        cells == 0 && self.silent_since.is_none()
    }

    /// What the mail is called.
    #[must_use]
    pub fn subject(&self) -> String {
        let told = [(self.regressions.len(), "regression"), (self.fixes.len(), "fixed cell")];
        let told = told.into_iter().chain([(self.stale.len(), "stale cell")]);
        let mut parts: Vec<String> =
            told.filter(|(number, _)| *number > 0).map(|(number, it)| count(number, it)).collect();
        parts.extend(self.silent_since.map(|_| "no results".to_owned()));
        match parts.as_slice() {
            [] if self.opens() => "Interoperability: you are told from now on".to_owned(),
            [] => "Interoperability: nothing new".to_owned(),
            _ => format!("Interoperability: {}", parts.join(", ")),
        }
    }

    /// Its parts, each with a heading and a line for each piece of news.
    #[must_use]
    pub fn sections(&self) -> Vec<(&'static str, Vec<String>)> {
        let cells = |news: &[News]| news.iter().map(News::words).collect::<Vec<_>>();
        let stale = self.stale.iter().map(ToString::to_string).collect();
        let silent = self.silent_since.map(|it| format!("the last one came {}", instant(it)));
        let opens = self.opens().then(|| OPENING.to_owned());
        let sections = [
            ("→ From here on", opens.into_iter().collect()),
            ("✗ Worse, and it has lasted", cells(&self.regressions)),
            ("✓ As good as before again", cells(&self.fixes)),
            ("! Resting on versions that are no longer there", stale),
            ("? No results", silent.into_iter().collect()),
        ];
        sections.into_iter().filter(|(_, lines)| !lines.is_empty()).collect()
    }
}

impl News {
    /// It in words: `portable: kvm → acme-like: FAILURE, was SUCCESS (since c-2014)`.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { cell, since, before, now } = self;
        format!("{cell}: {now}, was {before} (since {since})")
    }
}

/// Regressions that were not told before, and fixes of those that were. Whatever happened between the
/// two moments is folded campaign by campaign, so that what came and went in between is not told.
fn news(before: &Moment<'_>, after: &Moment<'_>, least: usize) -> (Vec<News>, Vec<News>) {
    let ids: BTreeSet<&CellId> = after.records.iter().flat_map(|it| it.cells.keys()).collect();
    let (mut regressions, mut fixes) = (Vec::new(), Vec::new());
    for id in ids {
        let (then, now) = (course(before.records, id, least), course(after.records, id, least));
        let Some(now) = now else { continue };
        let then = then.filter(|it| it.told);
        match (then, now.told) {
            (None, true) => regressions.push(now.news(id, now.well)),
            // It was mended in between, and is worse again.
            (Some(then), true) if then.since != now.since => {
                regressions.push(now.news(id, now.well));
            }
            (Some(then), false) if now.worse == 0 && is_seen((before, &then), (after, &now)) => {
                fixes.push(now.news(id, then.now));
            }
            (None | Some(_), _) => {}
        }
    }
    (regressions, fixes)
}

/// Whether it can be seen that a cell is well again: by a later campaign, or since what was told was
/// withdrawn. That a campaign is under an embargo now mends nothing.
fn is_seen((before, then): (&Moment<'_>, &Course), (after, now): (&Moment<'_>, &Course)) -> bool {
    let started = |moment: &Moment<'_>, id: &CampaignId| {
        moment.records.iter().find(|it| it.id == *id).map(|it| it.started)
    };
    let is_there = started(after, &then.since).is_some();
    is_there || started(after, &now.since) > started(before, &then.since)
}

/// A cell through all campaigns that ended, in the order they started. Campaigns without a score for
/// it say nothing: a lab that is down neither makes a regression nor mends one.
fn course(records: &[CampaignRecord], id: &CellId, least: usize) -> Option<Course> {
    let mut ended: Vec<&CampaignRecord> = records.iter().filter(|it| it.ended.is_some()).collect();
    ended.sort_by_key(|it| (it.started, it.positions));
    let mut course: Option<Course> = None;
    for record in ended {
        let standing = record.cells.get(id).map(|it| it.stand.standing);
        let Some(now) = standing.filter(|it| it.score().is_some()) else { continue };
        course = Some(match course {
            None => Course::begun(now, &record.id),
            Some(course) => course.followed(now, &record.id, least),
        });
    }
    course
}

impl Course {
    fn begun(now: Standing, campaign: &CampaignId) -> Self {
        Self { well: now, worse: 0, since: campaign.clone(), now, told: false }
    }

    fn followed(self, now: Standing, campaign: &CampaignId, least: usize) -> Self {
        match Turn::between(self.well, now) {
            Turn::Better | Turn::Same => Self::begun(now, campaign),
            Turn::Worse => {
                let since = if self.worse == 0 { campaign.clone() } else { self.since };
                let worse = self.worse + 1;
                Self { worse, since, now, told: worse >= least, well: self.well }
            }
        }
    }

    fn news(&self, cell: &CellId, before: Standing) -> News {
        let (cell, since) = (cell.clone(), self.since.clone());
        News { cell, since, before, now: self.now }
    }
}

/// Since when there is no result, when that has become too long between the two moments.
fn silence(before: &Moment<'_>, after: &Moment<'_>, days: u32) -> Option<Timestamp> {
    let is_silent = |it: &Moment<'_>| {
        let span = SignedDuration::from_hours(24 * i64::from(days));
        days > 0 && last(it).is_some_and(|last| it.at.duration_since(last) >= span)
    };
    let is_new = !is_silent(before) || last(before) != last(after);
    last(after).filter(|_| is_silent(after) && is_new)
}

/// When the last result came.
fn last(moment: &Moment<'_>) -> Option<Timestamp> {
    moment.records.iter().map(|it| it.last_recorded).max()
}
