//! `portolan projections`.

use reports::projection::projections;

use super::listing::Listing;
use super::{chronicle, print, print_json};
use crate::args::{Args, Past};
use crate::exit::Exit;
use crate::settings;

pub(super) fn execute(args: &Args, past: Past) -> Result<(), Exit> {
    let policy = settings::policy(args.policy.as_deref())?;
    let chronicle = chronicle(args, policy, past.viewpoint())?;
    let all = projections(&chronicle).map_err(|error| Exit::Lab(error.into()))?;
    if args.json {
        return print_json(&all);
    }
    let mut listing = Listing::new(12);
    for it in &all {
        listing.row(it.name, format!("{}  {:>7} entries", it.sha256, it.entries));
    }
    print(listing.text())
}
