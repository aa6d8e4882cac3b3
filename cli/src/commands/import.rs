//! `portolan import`: campaigns from another system's file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use anyhow::Context as _;
use domain::command::TakeOver;
use domain::ids::{CampaignId, GuestId, PlatformId, RouteId, Sha256Digest};
use ingest::Desk;
use ingest::history::{self, ForeignCampaign, LARGEST, Rejected};
use jiff::Timestamp;
use reports::tally::Tally;
use serde::Serialize;

use super::listing::count;
use super::{desk, print, print_json};
use crate::args::{Args, ImportCampaigns};
use crate::clock;
use crate::exit::Exit;

/// What was, or would be, imported.
#[derive(Serialize)]
struct Told {
    file: String,
    sha256: Sha256Digest,
    /// False when nothing was recorded because that was asked for.
    recorded: bool,
    campaigns: Vec<CampaignTold>,
}

/// One campaign.
#[derive(Serialize)]
struct CampaignTold {
    campaign: CampaignId,
    origin: String,
    platforms: Vec<PlatformId>,
    guests: Vec<GuestId>,
    routes: Vec<RouteId>,
    versions: BTreeMap<String, String>,
    cells: usize,
    trials: usize,
    /// How many trials stand how, by the word of the standing.
    standings: BTreeMap<&'static str, usize>,
    #[serde(skip)]
    tally: Tally,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

/// What was rejected.
#[derive(Serialize)]
struct RejectedTold {
    file: String,
    /// How many rows there are in all; the first of them follow.
    rejected: u64,
    rows: Vec<RowTold>,
}

/// One row that cannot be read.
#[derive(Serialize)]
struct RowTold {
    line: u64,
    reason: String,
}

pub(super) fn execute(args: &Args, command: &ImportCampaigns) -> Result<(), Exit> {
    let (name, bytes) = file(&command.file)?;
    let sha256 = Sha256Digest::of(&bytes);
    let format = command.format.map(Into::into);
    let campaigns = match history::read(format, &name, &bytes, &command.defaults()) {
        Ok(campaigns) => campaigns,
        Err(rejected) => return Err(refused(args, name, rejected)?),
    };
    let recorded = !command.dry_run;
    let told = Told {
        file: name.clone(),
        sha256,
        recorded,
        campaigns: campaigns.iter().map(CampaignTold::from).collect(),
    };
    if recorded {
        record(&desk(args)?, &name, sha256, campaigns)?;
    }
    if args.json { print_json(&told) } else { print(&text(&told)) }
}

/// Records what was read: every campaign, or none when one of them is there already.
fn record(
    desk: &Desk,
    file: &str,
    file_sha256: Sha256Digest,
    campaigns: Vec<ForeignCampaign>,
) -> Result<(), Exit> {
    let take_over = |it: ForeignCampaign| {
        let ForeignCampaign { campaign, origin, testbed, pins, trials } = it;
        (campaign, TakeOver { testbed, pins, origin, file: file.to_owned(), file_sha256, trials })
    };
    Ok(desk.take_over(campaigns.into_iter().map(take_over).collect(), clock::now())?)
}

/// The name of a file without its folder, and its bytes: at most one more than an import may have.
fn file(path: &Path) -> Result<(String, Vec<u8>), Exit> {
    let is_stdin = path == Path::new("-");
    let name = path.file_name().filter(|_| !is_stdin).map(|it| it.to_string_lossy().into_owned());
    let read = || {
        let mut bytes = Vec::new();
        let most = LARGEST as u64 + 1;
        if is_stdin {
            std::io::stdin().lock().take(most).read_to_end(&mut bytes)?;
        } else {
            std::fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
        }
        Ok::<_, std::io::Error>(bytes)
    };
    let bytes = read().with_context(|| format!("cannot read {}", path.display()));
    Ok((name.unwrap_or_else(|| "stdin".to_owned()), bytes.map_err(Exit::Usage)?))
}

/// Every row that was rejected; scripts find them on standard output.
fn refused(args: &Args, file: String, rejected: Rejected) -> Result<Exit, Exit> {
    let rows = count(rejected.count, "row");
    let mut words =
        format!("{file} is not imported: {rows} cannot be read, so nothing was recorded");
    if args.json {
        let row = |it: history::RejectedRow| RowTold { line: it.line, reason: it.reason };
        let rows = rejected.rows.into_iter().map(row).collect();
        print_json(&RejectedTold { file, rejected: rejected.count, rows })?;
    } else {
        words = format!("{words}\n{rejected}");
    }
    Ok(Exit::usage(words))
}

impl From<&ForeignCampaign> for CampaignTold {
    fn from(it: &ForeignCampaign) -> Self {
        let tally: Tally = it.trials.iter().map(|it| it.standing).collect();
        let trials = || it.trials.iter().map(|it| &it.trial);
        let cells: BTreeSet<_> = trials().map(|it| (&it.guest, &it.source, &it.target)).collect();
        Self {
            campaign: it.campaign.clone(),
            origin: it.origin.clone(),
            platforms: it.testbed.platforms.iter().map(|it| it.id.clone()).collect(),
            guests: it.testbed.guests.iter().map(|it| it.id.clone()).collect(),
            routes: it.testbed.routes.iter().map(|it| it.id.clone()).collect(),
            versions: it.pins.clone(),
            cells: cells.len(),
            trials: it.trials.len(),
            standings: tally.entries().map(|(it, count)| (it.word(), count)).collect(),
            tally,
            first: it.trials.iter().map(|it| it.at).min(),
            last: it.trials.iter().map(|it| it.at).max(),
        }
    }
}

fn text(told: &Told) -> String {
    let did = if told.recorded { "imported" } else { "would import" };
    let campaigns = count(told.campaigns.len() as u64, "campaign");
    let mut text = format!(
        "{did} {campaigns} from {} (sha256 {:.12}…)\n\n",
        told.file,
        told.sha256.to_string()
    );
    let header = ["campaign", "cells", "trials", "standings"].map(ToOwned::to_owned);
    let row = |it: &CampaignTold| {
        let (cells, trials) = (it.cells.to_string(), it.trials.to_string());
        [it.campaign.to_string(), cells, trials, it.tally.to_string()]
    };
    let rows: Vec<[String; 4]> =
        std::iter::once(header).chain(told.campaigns.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|it| it[column].len()).max().unwrap_or_default();
    let (name, cells, trials) = (width(0), width(1), width(2));
    for [a, b, c, d] in &rows {
        text.push_str(&format!("{a:<name$}  {b:>cells$}  {c:>trials$}  {d}\n"));
    }
    text
}
