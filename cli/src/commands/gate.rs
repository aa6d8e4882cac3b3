//! `portolan gate`: a campaign at the gates of a policy.

use domain::score::Score;
use reports::gates::GateReport;

use super::matrix::colour;
use super::seen::Seen;
use super::{print, print_json};
use crate::args::{Args, Gates};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &Gates) -> Result<(), Exit> {
    let seen = Seen::open(args, command.past)?;
    let policy = &seen.policy;
    if policy.gates.is_empty() {
        return Err(Exit::usage(format!(
            "policy {} has no gates, so nothing was judged: name one that has, such as --policy gold, \
             or give yours [[gate]]",
            policy.label()
        )));
    }
    let campaign = seen.pick(command.campaign.as_ref())?;
    let waivers = seen.waivers();
    let report = GateReport::new(&seen.judged(campaign, &waivers), Vec::new());
    if args.json {
        print_json(&report)?;
    } else {
        print(&report.text(colour()))?;
    }
    if report.passed {
        return Ok(());
    }
    let shut = report.with_score(Score::Failure).join(", ");
    Err(Exit::Gate(format!("campaign {} does not pass {shut}", campaign.id)))
}
