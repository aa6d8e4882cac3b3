//! The fields of a row, whatever the format: columns of CSV, properties and names of JUnit.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// What a field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    /// In which campaign.
    Campaign,
    /// When.
    At,
    /// Which guest.
    Guest,
    /// From which platform.
    Source,
    /// To which platform.
    Target,
    /// By which route.
    Route,
    /// Which repetition of it.
    Repetition,
    /// How it stood.
    Standing,
    /// Which step held it back.
    Step,
    /// Why.
    Reason,
    /// The class of what it was; counts where there is no reason.
    Cause,
    /// How long it took, in milliseconds.
    DurationMs,
    /// A version.
    Version(Subject),
    /// Whether something else plays a platform.
    StandIn(Side),
}

/// Whose version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// The source platform's.
    Source,
    /// The target platform's.
    Target,
    /// The guest's.
    Guest,
    /// The conversion tool's.
    Tool,
}

/// One of the two platforms of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// Where it comes from.
    Source,
    /// Where it goes.
    Target,
}

/// The names of fields. Behind the first of each stand those that Portolan's own exports use.
const NAMES: [(&str, Field); 21] = [
    ("campaign", Field::Campaign),
    ("at", Field::At),
    ("started", Field::At),
    ("guest", Field::Guest),
    ("source", Field::Source),
    ("target", Field::Target),
    ("route", Field::Route),
    ("best_route", Field::Route),
    ("repetition", Field::Repetition),
    ("standing", Field::Standing),
    ("step", Field::Step),
    ("limiting_step", Field::Step),
    ("reason", Field::Reason),
    ("cause", Field::Cause),
    ("duration_ms", Field::DurationMs),
    ("source_version", Field::Version(Subject::Source)),
    ("target_version", Field::Version(Subject::Target)),
    ("guest_version", Field::Version(Subject::Guest)),
    ("tool_version", Field::Version(Subject::Tool)),
    ("source_stand_in", Field::StandIn(Side::Source)),
    ("target_stand_in", Field::StandIn(Side::Target)),
];

impl Field {
    /// The field with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
    }

    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, field)| *field == self).map_or("", |(name, _)| name)
    }
}

/// The fields that a row has. A field of white space alone is one that it does not have.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields<'a>(BTreeMap<Field, Cow<'a, str>>);

impl<'a> Fields<'a> {
    /// Adds a field, unless the row has it already: what is more certain is added first.
    pub(super) fn offer(&mut self, field: Field, text: impl Into<Cow<'a, str>>) {
        let text = text.into();
        if !text.trim().is_empty() {
            self.0.entry(field).or_insert(text);
        }
    }

    /// Adds every field of the other that the row does not have yet.
    pub(super) fn offer_all(&mut self, others: &Self) {
        for (field, text) in &others.0 {
            self.offer(*field, text.clone());
        }
    }

    /// The text of a field, without white space around it.
    pub(super) fn get(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(|it| it.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_its_field_and_the_first_back() {
        for (name, field) in NAMES {
            assert_eq!(Field::named(name), Some(field));
            assert_eq!(Field::named(field.name()), Some(field));
        }
        assert_eq!(Field::named("colour"), None);
    }

    #[test]
    fn every_field_that_others_write_is_documented() {
        let page = include_str!("../../../docs/import.md");
        for (name, field) in NAMES {
            let is_ours = name != field.name() || matches!(field, Field::Cause | Field::StandIn(_));
            assert_eq!(page.contains(&format!("`{name}`")), !is_ours, "{name}");
        }
    }

    #[test]
    fn what_is_offered_first_stays_and_white_space_is_nothing() {
        let mut fields = Fields::default();
        fields.offer(Field::Guest, " ");
        fields.offer(Field::Guest, " lean ");
        fields.offer(Field::Guest, "server");
        assert_eq!(fields.get(Field::Guest), Some("lean"));
    }
}
