//! `portolan report`.

use std::borrow::Cow;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use domain::ids::VendorId;
use reports::html;
use reports::letters::guard::{Guard, earlier, untold};
use reports::matrix::Judged;
use reports::vendor::VendorView;

use super::letters::Known;
use super::matrix::{audience, no_tool_named, rendered};
use super::published::{published, published_records};
use super::seen::Seen;
use super::{chronicle, leaves, print, print_json};
use crate::args::{Args, Audience, Reader, Report};
use crate::exit::Exit;
use crate::output::Output;

pub(super) fn execute(args: &Args, command: &Report) -> Result<(), Exit> {
    let (page, public) = match &command.audience {
        Reader::All(audience) => (whole(args, command, *audience)?, *audience == Audience::Public),
        Reader::Vendor(vendor) => (of_vendor(args, command, vendor)?, false),
    };
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

/// What one vendor may see: its own, and of a cell what the public is told or will be, as in letters.
fn of_vendor(args: &Args, command: &Report, vendor: &VendorId) -> Result<String, Exit> {
    let seen = Seen::open(args, command.past)?;
    let campaign = seen.pick(command.campaign.as_ref())?;
    let waivers = seen.waivers();
    no_tool_named(&seen.judged(campaign, &waivers))?;
    let chronicle = chronicle(args, seen.policy.clone(), *seen.history.viewpoint())?;
    let records = chronicle.records(&waivers);
    let record = records.iter().find(|it| it.id == campaign.id);
    let told = record.and_then(|it| {
        let view = VendorView::of(it, &seen.policy, vendor)?;
        Some((view, it))
    });
    let Some((view, record)) = told else {
        let vendors = campaign.testbed.vendors.iter().map(|it| it.id.as_str());
        let known = vendors.collect::<Vec<_>>().join(", ");
        let words = format!("campaign `{}` has no vendor `{vendor}`; known: {known}", campaign.id);
        return Err(Exit::usage(words));
    };
    // What may be told is decided by all that is known now.
    let letters = Known::read(args, None)?.letters;
    let guard = Guard { fewest_tools: command.fewest_tools };
    let earlier = earlier(&records, record, &letters);
    rendered(view.without(&untold((record, earlier), &letters, guard)).page())
}

fn whole(args: &Args, command: &Report, reader: Audience) -> Result<String, Exit> {
    let seen = Seen::open(args, command.past)?;
    let campaign = seen.pick(command.campaign.as_ref())?;
    let waivers = seen.waivers();
    let public = reader == Audience::Public;
    let campaign = if public { published(args, campaign)? } else { Cow::Borrowed(campaign) };
    let judged = seen.judged(&campaign, &waivers);
    if public {
        no_tool_named(&judged)?;
    }
    page(args, &seen, &judged, reader)
}

/// The whole report about a campaign that was judged.
pub(super) fn page(
    args: &Args,
    seen: &Seen,
    judged: &Judged<'_>,
    reader: Audience,
) -> Result<String, Exit> {
    let campaign = judged.campaign;
    let receipt = seen.receipt(args, judged, reader)?;
    let leaves = match reader {
        Audience::Auditor => Some(leaves(args, campaign.first_position, campaign.last_position)?),
        Audience::Public | Audience::Operator => None,
    };
    let chronicle = chronicle(args, seen.policy.clone(), *seen.history.viewpoint())?;
    let records = chronicle.records(&seen.waivers());
    let records = match reader {
        Audience::Public => published_records(args, &records)?,
        Audience::Auditor | Audience::Operator => records,
    };
    let report = html::Report {
        judged,
        audience: audience(reader),
        history: &seen.history,
        receipt: Some(&receipt),
        leaves: leaves.as_ref(),
        records: &records,
    };
    rendered(report.page())
}

/// A reader never sees half a report. Only a public one is readable for everyone.
fn write(path: &Path, page: &[u8], public: bool) -> Result<(), Exit> {
    let mut file = Output::create(path)?;
    let written = file.write_all(page);
    written.with_context(|| format!("cannot write {}", path.display())).map_err(Exit::Lab)?;
    if public { file.finish_public() } else { file.finish() }
}
