//! `portolan log evidence`: one piece of evidence, by its digest or the first digits of it.

use std::collections::BTreeSet;

use domain::ids::Sha256Digest;
use store::{Direction, Snapshot};

use crate::args::Args;
use crate::commands::print_bytes;
use crate::exit::Exit;
use crate::opening;

/// Fewest digits by which a piece of evidence may be named.
const FEWEST_DIGITS: usize = 8;

pub(super) fn execute(args: &Args, wanted: &str) -> Result<(), Exit> {
    let log = Snapshot::take(&args.store)?;
    let wanted = wanted.trim_end_matches('…').to_ascii_lowercase();
    if wanted.len() < FEWEST_DIGITS || !wanted.bytes().all(|it| it.is_ascii_hexdigit()) {
        let words = "name evidence by its SHA-256, or at least its first 8 hexadecimal digits";
        return Err(Exit::usage(words));
    }
    let mut found: BTreeSet<Sha256Digest> = BTreeSet::new();
    for recorded in log.read(0, Direction::Forward) {
        let recorded = recorded?;
        let named = recorded.event.evidence().iter().map(|it| it.sha256);
        found.extend(named.filter(|it| it.to_string().starts_with(&wanted)));
    }
    match (found.pop_first(), found.pop_first()) {
        (Some(digest), None) => print_bytes(&opening::evidence(args)?.get(digest)?),
        (None, _) => Err(Exit::usage(format!("no event names evidence {wanted}"))),
        (Some(one), Some(two)) => {
            Err(Exit::usage(format!("{wanted} is ambiguous: {one} and {two}, for example")))
        }
    }
}
