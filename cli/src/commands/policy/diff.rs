//! `portolan policy diff`: recorded campaigns under two policies at once.

use reports::history::{CampaignHistory, History};
use reports::leak;
use reports::matrix::Judged;
use reports::policy_diff::PolicyDiff;
use reports::{policy_diff_csv, policy_diff_text};

use super::super::matrix::{colour, rendered};
use super::super::{history_from, pick, print, print_json};
use crate::args::{Args, Audience, DiffPolicies, PolicyDiffFormat};
use crate::exit::Exit;
use crate::policies;

pub(super) fn execute(args: &Args, command: &DiffPolicies) -> Result<(), Exit> {
    let first = policies::find(&command.first)?.policy;
    let second = policies::find(&command.second)?.policy;
    let history = match command.rules {
        true => History::default(),
        false => history_from(args, command.past.viewpoint())?,
    };
    let campaigns = campaigns(&history, command)?;
    let judged = campaigns.iter().map(|it| (Judged::new(it, &first), Judged::new(it, &second)));
    let pairs: Vec<(Judged<'_>, Judged<'_>)> = judged.collect();
    let mut diff = PolicyDiff::new(&first, &second, &pairs);
    if command.audience == Audience::Public {
        no_tool_named(&diff, &campaigns)?;
    } else {
        diff = diff.with_routes(&pairs);
    }
    match format(args, command)? {
        PolicyDiffFormat::Text => print(&policy_diff_text::comparison(&diff, colour())),
        PolicyDiffFormat::Csv => print(&rendered(policy_diff_csv::cells(&diff))?),
        PolicyDiffFormat::Json => print_json(&diff),
    }
}

fn campaigns<'a>(
    history: &'a History,
    command: &DiffPolicies,
) -> Result<Vec<&'a CampaignHistory>, Exit> {
    if command.rules {
        return Ok(Vec::new());
    }
    let one = pick(history, command.campaign.as_ref())?;
    Ok(if command.all { history.campaigns().iter().collect() } else { vec![one] })
}

fn format(args: &Args, command: &DiffPolicies) -> Result<PolicyDiffFormat, Exit> {
    match (command.format, args.json) {
        (None, false) => Ok(PolicyDiffFormat::Text),
        (None | Some(PolicyDiffFormat::Json), _) => Ok(PolicyDiffFormat::Json),
        (Some(format), false) => Ok(format),
        (Some(_), true) => Err(Exit::usage("--json and --format ask for two things")),
    }
}

/// Refuses to publish a policy whose own words name a tool of these campaigns.
fn no_tool_named(diff: &PolicyDiff, campaigns: &[&CampaignHistory]) -> Result<(), Exit> {
    let texts = diff.declared();
    let named = campaigns.iter().find_map(|it| leak::tool_named_in(&it.testbed, &texts));
    named.map_or(Ok(()), |words| Err(Exit::usage(format!("{words}: --audience operator"))))
}
