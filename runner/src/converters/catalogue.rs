//! Every converter that is known.

use std::collections::BTreeMap;

use platforms::command::Problem;
use platforms::converter::{
    Card, CommandConverter, Converter, Presence, Recipe, SHIPPED, ShippedConverter, shipped,
};
use platforms::words::Fault;

use super::packer::{self, Packer};

/// Every converter that is known, by name.
pub struct Catalogue(Vec<Box<dyn Converter>>);

impl Catalogue {
    /// Those that are shipped.
    ///
    /// # Errors
    /// The mistakes in one of their files; a test holds that there are none.
    pub fn shipped() -> Result<Self, Vec<Problem>> {
        let mut all: Vec<Box<dyn Converter>> = Vec::new();
        for ShippedConverter { text, .. } in SHIPPED {
            all.push(Box::new(CommandConverter::new(Recipe::read(text)?)));
        }
        all.push(packer()?);
        all.sort_by(|a, b| a.card().id.cmp(&b.card().id));
        Ok(Self(all))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Converter> {
        self.0.iter().map(Box::as_ref)
    }

    /// What each of them is.
    #[must_use]
    pub fn cards(&self) -> Vec<&Card> {
        self.iter().map(Converter::card).collect()
    }

    /// Which of them are here, and what those that are not said.
    pub async fn probed(&self) -> BTreeMap<String, Result<Presence, Fault>> {
        let mut found = BTreeMap::new();
        for converter in self.iter() {
            found.insert(converter.card().id.to_string(), converter.probe().await);
        }
        found
    }
}

/// The shipped converter of this name; nothing when there is none.
///
/// # Errors
/// The mistakes in its file.
pub fn converter(id: &str) -> Result<Option<Box<dyn Converter>>, Vec<Problem>> {
    match (id, shipped(id)) {
        (packer::ID, _) => packer().map(Some),
        (_, Some(it)) => Ok(Some(Box::new(CommandConverter::new(Recipe::read(it.text)?)))),
        (_, None) => Ok(None),
    }
}

/// Our own writer, with qemu-img for disks that are not raw.
fn packer() -> Result<Box<dyn Converter>, Vec<Problem>> {
    let text = shipped("qemu-img").map_or("", |it| it.text);
    let disks = CommandConverter::new(Recipe::read(text)?);
    let card = packer::card(disks.card()).map_err(|fault| {
        let remedy = "mend it in the program".to_owned();
        vec![Problem { line: 1, what: fault.words, remedy }]
    })?;
    Ok(Box::new(Packer::new(card, disks)))
}
