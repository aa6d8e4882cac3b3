//! `portolan report`.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use reports::html;

use super::matrix::{audience, no_tool_named, rendered};
use super::seen::Seen;
use super::{print, print_json};
use crate::args::{Args, Audience, Report};
use crate::exit::Exit;
use crate::output::Output;

pub(super) fn execute(args: &Args, command: &Report) -> Result<(), Exit> {
    let seen = Seen::open(args, command.past)?;
    let campaign = seen.pick(command.campaign.as_ref())?;
    let waivers = seen.waivers();
    let judged = seen.judged(campaign, &waivers);
    let public = command.audience == Audience::Public;
    if public {
        no_tool_named(&judged)?;
    }
    let receipt = seen.receipt(args, &judged, command.audience)?;
    let page = html::report(&judged, audience(command.audience), (&seen.history, Some(&receipt)));
    let page = rendered(page)?;
    write(&command.out, page.as_bytes(), public)?;
    if args.json {
        let (file, bytes) = (command.out.display().to_string(), page.len());
        return print_json(&serde_json::json!({ "file": file, "bytes": bytes }));
    }
    if args.quiet {
        return Ok(());
    }
    print(&format!("wrote {} ({} bytes)\n", command.out.display(), page.len()))
}

/// A reader never sees half a report. Only a public one is readable for everyone.
fn write(path: &Path, page: &[u8], public: bool) -> Result<(), Exit> {
    let mut file = Output::create(path)?;
    let written = file.write_all(page);
    written.with_context(|| format!("cannot write {}", path.display())).map_err(Exit::Lab)?;
    if public { file.finish_public() } else { file.finish() }
}
