//! A converter file as a person writes it. docs/converters.md explains every key.

use std::collections::BTreeMap;

use domain::ids::{ConverterId, VendorId};
use domain::testbed::ConverterStatus;
use serde::Deserialize;
use toml::Spanned;

use super::{Form, Keeps};
use crate::command::Exercised;
use crate::words::FaultClass;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConverterFile {
    pub(super) converter: Spanned<CardPart>,
    #[serde(default)]
    pub(super) env: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) probe: Option<Spanned<ProbePart>>,
    #[serde(default)]
    pub(super) errors: Vec<Spanned<ErrorPart>>,
    #[serde(default)]
    pub(super) conversion: Vec<Spanned<ConversionPart>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CardPart {
    pub(super) id: ConverterId,
    pub(super) vendor: VendorId,
    pub(super) maker: String,
    pub(super) product: String,
    pub(super) status: ConverterStatus,
    pub(super) exercised: Exercised,
    pub(super) evidence: String,
    #[serde(default)]
    pub(super) sources: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProbePart {
    pub(super) argv: Vec<String>,
    /// A pattern with a group `version`.
    pub(super) version: String,
    /// What tells what this installation can.
    #[serde(default)]
    pub(super) can: Option<CanPart>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CanPart {
    pub(super) argv: Vec<String>,
    /// A pattern with a group `can`: words, with spaces between them.
    pub(super) pattern: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ErrorPart {
    #[serde(rename = "match")]
    pub(super) pattern: String,
    pub(super) class: FaultClass,
    pub(super) example: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConversionPart {
    pub(super) from: Vec<Form>,
    pub(super) to: Vec<Form>,
    pub(super) keeps: Keeps,
    /// What the installation must say that it can.
    #[serde(default)]
    pub(super) needs: Vec<String>,
    /// None for a tool that a person works.
    #[serde(default)]
    pub(super) argv: Vec<String>,
    /// What `${options}` is, by the form that is wanted.
    #[serde(default)]
    pub(super) options: BTreeMap<Form, Vec<String>>,
    /// The file that is made, in `${folder}`.
    #[serde(default)]
    pub(super) result: Option<String>,
    /// Files that may lie beside it.
    #[serde(default)]
    pub(super) leaves: Vec<String>,
    /// A pattern with a group `percent`, or `done` and `all`.
    #[serde(default)]
    pub(super) progress: Option<String>,
    /// A pattern of a line that warns; without it, every line of standard error does.
    #[serde(default)]
    pub(super) warns: Option<String>,
    #[serde(default)]
    pub(super) limit: Option<String>,
}
