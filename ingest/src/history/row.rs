//! One trial as a file tells it, before it has identifiers of ours.

use domain::score::Standing;
use domain::step::Step;
use jiff::Timestamp;

use super::Defaults;
use super::fields::{Field, Fields, Side, Subject};
use super::words;

/// One trial as a file tells it. Texts are the file's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The line that it begins in.
    pub(super) line: u64,
    /// Its campaign, if one is named.
    pub(super) campaign: Option<String>,
    /// When it was tried.
    pub(super) at: Timestamp,
    /// Its guest.
    pub(super) guest: String,
    /// What the guest is called beside that; empty when the file says no more.
    pub(super) guest_name: String,
    /// Where it comes from.
    pub(super) source: String,
    /// Where it goes.
    pub(super) target: String,
    /// Its route, if one is named.
    pub(super) route: Option<String>,
    /// 1 for the first.
    pub(super) repetition: u32,
    /// How it stood.
    pub(super) standing: Standing,
    /// The step that held it back.
    pub(super) step: Option<Step>,
    /// Why.
    pub(super) reason: String,
    /// How long it took, in milliseconds.
    pub(super) duration_ms: u64,
    /// The versions it names.
    pub(super) versions: Vec<(Subject, String)>,
    /// The platforms that something else plays.
    pub(super) stand_ins: Vec<Side>,
}

impl Row {
    /// Reads the fields of a row; what it leaves out is what the call says about the whole file.
    ///
    /// # Errors
    /// What is wrong with the first field that cannot be read, in words.
    pub(super) fn read(
        line: u64,
        fields: &Fields<'_>,
        defaults: &Defaults,
    ) -> Result<Self, String> {
        let whole = |field| defaults.text(field);
        let needed = |field: Field| {
            let told = fields.get(field).map(ToOwned::to_owned).or_else(|| whole(field));
            told.ok_or_else(|| missing(field))
        };
        let optional = |field| fields.get(field).map(ToOwned::to_owned);
        Ok(Self {
            line,
            campaign: optional(Field::Campaign).or_else(|| whole(Field::Campaign)),
            guest: needed(Field::Guest)?,
            guest_name: String::new(),
            source: needed(Field::Source)?,
            target: needed(Field::Target)?,
            route: optional(Field::Route),
            repetition: fields.get(Field::Repetition).map_or(Ok(1), words::repetition)?,
            standing: words::standing(&needed(Field::Standing)?)?,
            step: fields.get(Field::Step).map(words::step).transpose()?,
            reason: optional(Field::Reason).or_else(|| optional(Field::Cause)).unwrap_or_default(),
            duration_ms: fields.get(Field::DurationMs).map_or(Ok(0), words::milliseconds)?,
            versions: versions(fields),
            stand_ins: stand_ins(fields)?,
            at: match fields.get(Field::At) {
                Some(text) => words::instant(text)?,
                None => defaults.at.ok_or_else(|| missing(Field::At))?,
            },
        })
    }
}

impl Defaults {
    /// What the call says about a field of the whole file.
    pub(super) fn text(&self, field: Field) -> Option<String> {
        match field {
            Field::Campaign => self.campaign.as_ref().map(ToString::to_string),
            Field::Guest => self.guest.as_ref().map(ToString::to_string),
            Field::Source => self.source.as_ref().map(ToString::to_string),
            Field::Target => self.target.as_ref().map(ToString::to_string),
            Field::At => self.at.as_ref().map(ToString::to_string),
            Field::Route
            | Field::Repetition
            | Field::Standing
            | Field::Step
            | Field::Reason
            | Field::Cause
            | Field::DurationMs
            | Field::Version(_)
            | Field::StandIn(_) => None,
        }
    }
}

/// What to do about a field that is needed and not there.
pub(super) fn missing(field: Field) -> String {
    let name = field.name();
    match field {
        Field::Standing => format!("no {name} is given: {}", said_in(name)),
        Field::At => {
            format!("no time is given: {}, or for the whole file with --at", said_in(name))
        }
        Field::Campaign
        | Field::Guest
        | Field::Source
        | Field::Target
        | Field::Route
        | Field::Repetition
        | Field::Step
        | Field::Reason
        | Field::Cause
        | Field::DurationMs
        | Field::Version(_)
        | Field::StandIn(_) => {
            format!("no {name} is given: {}, or for the whole file with --{name}", said_in(name))
        }
    }
}

fn said_in(name: &str) -> String {
    format!("say it in `{name}`, a column, a property or a group of --map")
}

fn versions(fields: &Fields<'_>) -> Vec<(Subject, String)> {
    let subjects = [Subject::Source, Subject::Target, Subject::Guest, Subject::Tool];
    let told = |it| Some((it, fields.get(Field::Version(it))?.to_owned()));
    subjects.into_iter().filter_map(told).collect()
}

fn stand_ins(fields: &Fields<'_>) -> Result<Vec<Side>, String> {
    let mut sides = Vec::new();
    for side in [Side::Source, Side::Target] {
        if fields.get(Field::StandIn(side)).map_or(Ok(false), words::flag)? {
            sides.push(side);
        }
    }
    Ok(sides)
}
