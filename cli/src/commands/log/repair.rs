//! `portolan log repair`: the index made anew from the segments.

use serde::Serialize;
use store::{DiskLog, Mended, Snapshot};

use crate::args::Args;
use crate::commands::listing::count;
use crate::commands::{print, print_json};
use crate::exit::Exit;
use crate::opening;

#[derive(Serialize)]
struct Told {
    events: u64,
    /// Hexadecimal.
    root: String,
    segments: usize,
    torn_bytes: u64,
    index_made_anew: bool,
    /// Why, if it was, and what nothing vouches for therefore.
    head_made_anew: Option<String>,
}

pub(super) fn execute(args: &Args) -> Result<(), Exit> {
    let log = DiskLog::repair(&args.store, &opening::settings(args))?;
    let (events, root) = log.settle()?;
    let Mended { head_made_anew, torn_bytes, index_made_anew } = log.mended().clone();
    drop(log);
    let (segments, _) = Snapshot::take(&args.store)?.segments_sealed();
    let index_made_anew = index_made_anew.is_some();
    let root = root.to_string();
    let told = Told { events, root, segments, torn_bytes, index_made_anew, head_made_anew };
    if args.json { print_json(&told) } else { print(&text(&told)) }
}

fn text(told: &Told) -> String {
    let (events, files) = (count(told.events, "event"), count(told.segments as u64, "segment"));
    let mut text = format!("✓ read {events} in {files}: every checksum is right\n");
    if told.torn_bytes > 0 {
        text.push_str(&format!(
            "✓ removed {} bytes of an event that was cut short and never recorded\n",
            told.torn_bytes
        ));
    }
    text.push_str("✓ made the index anew from them\n");
    if let Some(why) = &told.head_made_anew {
        text.push_str(&format!("! signed the head anew: {why}\n"));
    }
    text + &format!("  root {}\n", told.root)
}
