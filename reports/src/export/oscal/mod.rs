//! NIST OSCAL assessment results 1.1, JSON, for compliance tools:
//! <https://pages.nist.gov/OSCAL-Reference/models/v1.1.3/assessment-results/json-reference/>.
//!
//! A cell is an objective; it is `satisfied` when it is a SUCCESS and never else. Free texts stand
//! in properties, which are plain; titles and descriptions, which are markup, are our own words.

mod components;
mod document;
mod findings;
mod identity;
mod objectives;
mod property;
mod shape;

pub use document::oscal;
