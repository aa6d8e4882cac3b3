//! What a standing means, and what may be done about it, in words that cannot name a tool.

use domain::score::{Score, Standing};

use crate::public::PublicCell;
use crate::reason::{AtStep, Reason, Why};

/// What it means that a cell stands so.
#[must_use]
pub fn meaning(standing: Standing) -> &'static str {
    match standing {
        Standing::Scored(Score::Success) => {
            "The guest runs at the target, and all that was compared is as it was at the source."
        }
        Standing::Scored(Score::Warning) => {
            "The guest runs at the target, and its data are there. Something about it changed on the \
             way or could not be read: decide whether that matters to you before you rely on it."
        }
        Standing::Scored(Score::Failure) => {
            "The guest did not arrive: it could not be carried over, did not start, or lost what it \
             cannot do without."
        }
        Standing::LabError => {
            "The lab broke, not the product: this says nothing about the platforms. It has to be \
             tried again."
        }
        Standing::Blocked => "An earlier step did not succeed, so this one could not be tried.",
        Standing::NotRun => "It was planned and has not been tried yet.",
        Standing::NotApplicable => "The question makes no sense for this pair.",
    }
}

/// What would turn a cell green, in public words.
#[must_use]
pub fn remedies(cell: &PublicCell) -> Vec<String> {
    remedies_of(cell.standing, cell.reason.as_ref(), cell.unstable)
}

/// What would turn something green that stands so, for this reason. No word of it can name a tool.
pub(crate) fn remedies_of(
    standing: Standing,
    reason: Option<&Reason>,
    unstable: bool,
) -> Vec<String> {
    let mut remedies = match reason {
        Some(reason) => of_reason(reason),
        None if standing == Standing::NotRun || standing == Standing::Blocked => {
            vec!["run the campaign to its end".to_owned()]
        }
        None => Vec::new(),
    };
    if unstable {
        remedies.push("make repetitions agree: find out what differs between them".to_owned());
    }
    remedies
}

fn of_reason(reason: &Reason) -> Vec<String> {
    let one = |words: &str| vec![words.to_owned()];
    match &reason.why {
        Why::Cause(cause) => one(cause.remedy()),
        Why::Topics(steps) => steps.iter().flat_map(of_step).collect(),
        Why::AddressMoves => one("give the guest an address that is the same on each run"),
        Why::NotCompleted => vec![format!("get the {} completed", reason.step.title())],
        Why::LabBroke => one("repair the lab and resume the campaign"),
        Why::Told => one("walk it here: another system told it, and nothing was observed"),
    }
}

fn of_step(at: &AtStep) -> Vec<String> {
    let title = at.step.title();
    let changed =
        at.changed.iter().map(|it| format!("let the {} be as it was ({title})", it.word()));
    let unread = at.unread.iter().map(|it| format!("let the {} be read ({title})", it.word()));
    changed.chain(unread).collect()
}
