//! A driver file as a person writes it. docs/drivers.md explains every key.

use std::collections::BTreeMap;
use std::fmt;

use domain::observation::Channel;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use toml::Spanned;

use super::definition::Written;
use super::driver::Exercised;
use super::parse::Parser;
use crate::words::{FaultClass, Twice};

/// Most bytes of a driver file.
pub const MOST_FILE: usize = 256 * 1024;
/// Most of what a file may hold of one kind: verbs, values, arguments.
pub(super) const MOST_ENTRIES: usize = 128;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DriverFile {
    pub(super) platform: Spanned<PlatformPart>,
    #[serde(default)]
    pub(super) vars: BTreeMap<String, Spanned<VarPart>>,
    #[serde(default)]
    pub(super) env: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    pub(super) retry: RetryPart,
    #[serde(default)]
    pub(super) errors: Vec<Spanned<ErrorPart>>,
    #[serde(default)]
    pub(super) definition: Option<Spanned<DefinitionPart>>,
    #[serde(default)]
    pub(super) verb: BTreeMap<String, Spanned<VerbPart>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DefinitionPart {
    #[serde(rename = "as")]
    pub(super) written: Written,
    pub(super) format: String,
    pub(super) disks: Vec<String>,
    pub(super) firmware: String,
    #[serde(default)]
    pub(super) network: Option<String>,
    #[serde(default)]
    pub(super) storage_driver: Option<String>,
    #[serde(default)]
    pub(super) network_driver: Option<String>,
    pub(super) text: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlatformPart {
    pub(super) id: String,
    pub(super) product: String,
    pub(super) exercised: Exercised,
    pub(super) evidence: String,
    #[serde(default)]
    pub(super) sources: Vec<String>,
    pub(super) twice: Twice,
    #[serde(default)]
    pub(super) formats_in: Vec<String>,
    #[serde(default)]
    pub(super) formats_out: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VarPart {
    pub(super) about: String,
    #[serde(default)]
    pub(super) default: Option<String>,
    #[serde(default)]
    pub(super) secret: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RetryPart {
    #[serde(default)]
    pub(super) most: u32,
    #[serde(default)]
    pub(super) first: Option<Spanned<String>>,
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
pub(super) struct VerbPart {
    pub(super) argv: Vec<Spanned<String>>,
    /// What an argument `${script}` is: PowerShell, handed over encoded.
    #[serde(default)]
    pub(super) script: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) exit: Vec<i32>,
    #[serde(default)]
    pub(super) limit: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) idempotent: bool,
    #[serde(default)]
    pub(super) parse: Option<Parser>,
    #[serde(default)]
    pub(super) map: BTreeMap<String, Spanned<Pick>>,
    #[serde(default)]
    pub(super) also: Vec<String>,
    #[serde(default)]
    pub(super) disks: Option<Spanned<ReadingPart>>,
    #[serde(default)]
    pub(super) nics: Option<Spanned<ReadingPart>>,
    #[serde(default)]
    pub(super) errors: Vec<Spanned<ErrorPart>>,
    #[serde(default)]
    pub(super) wait: Option<Spanned<WaitPart>>,
    #[serde(default)]
    pub(super) undo: Option<String>,
    #[serde(default)]
    pub(super) dry: Option<String>,
    #[serde(default)]
    pub(super) cancel: Option<String>,
    #[serde(default)]
    pub(super) channel: Option<Channel>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadingPart {
    pub(super) parse: Parser,
    /// Records without this field are none.
    #[serde(default)]
    pub(super) having: Option<String>,
    pub(super) map: BTreeMap<String, Spanned<Pick>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WaitPart {
    pub(super) verb: String,
    pub(super) field: String,
    pub(super) equals: String,
    #[serde(default)]
    pub(super) failed: Vec<String>,
    #[serde(default)]
    pub(super) progress: Option<String>,
    pub(super) every: Spanned<String>,
    pub(super) limit: Spanned<String>,
}

/// Where a field comes from: a name alone, or with a unit or a translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pick {
    /// What the parser calls it.
    pub(super) from: Option<String>,
    /// The unit of a number of bytes; `text` when it stands behind the number.
    pub(super) unit: Option<String>,
    /// What each value means; others are an error.
    pub(super) values: BTreeMap<String, String>,
    /// The value that it always has.
    pub(super) fixed: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PickPart {
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    #[serde(default)]
    fixed: Option<String>,
}

impl<'de> Deserialize<'de> for Pick {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PickVisitor)
    }
}

struct PickVisitor;

impl<'de> Visitor<'de> for PickVisitor {
    type Value = Pick;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name, or a table with `from` or `fixed`")
    }

    fn visit_str<E>(self, text: &str) -> Result<Pick, E> {
        let from = Some(text.to_owned());
        Ok(Pick { from, unit: None, values: BTreeMap::new(), fixed: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Pick, A::Error> {
        let PickPart { from, unit, values, fixed } =
            PickPart::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Pick { from, unit, values, fixed })
    }
}
