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
    write_whole(&command.out, page.as_bytes(), public)
        .with_context(|| format!("cannot write {}", command.out.display()))
        .map_err(Exit::Usage)?;
    if args.json {
        let (file, bytes) = (command.out.display().to_string(), page.len());
        return print_json(&serde_json::json!({ "file": file, "bytes": bytes }));
    }
    if args.quiet {
        return Ok(());
    }
    print(&format!("wrote {} ({} bytes)\n", command.out.display(), page.len()))
}

/// Writes a file whole or not at all: a reader never sees half a report. Only a public one is
/// readable for everyone.
fn write_whole(path: &Path, bytes: &[u8], public: bool) -> std::io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    let mode = if public { 0o644 } else { 0o600 };
    file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    file.persist(path)?;
    Ok(())
}
