//! `portolan converters list`: what is known, what of it is here, and how far each was tried.

use std::collections::BTreeSet;

use domain::testbed::ConverterStatus;
use platforms::command::Exercised;
use platforms::converter::{Card, Form, Keeps, Presence};
use platforms::words::{Fault, FaultClass};
use reports::text::printable;
use runner::converters::Catalogue;
use serde::Serialize;

use super::super::listing::Listing;
use super::super::{print, print_json};
use super::{mistakes, waiting};
use crate::args::Args;
use crate::exit::Exit;

#[derive(Serialize)]
struct List {
    schema: &'static str,
    converters: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    id: String,
    product: String,
    maker: String,
    status: ConverterStatus,
    exercised: Exercised,
    evidence: String,
    sources: Vec<String>,
    /// The version that is here; nothing where it is not.
    version: Option<String>,
    /// Why it cannot be used here; nothing where it can.
    absent: Option<String>,
    conversions: Vec<ListedConversion>,
}

#[derive(Serialize)]
struct ListedConversion {
    accepts: BTreeSet<Form>,
    produces: BTreeSet<Form>,
    keeps: Keeps,
    /// Whether it is started from here; else a person works the tool.
    drivable: bool,
}

pub(super) fn execute(args: &Args) -> Result<(), Exit> {
    let catalogue = Catalogue::shipped().map_err(|it| mistakes("a shipped file", &it))?;
    let mut probed = waiting(async { Ok(catalogue.probed().await) })?;
    let cards = catalogue.cards().into_iter();
    let converters: Vec<Listed> =
        cards.filter_map(|card| Some(listed(card, probed.remove(card.id.as_str())?))).collect();
    if args.json {
        return print_json(&List { schema: "portolan.converters/1", converters });
    }
    let mut listing = Listing::new(18);
    for it in &converters {
        listing.row(&it.id, words(it));
    }
    print(&printable(listing.text()))
}

fn listed(card: &Card, probed: Result<Presence, Fault>) -> Listed {
    let (version, absent) = match probed {
        Ok(presence) => (Some(presence.version), None),
        Err(fault) if fault.class == FaultClass::NotFound => (None, Some("not here".to_owned())),
        Err(fault) => (None, Some(fault.words)),
    };
    let conversions = card.conversions.iter().map(|it| ListedConversion {
        accepts: it.from.clone(),
        produces: it.to.clone(),
        keeps: it.keeps,
        drivable: it.is_drivable,
    });
    Listed {
        id: card.id.to_string(),
        product: card.product.clone(),
        maker: card.maker.clone(),
        status: card.status,
        exercised: card.exercised,
        evidence: card.evidence.clone(),
        sources: card.sources.clone(),
        version,
        absent,
        conversions: conversions.collect(),
    }
}

fn words(it: &Listed) -> String {
    let status = match it.status {
        ConverterStatus::Current => "current",
        ConverterStatus::Retired => "retired",
    };
    let here = match (&it.version, &it.absent) {
        (Some(version), _) => format!("here, version {version}"),
        (None, Some(why)) => why.clone(),
        (None, None) => "not here".to_owned(),
    };
    let mut lines = vec![format!("{}, {status}: {here}", it.product)];
    for conversion in &it.conversions {
        let kept = match conversion.keeps {
            Keeps::Bytes => "every byte kept",
            Keeps::Guest => "the guest is changed for its target",
        };
        let by_hand = if conversion.drivable { "" } else { "; by a person" };
        let (from, to) = (joined(&conversion.accepts), joined(&conversion.produces));
        lines.push(format!("{from} → {to} ({kept}{by_hand})"));
    }
    lines.push(format!("{}: {}", it.exercised.words(), it.evidence));
    lines.join("\n")
}

fn joined(forms: &BTreeSet<Form>) -> String {
    forms.iter().map(Form::as_str).collect::<Vec<_>>().join(" ")
}
