//! `portolan drivers list`: the drivers that are shipped, and how far each was tried.

use std::path::Path;

use platforms::command::Exercised;
use platforms::shipped;
use serde::Serialize;

use super::super::listing::Listing;
use super::super::{print, print_json};
use super::place;
use crate::args::Args;
use crate::exit::Exit;

#[derive(Serialize)]
struct List {
    schema: &'static str,
    drivers: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    id: String,
    product: String,
    exercised: Exercised,
    evidence: String,
    verbs: Vec<String>,
    sources: Vec<String>,
}

pub(super) fn execute(args: &Args) -> Result<(), Exit> {
    let mut listing = Listing::new(12);
    let mut drivers = Vec::new();
    for shipped in shipped::ALL {
        let driver = place::driver(Path::new(shipped.id))?;
        let verbs: Vec<String> = driver.verbs().map(str::to_owned).collect();
        let words = format!(
            "{}: {}\n{}\n{}",
            driver.product,
            driver.exercised.words(),
            driver.evidence,
            verbs.join(" ")
        );
        listing.row(&driver.id, words);
        drivers.push(Listed {
            id: driver.id,
            product: driver.product,
            exercised: driver.exercised,
            evidence: driver.evidence,
            verbs,
            sources: driver.sources,
        });
    }
    if args.json {
        return print_json(&List { schema: "portolan.drivers/1", drivers });
    }
    print(listing.text())
}
