//! What the steps of an append and of a scan cost by themselves, on one core: the bounds of the rest.

use std::hint::black_box;

use anyhow::Result;
use ledger::{Frontier, leaf_hash};
use sha2::{Digest as _, Sha256};

use crate::clock::timed;
use crate::event::{Entry, Shape, entries, stream_name};
use crate::stats::Spread;
use crate::table::Table;

/// Events in one pass, and passes.
const EVENTS: u64 = 20_000;
const PASSES: usize = 5;

/// Measures each step over the same events.
pub(crate) fn measure(table: &mut Table) -> Result<()> {
    table.section("What single steps cost on one core");
    let entries = entries(0..EVENTS, Shape::Short);
    let names: Vec<String> = entries.iter().map(|it| stream_name(it.stream)).collect();
    let mut add = |name: &str, step: &dyn Fn() -> Result<()>| -> Result<()> {
        let mut rates = Vec::new();
        for _ in 0..PASSES {
            let (result, seconds) = timed(step);
            result?;
            rates.push(EVENTS as f64 / seconds);
        }
        table.add(name, Spread::of(rates), "ev/s");
        Ok(())
    };
    add("spell the leaf", &|| encode(&entries, &names))?;
    add("CRC-32C of the leaf", &|| each(&entries, crc32c::crc32c))?;
    add("SHA-256 of the leaf", &|| each(&entries, |leaf| Sha256::digest(leaf)))?;
    add("leaf hash and the tree over them", &|| grow(&entries))?;
    add("decode the leaf", &|| decode(&entries))
}

fn encode(entries: &[Entry], names: &[String]) -> Result<()> {
    let mut leaf = Vec::with_capacity(4096);
    for (entry, name) in entries.iter().zip(names) {
        leaf.clear();
        let Entry { version, command, at, event, .. } = entry;
        store::schema::encode_into(&mut leaf, (name, *version), *command, *at, event)?;
        black_box(&leaf);
    }
    Ok(())
}

fn each<T>(entries: &[Entry], step: impl Fn(&[u8]) -> T) -> Result<()> {
    entries.iter().for_each(|entry| drop(black_box(step(&entry.leaf))));
    Ok(())
}

fn grow(entries: &[Entry]) -> Result<()> {
    let mut tree = Frontier::new();
    entries.iter().for_each(|entry| tree.push(leaf_hash(&entry.leaf)));
    black_box(tree.root());
    Ok(())
}

fn decode(entries: &[Entry]) -> Result<()> {
    for (position, entry) in (0..).zip(entries) {
        black_box(store::schema::decode(position, &entry.leaf)?);
    }
    Ok(())
}
