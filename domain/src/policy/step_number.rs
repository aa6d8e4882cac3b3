//! A step as policy files write it: its number, 1 to 7.

use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

use crate::step::Step;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's `with` passes a reference")]
pub(super) fn serialize<S: Serializer>(step: &Step, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(step.number())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Step, D::Error> {
    let number = u8::deserialize(from)?;
    Step::from_number(number).ok_or_else(|| D::Error::custom("a step is a number from 1 to 7"))
}
