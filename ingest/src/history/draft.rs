//! One campaign while its rows are gathered.

use std::collections::BTreeMap;

use domain::event::Pins;
use domain::ids::{CampaignId, GuestId, PlatformId, RouteId};
use domain::observation::bounded_text;
use domain::plan::{MOST_TRIALS, Trial};
use domain::testbed::{MOST_ENTRIES, Testbed};
use domain::told::ToldTrial;
use jiff::Timestamp;

use super::ForeignCampaign;
use super::fields::{Side, Subject};
use super::names::Names;
use super::row::Row;
use super::testbed::Named;
use super::words::{clean, quoted};

/// The route of trials whose file names none.
const DEFAULT_ROUTE: &str = "told";

/// One campaign while its rows are gathered.
#[derive(Debug)]
pub(super) struct Draft {
    /// The line of its first row.
    pub(super) line: u64,
    /// The time of its earliest trial.
    pub(super) earliest: Timestamp,
    platforms: Names<PlatformId>,
    guests: Names<GuestId>,
    routes: Names<RouteId>,
    named: Named,
    /// By subject: the version, and the line that names it.
    versions: BTreeMap<String, (String, u64)>,
    /// Every trial and its line.
    seen: BTreeMap<Trial, u64>,
    trials: Vec<ToldTrial>,
}

impl Draft {
    /// A campaign that begins with this row, which is not in it yet.
    pub(super) fn beginning_with(row: &Row) -> Self {
        Self {
            line: row.line,
            earliest: row.at,
            platforms: Names::new("platform", MOST_ENTRIES),
            guests: Names::new("guest", MOST_ENTRIES),
            routes: Names::new("route", MOST_ENTRIES),
            named: Named::default(),
            versions: BTreeMap::new(),
            seen: BTreeMap::new(),
            trials: Vec::new(),
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Why it has no place here, in words.
    pub(super) fn add(&mut self, row: Row) -> Result<(), String> {
        if self.trials.len() == MOST_TRIALS {
            return Err(format!("the campaign has more than {MOST_TRIALS} trials: split it"));
        }
        let trial = self.trial(&row)?;
        if let Some(line) = self.seen.get(&trial) {
            return Err(format!(
                "the trial {trial} stands in line {line} already: give repetitions a number"
            ));
        }
        self.pin(&row, &trial)?;
        self.seen.insert(trial.clone(), row.line);
        self.earliest = self.earliest.min(row.at);
        self.trials.push(ToldTrial {
            trial,
            standing: row.standing,
            step: row.step,
            reason: bounded_text(&clean(&row.reason)),
            duration_ms: row.duration_ms,
            at: row.at,
        });
        Ok(())
    }

    fn trial(&mut self, row: &Row) -> Result<Trial, String> {
        let trial = Trial {
            guest: self.guests.id(&row.guest, row.line)?,
            source: self.platforms.id(&row.source, row.line)?,
            target: self.platforms.id(&row.target, row.line)?,
            route: self.routes.id(row.route.as_deref().unwrap_or(DEFAULT_ROUTE), row.line)?,
            repetition: row.repetition,
        };
        let name = if row.guest_name.is_empty() { &row.guest } else { &row.guest_name };
        learn(&mut self.named.guests, &trial.guest, || bounded_text(&clean(name)));
        for (id, text) in [(&trial.source, &row.source), (&trial.target, &row.target)] {
            learn(&mut self.named.platforms, id, || bounded_text(text));
        }
        learn(&mut self.named.routes, &trial.route, || row.route.as_deref().map(bounded_text));
        for side in &row.stand_ins {
            self.named.stand_ins.insert(match side {
                Side::Source => trial.source.clone(),
                Side::Target => trial.target.clone(),
            });
        }
        Ok(trial)
    }

    fn pin(&mut self, row: &Row, trial: &Trial) -> Result<(), String> {
        for (subject, version) in &row.versions {
            let subject = match subject {
                Subject::Source => format!("platform:{}", trial.source),
                Subject::Target => format!("platform:{}", trial.target),
                Subject::Guest => format!("guest:{}", trial.guest),
                Subject::Tool => format!("converter:{}", trial.route),
            };
            let version = bounded_text(&clean(version));
            let told = self.versions.entry(subject.clone());
            let (known, line) = told.or_insert_with(|| (version.clone(), row.line));
            if *known != version {
                return Err(format!(
                    "{subject} has version {} here and {} in line {line}: within a campaign each has \
                     one; make two campaigns of it",
                    quoted(&version),
                    quoted(known)
                ));
            }
        }
        Ok(())
    }

    /// The campaign.
    ///
    /// # Errors
    /// What its testbed lacks, in words.
    pub(super) fn finish(self, id: CampaignId, origin: &str) -> Result<ForeignCampaign, String> {
        let testbed = self.named.testbed(origin).map_err(|error| error.to_string())?;
        let testbed = Testbed::validate(testbed).map_err(|error| error.to_string())?;
        let versions = self.versions.into_iter();
        let pins: Pins = versions.map(|(subject, (version, _))| (subject, version)).collect();
        let (origin, trials) = (origin.to_owned(), self.trials);
        Ok(ForeignCampaign { campaign: id, origin, testbed, pins, trials })
    }
}

/// Keeps what is named for the first time.
fn learn<T: Clone + PartialEq, Text>(
    named: &mut Vec<(T, Text)>,
    id: &T,
    text: impl FnOnce() -> Text,
) {
    if !named.iter().any(|(known, _)| known == id) {
        named.push((id.clone(), text()));
    }
}
