//! What a converter says of itself.

use std::collections::BTreeSet;

use domain::ids::{ConverterId, VendorId};
use domain::testbed::ConverterStatus;
use serde::{Deserialize, Serialize};

use super::Form;
use crate::command::Exercised;

/// One converter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its name.
    pub id: ConverterId,
    /// Its maker, as testbeds name vendors.
    pub vendor: VendorId,
    /// Its maker's name.
    pub maker: String,
    /// Product name.
    pub product: String,
    /// Whether it is still made.
    pub status: ConverterStatus,
    /// How far it was really tried.
    pub exercised: Exercised,
    /// With what, and which parts.
    pub evidence: String,
    /// Where its calls are documented.
    pub sources: Vec<String>,
    /// What it makes of what.
    pub conversions: Vec<Conversion>,
}

/// One kind of conversion: from any of these forms to any of those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// What it accepts.
    pub from: BTreeSet<Form>,
    /// What it produces.
    pub to: BTreeSet<Form>,
    /// What stays as it is.
    pub keeps: Keeps,
    /// Whether it can be started from here; else a person works the tool.
    pub is_drivable: bool,
}

/// What a conversion leaves as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keeps {
    /// Every byte that a guest sees.
    Bytes,
    /// The guest's data; drivers, boot loader and their like are changed for the target.
    Guest,
}

impl Card {
    /// Everything that it accepts.
    #[must_use]
    pub fn accepts(&self) -> BTreeSet<&Form> {
        self.conversions.iter().flat_map(|it| &it.from).collect()
    }

    /// Everything that it produces.
    #[must_use]
    pub fn produces(&self) -> BTreeSet<&Form> {
        self.conversions.iter().flat_map(|it| &it.to).collect()
    }

    /// The first of its conversions that does this; the place of it among them, too.
    #[must_use]
    pub fn conversion(&self, from: &Form, to: &Form) -> Option<(usize, &Conversion)> {
        let fits = |it: &(usize, &Conversion)| it.1.from.contains(from) && it.1.to.contains(to);
        self.conversions.iter().enumerate().find(fits)
    }
}
