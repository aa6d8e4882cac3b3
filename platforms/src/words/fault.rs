//! Why a platform did not do what it was asked.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most bytes kept of what a platform said itself.
pub const MOST_RAW: usize = 4096;

/// What kind of trouble. Only [`FaultClass::Transient`] is worth the same call again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultClass {
    /// It may well work in a moment.
    Transient,
    /// Whoever asks is not let in, or no longer.
    Auth,
    /// There is nothing by that name.
    NotFound,
    /// More than one has that name; none is taken.
    Ambiguous,
    /// The platform or its driver cannot do this.
    Unsupported,
    /// It is in a state in which this cannot be done, or somebody else is at it.
    Conflict,
    /// Memory, processors or storage do not suffice.
    Capacity,
    /// No answer, or no result, within the time given.
    Timeout,
    /// The platform did its part; the guest did not.
    GuestRefused,
    /// Anything else that the vendor's software says.
    Vendor,
}

impl FaultClass {
    /// Every class, as drivers name them.
    pub const ALL: [Self; 10] = [
        Self::Transient,
        Self::Auth,
        Self::NotFound,
        Self::Ambiguous,
        Self::Unsupported,
        Self::Conflict,
        Self::Capacity,
        Self::Timeout,
        Self::GuestRefused,
        Self::Vendor,
    ];

    /// The name in driver files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Auth => "auth",
            Self::NotFound => "not-found",
            Self::Ambiguous => "ambiguous",
            Self::Unsupported => "unsupported",
            Self::Conflict => "conflict",
            Self::Capacity => "capacity",
            Self::Timeout => "timeout",
            Self::GuestRefused => "guest-refused",
            Self::Vendor => "vendor",
        }
    }
}

impl FaultClass {
    /// Whether something may be half made after it. What was refused made nothing: what stands there is somebody's own.
    #[must_use]
    pub fn may_leave_something(self) -> bool {
        match self {
            Self::Auth | Self::NotFound | Self::Ambiguous | Self::Unsupported | Self::Conflict => {
                false
            }
            Self::Transient
            | Self::Capacity
            | Self::Timeout
            | Self::GuestRefused
            | Self::Vendor => true,
        }
    }
}

impl fmt::Display for FaultClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One fault, as a driver tells it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[error("{class}: {words}")]
pub struct Fault {
    /// What kind.
    pub class: FaultClass,
    /// The vendor's own code, when its message has one.
    pub vendor_code: Option<String>,
    /// What is wrong, in one line.
    pub words: String,
    /// What the platform said itself, at most [`MOST_RAW`] bytes; secrets are masked.
    pub raw: String,
}

impl Fault {
    /// A fault in our own words.
    #[must_use]
    pub fn new(class: FaultClass, words: impl Into<String>) -> Self {
        Self { class, vendor_code: None, words: one_line(&words.into()), raw: String::new() }
    }

    /// The same fault, with what the platform said.
    #[must_use]
    pub fn with_raw(mut self, raw: &str) -> Self {
        self.raw = beginning(raw, MOST_RAW).to_owned();
        self
    }

    /// The same fault, with the vendor's code for it.
    #[must_use]
    pub fn with_code(mut self, code: Option<&str>) -> Self {
        self.vendor_code = code.map(|it| beginning(it, 128).to_owned());
        self
    }
}

/// The beginning of a text, at most this many bytes, whole characters.
pub(crate) fn beginning(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// A text that fits into a line of a table: no control characters, at most 400 characters.
fn one_line(text: &str) -> String {
    text.trim().chars().map(|it| if it.is_control() { ' ' } else { it }).take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_and_cut_between_characters() {
        let fault = Fault::new(FaultClass::Vendor, "é\n".repeat(900)).with_raw(&"é".repeat(9000));
        assert_eq!(fault.words.chars().count(), 400);
        assert!(!fault.words.contains(char::is_control));
        assert!(fault.raw.len() <= MOST_RAW && fault.raw.ends_with('é'));
    }

    #[test]
    fn a_class_is_read_as_it_is_named() {
        for class in FaultClass::ALL {
            let read: FaultClass = serde_json::from_value(class.name().into()).unwrap();
            assert_eq!(read, class);
        }
    }
}
