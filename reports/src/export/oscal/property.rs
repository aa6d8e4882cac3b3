//! Properties: plain text with a name, the only place for free texts.

use super::identity::NAMESPACE;
use super::shape::Property;
use crate::export::words::line;

/// Properties of ours; what is empty is left out, since OSCAL has no empty values.
pub(super) fn ours<const N: usize>(values: [(&'static str, String); N]) -> Vec<Property> {
    let property = |(name, value): (&'static str, String)| our(name, &value);
    values.into_iter().filter_map(property).collect()
}

/// One property of ours; none when its value is empty.
pub(super) fn our(name: &'static str, value: &str) -> Option<Property> {
    filled(name, Some(NAMESPACE), value)
}

/// One property that OSCAL itself gives a meaning to; none when its value is empty.
pub(super) fn standard(name: &'static str, value: &str) -> Option<Property> {
    filled(name, None, value)
}

fn filled(name: &'static str, ns: Option<&'static str>, value: &str) -> Option<Property> {
    let value = line(value);
    (!value.is_empty()).then_some(Property { name, ns, value })
}
