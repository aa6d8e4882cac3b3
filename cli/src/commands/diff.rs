//! `portolan diff`.

use domain::ids::{BaselineName, CampaignId};
use domain::registry::Registry;
use reports::chronicle::{CampaignRecord, Chronicle};
use reports::diff::public::{Frame, PublicDiff};
use reports::diff::shown::Shown;
use reports::diff::{self, FailOn, Line};
use reports::leak;

use super::baseline;
use super::matrix::{colour, rendered};
use super::published::published_records;
use super::{chronicle, print, print_json};
use crate::args::{Args, Audience, Diff, DiffFormat, DiffGate};
use crate::exit::Exit;
use crate::settings;

pub(super) fn execute(args: &Args, command: &Diff) -> Result<(), Exit> {
    let format = format(args, command)?;
    let policy = settings::policy(args.policy.as_deref())?;
    let chronicle = chronicle(args, policy, command.past.viewpoint())?;
    let registry = chronicle.registry();
    let records = chronicle.records(&chronicle.in_force());
    let records = match command.audience {
        Audience::Public => published_records(args, &records)?,
        Audience::Operator | Audience::Auditor => records,
    };
    let (from, baseline) = reference(registry, command)?;
    let to = compared(&records, command.campaign.as_ref())?;
    let line = line(&records, &from, to)?;
    let diff = one_guest(diff::Diff::new(&line), command)?;
    let frame = Frame { baseline, policy: chronicle.policy(), unplaced: chronicle.unplaced() };
    let shown = match command.audience {
        Audience::Public => public(&diff, &frame, &records)?,
        Audience::Operator | Audience::Auditor => Shown::operator(&diff, &frame),
    };
    match format {
        DiffFormat::Text => print(&diff::text::text(&shown, command.all, colour()))?,
        DiffFormat::Csv => print(&rendered(diff::csv::cells(&shown))?)?,
        DiffFormat::Json => print_json(&diff::json::file(&shown))?,
        DiffFormat::Html => print(&rendered(diff::html::page(&shown))?)?,
    }
    diff.gate(command.fail_on.into()).map_or(Ok(()), |words| Err(Exit::Gate(words)))
}

/// What became of a campaign's cells since the baseline that was set last, for a terminal; none
/// without a baseline, or when it is the campaign itself.
pub(super) fn since_baseline(chronicle: &Chronicle, campaign: &CampaignId) -> Option<String> {
    let set = chronicle.registry().last_baseline().filter(|it| it.campaign != *campaign)?;
    let records = chronicle.records(&chronicle.in_force());
    let line = Line::new(&records, &set.campaign, campaign)?;
    let baseline = Some((&set.name, set.revision));
    let frame = Frame { baseline, policy: chronicle.policy(), unplaced: chronicle.unplaced() };
    let diff = diff::Diff::new(&line);
    Some(diff::text::text(&Shown::public(PublicDiff::new(&diff, &frame)), false, colour()))
}

fn format(args: &Args, command: &Diff) -> Result<DiffFormat, Exit> {
    match (command.format, args.json) {
        (None, false) => Ok(DiffFormat::Text),
        (None | Some(DiffFormat::Json), _) => Ok(DiffFormat::Json),
        (Some(format), false) => Ok(format),
        (Some(_), true) => Err(Exit::usage("--json and --format ask for two things")),
    }
}

/// A baseline's name, and which setting of it.
type Named<'a> = Option<(&'a BaselineName, u32)>;

/// The campaign to compare with, and the baseline that stands for it if one was named.
fn reference<'a>(
    registry: &'a Registry,
    command: &'a Diff,
) -> Result<(CampaignId, Named<'a>), Exit> {
    let name = match (&command.baseline, &command.from) {
        (Some(name), _) => name,
        (None, Some(from)) => return Ok((from.clone(), None)),
        (None, None) => return Err(Exit::usage("name a baseline or a campaign to compare with")),
    };
    let set = registry.baseline(name).ok_or_else(|| baseline::unknown(registry, name))?;
    let set = &set.what;
    Ok((set.campaign.clone(), Some((&set.name, set.revision))))
}

/// The campaign that was asked for, or the last.
fn compared<'a>(
    records: &'a [CampaignRecord],
    wanted: Option<&'a CampaignId>,
) -> Result<&'a CampaignId, Exit> {
    let last = records.iter().max_by_key(|it| (it.started, it.positions)).map(|it| &it.id);
    let none = || Exit::usage("the store holds no campaign yet: portolan run default");
    wanted.or(last).ok_or_else(none)
}

fn line<'a>(
    records: &'a [CampaignRecord],
    from: &CampaignId,
    to: &CampaignId,
) -> Result<Line<'a>, Exit> {
    Line::new(records, from, to).ok_or_else(|| {
        let is_known = |id: &CampaignId| records.iter().any(|it| it.id == *id);
        let unknown = if is_known(from) { to } else { from };
        let known: Vec<&str> = records.iter().map(|it| it.id.as_str()).collect();
        match known.is_empty() {
            true => Exit::usage("the store holds no campaign yet: portolan run default"),
            false => Exit::usage(format!(
                "there is no campaign `{unknown}`; known: {}",
                known.join(", ")
            )),
        }
    })
}

/// The comparison, of one guest alone where that was asked for.
fn one_guest(diff: diff::Diff, command: &Diff) -> Result<diff::Diff, Exit> {
    let Some(guest) = &command.guest else { return Ok(diff) };
    let guests = diff.scene.guests.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(", ");
    let of_guest = diff.of_guest(guest);
    match of_guest.cells.is_empty() {
        true => Err(Exit::usage(format!("neither campaign has guest `{guest}`; known: {guests}"))),
        false => Ok(of_guest),
    }
}

/// What anyone may see; refused where a declared text would name a tool of any campaign.
fn public(diff: &diff::Diff, frame: &Frame<'_>, records: &[CampaignRecord]) -> Result<Shown, Exit> {
    let view = PublicDiff::new(diff, frame);
    let testbeds: Vec<_> = records.iter().map(|it| &*it.testbed).collect();
    match leak::tool_named_in_diff(&view, &testbeds) {
        Some(words) => Err(Exit::usage(words)),
        None => Ok(Shown::public(view)),
    }
}

impl From<DiffGate> for FailOn {
    fn from(gate: DiffGate) -> Self {
        match gate {
            DiffGate::Regression => FailOn::Regression,
            DiffGate::Change => FailOn::Change,
            DiffGate::None => FailOn::Nothing,
        }
    }
}
