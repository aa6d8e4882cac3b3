//! `portolan report`.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use reports::html;
use reports::matrix::Judged;

use super::matrix::{audience, no_tool_named, rendered};
use super::{history, pick, print, print_json};
use crate::args::{Args, Audience, Report};
use crate::exit::Exit;
use crate::output::Output;
use crate::settings;

pub(super) fn execute(args: &Args, command: &Report) -> Result<(), Exit> {
    let policy = settings::policy(args.policy.as_deref())?;
    let history = history(args)?;
    let campaign = pick(&history, command.campaign.as_ref())?;
    let judged = Judged::new(campaign, &policy);
    let public = command.audience == Audience::Public;
    if public {
        no_tool_named(&judged)?;
    }
    let page = html::report(&judged, audience(command.audience), history.unplaced());
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
