//! What stands around an event: enough to index a leaf without reading the event itself.

use std::borrow::Cow;

use domain::event::Recorded;
use jiff::Timestamp;
use jiff::fmt::temporal::DateTimeParser;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::reading::Reading;
use super::{STEPS, Schema, event, type_inside_event};
use crate::StoreError;

/// A leaf whose event has not been read yet. It borrows from the leaf what it can.
#[derive(Debug)]
pub struct Envelope<'a> {
    /// The stream the event belongs to.
    pub stream: Cow<'a, str>,
    /// Its place in that stream, from 0.
    pub version: u64,
    /// The command that caused it.
    pub command: Uuid,
    /// The event's type, such as `StepFinished`; possibly one this version does not know.
    pub kind: Cow<'a, str>,
    position: u64,
    at: Cow<'a, str>,
    event: Body<'a>,
}

/// The fields of an event, not read yet.
#[derive(Debug)]
enum Body<'a> {
    /// As they stand in a leaf of the newest schema.
    Text(&'a [u8]),
    /// Lifted from an older schema.
    Lifted(Value),
}

impl<'a> Envelope<'a> {
    /// The envelope of the leaf at this position, of any schema up to the newest.
    ///
    /// # Errors
    /// [`StoreError::NewerEvent`] when a newer version wrote it, [`StoreError::Damaged`] when it is
    /// none.
    pub fn parse(position: u64, leaf: &'a [u8]) -> Result<Self, StoreError> {
        let damaged = |why| StoreError::Damaged { position, why };
        let mut reading = Reading { rest: leaf };
        let schema = if type_inside_event::is_frame(leaf) {
            Schema(1)
        } else {
            schema(&mut reading).map_err(damaged)?
        };
        match schema.cmp(&Schema::NEWEST) {
            std::cmp::Ordering::Less if schema >= Schema::SAME_SHAPE_SINCE => {
                newest(position, reading).map_err(damaged)
            }
            std::cmp::Ordering::Equal => newest(position, reading).map_err(damaged),
            std::cmp::Ordering::Less => lift(position, schema, leaf).map_err(damaged),
            std::cmp::Ordering::Greater => {
                let (found, known) = (schema.number(), Schema::NEWEST.number());
                let what = format!("has schema {found}, and this version reads up to {known}");
                Err(StoreError::NewerEvent { position, what })
            }
        }
    }

    /// When the event was recorded.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the leaf does not say it.
    pub fn at(&self) -> Result<Timestamp, StoreError> {
        let time = DateTimeParser::new().parse_timestamp(self.at.as_bytes());
        time.map_err(|error| self.damaged(&error))
    }

    /// Reads the event.
    ///
    /// # Errors
    /// [`StoreError::NewerEvent`] when its type is not known, [`StoreError::Damaged`] when it cannot
    /// be read.
    pub fn open(mut self) -> Result<Recorded, StoreError> {
        let event = match std::mem::replace(&mut self.event, Body::Text(b"")) {
            Body::Text(text) => {
                // Fields that are passed over are not looked at otherwise.
                let text = std::str::from_utf8(text).map_err(|error| self.damaged(&error))?;
                let mut fields = serde_json::Deserializer::from_str(text);
                event::read(&self.kind, &mut fields)
                    .map(|event| event.and_then(|event| fields.end().map(|()| event)))
            }
            Body::Lifted(fields) => event::read(&self.kind, fields),
        };
        let event = event.ok_or_else(|| self.newer())?.map_err(|error| self.damaged(&error))?;
        Ok(Recorded {
            position: self.position,
            at: self.at()?,
            version: self.version,
            command: self.command,
            event,
            stream: self.stream.into_owned(),
        })
    }

    fn newer(&self) -> StoreError {
        let what = format!("is of type {:?}, which this version does not know", self.kind);
        StoreError::NewerEvent { position: self.position, what }
    }

    fn damaged(&self, why: &dyn std::fmt::Display) -> StoreError {
        StoreError::Damaged { position: self.position, why: why.to_string() }
    }
}

/// The schema's number: it stands first in every leaf, of whatever schema.
fn schema(leaf: &mut Reading<'_>) -> Result<Schema, String> {
    leaf.pass("{\"schema\":")?;
    match leaf.number()? {
        0 => Err("there is no schema 0".to_owned()),
        number => Ok(Schema(u32::try_from(number).unwrap_or(u32::MAX))),
    }
}

/// What follows the schema's number in a leaf of the newest.
fn newest<'a>(position: u64, mut leaf: Reading<'a>) -> Result<Envelope<'a>, String> {
    leaf.pass(",\"type\":\"")?;
    let kind = leaf.text()?;
    leaf.pass(",\"at\":\"")?;
    let at = leaf.text()?;
    leaf.pass(",\"stream\":\"")?;
    let stream = leaf.text()?;
    leaf.pass(",\"version\":")?;
    let version = leaf.number()?;
    leaf.pass(",\"command\":\"")?;
    let command = leaf.id()?;
    leaf.pass("\",\"event\":")?;
    let event = leaf.rest.strip_suffix(b"}").ok_or("it does not end with `}`")?;
    Ok(Envelope { stream, version, command, kind, position, at, event: Body::Text(event) })
}

/// A leaf of the newest schema as it comes from the upcasters.
#[derive(Deserialize)]
struct Lifted {
    #[serde(rename = "type")]
    kind: String,
    at: String,
    stream: String,
    version: u64,
    command: Uuid,
    event: Value,
}

/// Lifts a leaf of an older schema step by step to the newest.
fn lift<'a>(position: u64, from: Schema, leaf: &[u8]) -> Result<Envelope<'a>, String> {
    let wrong = |error: serde_json::Error| error.to_string();
    let old = match from {
        Schema(1) => type_inside_event::open_frame(position, leaf)?,
        Schema(_) => serde_json::from_slice(leaf).map_err(wrong)?,
    };
    let steps = STEPS.iter().skip(from.0 as usize - 1);
    let lifted = steps.copied().try_fold(old, |leaf, upcast| upcast(leaf))?;
    let Lifted { kind, at, stream, version, command, event } =
        serde_json::from_value(lifted).map_err(wrong)?;
    Ok(Envelope {
        stream: stream.into(),
        version,
        command,
        kind: kind.into(),
        position,
        at: at.into(),
        event: Body::Lifted(event),
    })
}
