//! `portolan converters test`: a real disk there and back.

use anyhow::Context as _;
use platforms::command::MOST_FILE;
use platforms::conformance::Held;
use platforms::converter::{CommandConverter, Converter, Recipe, SHIPPED};
use reports::text::printable;
use runner::converters::{Tried, converter, there_and_back};
use serde::Serialize;

use super::super::drivers::place::read;
use super::super::listing::Listing;
use super::super::{print, print_json};
use super::{mistakes, waiting};
use crate::args::{Args, ConverterTest};
use crate::exit::Exit;

#[derive(Serialize)]
struct Tested<'a> {
    schema: &'static str,
    converter: &'a str,
    conforms: bool,
    conversions: &'a [Tried],
}

pub(super) fn execute(args: &Args, command: &ConverterTest) -> Result<(), Exit> {
    let tested = found(command)?;
    let folder = tempfile::tempdir().context("no folder for temporary files");
    let folder = folder.map_err(Exit::Lab)?;
    let all = waiting(async {
        let all = there_and_back(tested.as_ref(), folder.path()).await;
        all.map_err(|fault| Exit::lab(fault.words))
    })?;
    let broken = all.iter().filter(|it| matches!(it.held, Held::Broken(_))).count();
    let id = tested.card().id.as_str();
    if args.json {
        print_json(&Tested {
            schema: "portolan.converter-test/1",
            converter: id,
            conforms: broken == 0,
            conversions: &all,
        })?;
    } else {
        print(&printable(&words(id, &all)))?;
    }
    match broken {
        0 => Ok(()),
        broken => Err(Exit::wrong(format!("{broken} of {} conversions are broken", all.len()))),
    }
}

/// The shipped converter of this name, or the one in this file.
fn found(command: &ConverterTest) -> Result<Box<dyn Converter>, Exit> {
    let name = command.converter.display().to_string();
    let shipped = converter(&name).map_err(|it| mistakes(&name, &it))?;
    if let Some(shipped) = shipped {
        return Ok(shipped);
    }
    let text = read(&command.converter, MOST_FILE).map_err(|error| {
        let known: Vec<&str> = SHIPPED.iter().map(|it| it.id).collect();
        Exit::Usage(
            error.context(format!("Shipped converters: portolan-ovf, {}", known.join(", "))),
        )
    })?;
    let recipe = Recipe::read(&text).map_err(|it| mistakes(&name, &it))?;
    Ok(Box::new(CommandConverter::new(recipe)))
}

fn words(id: &str, all: &[Tried]) -> String {
    let mut listing = Listing::new(20);
    for tried in all {
        let (mark, words) = match &tried.held {
            Held::Holds => ("✓", "the same disk for a guest"),
            Held::Broken(why) => ("✗", why.as_str()),
            Held::NotApplicable(why) => ("–", why.as_str()),
        };
        listing.row(&format!("{mark} {} → {}", tried.from, tried.to), words.replace('\n', " "));
    }
    let count = |held: fn(&Held) -> bool| all.iter().filter(|it| held(&it.held)).count();
    let holding = count(|it| matches!(it, Held::Holds));
    let broken = count(|it| matches!(it, Held::Broken(_)));
    let silent = all.len() - holding - broken;
    format!(
        "{id}\n{}{holding} hold, {broken} are broken, {silent} say nothing here\n",
        listing.text()
    )
}
