//! Why a route stands as it does, in words that cannot name a tool.

use std::collections::BTreeSet;
use std::fmt;

use domain::check::Check;
use domain::diagnosis::Cause;
use domain::policy::Policy;
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::verdict::{StepVerdict, TrialVerdict};

use crate::matrix::RouteTried;
use crate::topic::Topic;

/// The step that holds a route back, and what about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The limiting step.
    pub step: Step,
    /// What about it.
    pub why: Why,
}

/// What holds a route back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A known class of root cause.
    Cause(Cause),
    /// Rules about these topics do not hold.
    Topics(Vec<Topic>),
    /// The address differs between repetitions.
    AddressMoves,
    /// The step could not be completed.
    NotCompleted,
    /// The lab broke, not the product.
    LabBroke,
}

impl Reason {
    /// Why a route stands as it does; none when it is a SUCCESS or was not run.
    #[must_use]
    pub fn of(route: &RouteTried, policy: &Policy) -> Option<Self> {
        let trial = decisive(route)?;
        let lowest = trial.standing.score();
        if lowest == Some(Score::Success) && route.verdict.standing.score() == Some(Score::Warning)
        {
            return Some(Self { step: Step::Restart, why: Why::AddressMoves });
        }
        if let Some(broken) = trial.steps.iter().find(|it| it.standing == Standing::LabError)
            && lowest.is_none()
        {
            return Some(Self { step: broken.step, why: Why::LabBroke });
        }
        let limiting = trial.limiting()?;
        lowest.map(|lowest| Self { step: limiting.step, why: why(trial, limiting, lowest, policy) })
    }

    /// The class of root cause, where there is one.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        match &self.why {
            Why::Cause(cause) => Some(*cause),
            Why::Topics(_) | Why::AddressMoves | Why::NotCompleted | Why::LabBroke => None,
        }
    }

    /// What the rules that do not hold are about.
    #[must_use]
    pub fn topics(&self) -> &[Topic] {
        match &self.why {
            Why::Topics(topics) => topics,
            Why::AddressMoves => &[Topic::Address],
            Why::Cause(_) | Why::NotCompleted | Why::LabBroke => &[],
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Cause(cause) => f.write_str(cause.words()),
            Why::Topics(topics) => {
                let words: Vec<&str> = topics.iter().map(|it| it.word()).collect();
                f.write_str(&words.join(", "))
            }
            Why::AddressMoves => f.write_str("IP address differs between repetitions"),
            Why::NotCompleted => f.write_str("could not be completed"),
            Why::LabBroke => f.write_str("the lab broke, not the product"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step, self.why)
    }
}

/// The repetition that decides a route: the first with the lowest score; of those without a score
/// the first that met a lab error.
#[must_use]
pub fn decisive(route: &RouteTried) -> Option<&TrialVerdict> {
    let trials = || route.trials.iter().map(|it| &it.verdict);
    let scored = trials().filter(|it| it.standing.score().is_some());
    scored
        .min_by_key(|it| it.standing.score())
        .or_else(|| trials().find(|it| it.standing == Standing::LabError))
        .or_else(|| trials().next())
}

fn why(trial: &TrialVerdict, limiting: &StepVerdict, lowest: Score, policy: &Policy) -> Why {
    if let Some(cause) = limiting.cause {
        return Why::Cause(cause);
    }
    let is_lowest = |check: &&Check| check.finding.score() == Some(lowest);
    let lowest_checks = trial.steps.iter().flat_map(|it| &it.checks).filter(is_lowest);
    let topics: BTreeSet<Topic> =
        lowest_checks.filter_map(|check| Topic::of_rule(policy, &check.rule)).collect();
    if limiting.reason.is_some() || topics.is_empty() {
        Why::NotCompleted
    } else {
        Why::Topics(topics.into_iter().collect())
    }
}
