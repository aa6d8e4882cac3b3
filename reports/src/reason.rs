//! Why a route stands as it does, in words that cannot name a tool.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::fmt;

use domain::check::{Check, Finding};
use domain::diagnosis::Cause;
use domain::policy::Policy;
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::verdict::{StepVerdict, TrialVerdict};
use serde::Serialize;

use crate::matrix::RouteTried;
use crate::topic::Topic;

/// The steps that hold a route back, and what about them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reason {
    /// The limiting step: the first that holds the route back.
    pub step: Step,
    /// What about it.
    pub why: Why,
}

/// What holds a route back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// A known class of root cause.
    Cause(Cause),
    /// Rules do not hold or could not be judged, at these steps.
    Topics(Vec<AtStep>),
    /// The address differs between repetitions.
    AddressMoves,
    /// The step could not be completed.
    NotCompleted,
    /// The lab broke, not the product.
    LabBroke,
    /// Another system told it, without what it was judged by.
    Told,
}

/// What the rules of one step are about that hold a route back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AtStep {
    /// The step.
    pub step: Step,
    /// Topics of rules that do not hold.
    pub changed: BTreeSet<Topic>,
    /// Topics of rules whose facts were not observed.
    pub unread: BTreeSet<Topic>,
}

impl Reason {
    /// Why a route stands as it does; none when it is a SUCCESS or was not run.
    #[must_use]
    pub fn of(route: &RouteTried, policy: &Policy) -> Option<Self> {
        Self::of_trial(decisive(route)?, route.verdict.standing, policy)
    }

    /// Why a route stands as it does, given the repetition that decides.
    #[must_use]
    pub fn of_trial(trial: &TrialVerdict, route: Standing, policy: &Policy) -> Option<Self> {
        let lowest = trial.standing.score();
        if lowest == Some(Score::Success) && route.score() == Some(Score::Warning) {
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
            Why::Topics(_) | Why::AddressMoves | Why::NotCompleted | Why::LabBroke | Why::Told => {
                None
            }
        }
    }

    /// What the rules that do not hold are about, at whatever step.
    #[must_use]
    pub fn topics(&self) -> BTreeSet<Topic> {
        match &self.why {
            Why::Topics(steps) => steps.iter().flat_map(|it| &it.changed).copied().collect(),
            Why::AddressMoves => BTreeSet::from([Topic::Address]),
            Why::Cause(_) | Why::NotCompleted | Why::LabBroke | Why::Told => BTreeSet::new(),
        }
    }

    /// What the rules are about whose facts were not observed, at whatever step.
    #[must_use]
    pub fn unread(&self) -> BTreeSet<Topic> {
        self.at_steps().iter().flat_map(|it| &it.unread).copied().collect()
    }

    /// The topics step by step, where rules hold the route back.
    #[must_use]
    pub fn at_steps(&self) -> &[AtStep] {
        match &self.why {
            Why::Topics(steps) => steps,
            Why::Cause(_) | Why::AddressMoves | Why::NotCompleted | Why::LabBroke | Why::Told => {
                &[]
            }
        }
    }

    /// Every step that holds the route back, with what about it in words.
    #[must_use]
    pub fn parts(&self) -> Vec<(Step, String)> {
        match &self.why {
            Why::Topics(steps) => steps.iter().map(|it| (it.step, it.to_string())).collect(),
            Why::Cause(_) | Why::AddressMoves | Why::NotCompleted | Why::LabBroke | Why::Told => {
                vec![(self.step, self.why.to_string())]
            }
        }
    }

    /// In words, to stand beside the limiting step: steps are named where there are several.
    #[must_use]
    pub fn beside_step(&self) -> String {
        if self.at_steps().len() > 1 { self.to_string() } else { self.why.to_string() }
    }
}

impl AtStep {
    /// The topics of this step's checks with the lowest score; none when there are none.
    fn of(step: &StepVerdict, lowest: Score, policy: &Policy) -> Option<Self> {
        let topics = |wanted: Finding| -> BTreeSet<Topic> {
            let found = step.checks.iter().filter(|it| it.finding == wanted);
            found.filter_map(|it: &Check| Topic::of_rule(policy, &it.rule)).collect()
        };
        let changed = topics(Finding::Scored(lowest));
        let unread = topics(Finding::NotObserved(lowest));
        let is_empty = changed.is_empty() && unread.is_empty();
        (!is_empty).then_some(Self { step: step.step, changed, unread })
    }
}

impl fmt::Display for AtStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words(&self.changed, &self.unread))
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Cause(cause) => f.write_str(cause.words()),
            Why::Topics(steps) => {
                let changed = steps.iter().flat_map(|it| &it.changed).copied().collect();
                let unread = steps.iter().flat_map(|it| &it.unread).copied().collect();
                f.write_str(&words(&changed, &unread))
            }
            Why::AddressMoves => f.write_str("IP address differs between repetitions"),
            Why::NotCompleted => f.write_str("could not be completed"),
            Why::LabBroke => f.write_str("the lab broke, not the product"),
            Why::Told => f.write_str("as another system told"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> =
            self.parts().iter().map(|(step, words)| format!("{step}: {words}")).collect();
        f.write_str(&parts.join("; "))
    }
}

/// Topics in words, those that were not observed after those that changed.
fn words(changed: &BTreeSet<Topic>, unread: &BTreeSet<Topic>) -> String {
    let changed = changed.iter().map(|it| it.word().to_owned());
    let unread = unread.iter().map(|it| format!("{} (not observed)", it.word()));
    changed.chain(unread).collect::<Vec<_>>().join(", ")
}

/// The repetition that decides a route: the first with the lowest score; of those without a score
/// the first that met a lab error.
#[must_use]
pub fn decisive(route: &RouteTried) -> Option<&TrialVerdict> {
    decisive_of(route.trials.iter().map(|it| &it.verdict))
}

/// The same, of any repetitions in order.
pub(crate) fn decisive_of<T: Borrow<TrialVerdict>>(
    trials: impl Iterator<Item = T> + Clone,
) -> Option<T> {
    let scored = trials.clone().filter(|it| it.borrow().standing.score().is_some());
    scored
        .min_by_key(|it| it.borrow().standing.score())
        .or_else(|| trials.clone().find(|it| it.borrow().standing == Standing::LabError))
        .or_else(|| trials.clone().next())
}

fn why(trial: &TrialVerdict, limiting: &StepVerdict, lowest: Score, policy: &Policy) -> Why {
    if let Some(cause) = limiting.cause {
        return Why::Cause(cause);
    }
    let steps: Vec<AtStep> =
        trial.steps.iter().filter_map(|it| AtStep::of(it, lowest, policy)).collect();
    if limiting.checks.is_empty() {
        Why::Told
    } else if limiting.reason.is_some() || steps.is_empty() {
        Why::NotCompleted
    } else {
        Why::Topics(steps)
    }
}
