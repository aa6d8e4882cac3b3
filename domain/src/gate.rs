//! Gates: what should hold for a campaign as a whole, judged over counts as rules are over facts.

use crate::aggregate::CellVerdict;
use crate::check::{Check, check_gate};
use crate::observation::{Channel, Observation};
use crate::policy::Policy;
use crate::score::{Score, Standing};

/// A cell, as far as counting needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How it stands.
    pub standing: Standing,
    /// Repetitions of its best route disagree.
    pub unstable: bool,
}

impl From<&CellVerdict> for Counted {
    fn from(cell: &CellVerdict) -> Self {
        Self { standing: cell.standing, unstable: cell.unstable }
    }
}

/// What can be counted of cells, as facts: `cells.total`, `cells.scored`, `cells.success`,
/// `cells.warning`, `cells.failure`, `cells.unscored` and `cells.unstable`. The three scores and
/// those without one sum to the total. A cell for which the question makes no sense is none of them.
#[must_use]
pub fn facts(cells: impl IntoIterator<Item = Counted>) -> Vec<Observation> {
    let counts = |it: &Counted| it.standing != Standing::NotApplicable;
    let cells: Vec<Counted> = cells.into_iter().filter(counts).collect();
    let count = |name: &str, is: &dyn Fn(&Counted) -> bool| {
        let number = cells.iter().filter(|it| is(it)).count();
        Observation::integer(name, i64::try_from(number).unwrap_or(i64::MAX), Channel::Host)
    };
    let scores = |wanted: Score| move |it: &Counted| it.standing.score() == Some(wanted);
    vec![
        count("cells.total", &|_| true),
        count("cells.scored", &|it| it.standing.score().is_some()),
        count("cells.success", &scores(Score::Success)),
        count("cells.warning", &scores(Score::Warning)),
        count("cells.failure", &scores(Score::Failure)),
        count("cells.unscored", &|it| it.standing.score().is_none()),
        count("cells.unstable", &|it| it.unstable),
    ]
}

/// What each gate of a policy finds, in the policy's order. Facts that nobody counted are *not
/// observed*, never a SUCCESS.
#[must_use]
pub fn judge(policy: &Policy, facts: &[Observation]) -> Vec<Check> {
    policy.gates.iter().map(|gate| check_gate(gate, facts)).collect()
}

/// The lowest score that gates found; none where there is no gate, or none has a meaning.
#[must_use]
pub fn lowest(checks: &[Check]) -> Option<Score> {
    checks.iter().filter_map(|it| it.finding.score()).min()
}
