//! Declarations to test with: who says what, when.

use domain::declare::{Declaration, NotDeclared, declare};
use domain::event::{Event, Pins, Recorded, WaiverScope};
use domain::registry::Registry;
use jiff::Timestamp;
use proptest::prelude::*;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// An event at a position, recorded then.
pub(crate) fn recorded(position: u64, at: Timestamp, event: Event) -> Recorded {
    let (stream, command) = (domain::declare::STREAM.to_owned(), uuid::Uuid::nil());
    Recorded { position, at, stream, version: position, command, event }
}

pub(crate) fn baseline(name: &str, campaign: &str) -> Declaration {
    Declaration::SetBaseline {
        name: name.parse().unwrap(),
        campaign: campaign.parse().unwrap(),
        versions: Pins::from([("platform:a".to_owned(), "1".to_owned())]),
        follows: None,
        reason: String::new(),
    }
}

pub(crate) fn upgrade(subject: &str, from: &str, to: &str) -> Declaration {
    let [subject, from, to] = [subject, from, to].map(ToOwned::to_owned);
    Declaration::Upgrade { subject, from, to }
}

pub(crate) fn waive(waiver: &str, rule: &str, expires: i64) -> Declaration {
    Declaration::Waive {
        waiver: waiver.parse().unwrap(),
        rule: rule.to_owned(),
        scope: WaiverScope::default(),
        reason: "spare parts are on their way".to_owned(),
        expires: at(expires),
    }
}

pub(crate) fn end(waiver: &str, reason: &str) -> Declaration {
    Declaration::EndWaiver { waiver: waiver.parse().unwrap(), reason: reason.to_owned() }
}

/// What has been declared, and how it goes on.
#[derive(Debug, Default)]
pub(crate) struct Declarations {
    pub(crate) registry: Registry,
    pub(crate) events: Vec<Recorded>,
}

impl Declarations {
    /// Judges a declaration of Ada and records what it causes.
    pub(crate) fn declare(
        &mut self,
        declaration: Declaration,
        second: i64,
    ) -> Result<Option<Event>, NotDeclared> {
        let event = declare(&self.registry, declaration, "ada", at(second))?;
        if let Some(event) = &event {
            let recorded = recorded(self.events.len() as u64, at(second), event.clone());
            self.registry.evolve(&recorded);
            self.events.push(recorded);
        }
        Ok(event)
    }

    pub(crate) fn refusal(&mut self, declaration: Declaration, second: i64) -> String {
        self.declare(declaration, second).unwrap_err().to_string()
    }
}

/// Any declaration about a handful of things.
pub(crate) fn any_declaration() -> impl Strategy<Value = Declaration> {
    let name = || prop::sample::select(vec!["one", "two", "three"]);
    let version = || prop::sample::select(vec!["1", "2", "3"]);
    prop_oneof![
        (name(), name()).prop_map(|(name, campaign)| baseline(name, campaign)),
        (name(), version(), version()).prop_map(|(subject, from, to)| upgrade(subject, from, to)),
        (name(), name(), 0..60_i64).prop_map(|(waiver, rule, until)| waive(waiver, rule, until)),
        (name(), name()).prop_map(|(waiver, reason)| end(waiver, reason)),
    ]
}
