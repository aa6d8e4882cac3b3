//! Withdrawals take away, and never give: against a plain second implementation.

use domain::event::{Outcome, StepFinished, StepWithdrawn};
use domain::policy::Policy;
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::testbed::Migration;
use domain::verdict::{StepSeen, Steps, judge};
use proptest::prelude::*;

use crate::declarations::at;
use crate::support::*;
use crate::verdicts::{plain_standing, verdict};

fn withdrawal(step: Step) -> StepWithdrawn {
    StepWithdrawn {
        campaign: campaign_id(),
        trial: trials()[0].clone(),
        step,
        position: u64::from(step.number()),
        reason: "the switch was off".to_owned(),
        by: "ada".to_owned(),
    }
}

fn seen(step: Step, outcome: Outcome) -> StepSeen {
    let finished = StepFinished {
        campaign: campaign_id(),
        trial: trials()[0].clone(),
        step,
        outcome,
        observations: Vec::new(),
        evidence: Vec::new(),
        pins: Default::default(),
        act: String::new(),
        duration_ms: 1,
    };
    StepSeen { position: u64::from(step.number()), at: at(0), finished, withdrawn: None }
}

proptest! {
    /// A plain table: up to the step nothing changes, the step is a lab error, and what was reached
    /// after it counts no more. No withdrawal ever gives a trial a score.
    #[test]
    fn a_withdrawal_takes_away_what_a_plain_table_says(
        before in verdict(), withdrawn in prop::collection::vec(0..7_usize, 1..4)
    ) {
        let reached = |place: &usize| before.steps[*place].standing.score().is_some();
        let withdrawn: Vec<usize> = withdrawn.into_iter().filter(reached).collect();
        let Some(first) = withdrawn.iter().min().copied() else { return Ok(()) };
        let after = withdrawn.iter().fold(before.clone(), |it, place| {
            it.withdrawn(&withdrawal(Step::ALL[*place]))
        });
        for (place, (then, now)) in before.steps.iter().zip(&after.steps).enumerate() {
            let unreached = matches!(then.standing, Standing::NotRun | Standing::Blocked);
            if place < first || unreached {
                prop_assert_eq!(then, now);
            } else if place == first {
                prop_assert_eq!(now.standing, Standing::LabError);
                prop_assert_eq!(now.reason.as_deref(), Some("withdrawn by ada: the switch was off"));
                prop_assert!(now.is_withdrawn() && now.checks.is_empty() && now.cause.is_none());
            } else {
                prop_assert_eq!(now.standing, Standing::Blocked);
                prop_assert!(now.checks.is_empty() && now.reason.is_none());
            }
        }
        prop_assert_eq!(after.standing, plain_standing(&after.steps));
        let kept_failure = before.standing.score() == Some(Score::Failure);
        let is_failure = after.standing == Standing::Scored(Score::Failure);
        prop_assert!(is_failure && kept_failure || after.standing == Standing::LabError);
    }

    /// The same from the events: whichever steps are withdrawn, the first of them decides.
    #[test]
    fn judging_steps_of_which_some_were_withdrawn_is_withdrawing_from_the_verdict(
        walked in 1..=7_usize, stops in any::<bool>(), withdrawn in prop::collection::vec(0..7_usize, 1..4)
    ) {
        let policy = Policy { name: "p".to_owned(), version: "1".to_owned(), rules: Vec::new(), note: String::new(), gates: Vec::new() };
        let mut steps = Steps::new();
        for (place, step) in Step::ALL.into_iter().take(walked).enumerate() {
            let fails = stops && place + 1 == walked;
            let outcome = if fails { not_completed() } else { Outcome::Completed };
            steps.insert(step, seen(step, outcome));
        }
        let plain = judge(&policy, Migration::Cold, &steps);
        let first = withdrawn.iter().filter(|it| **it < walked).min().copied();
        for place in withdrawn.into_iter().filter(|it| *it < walked) {
            let step = Step::ALL[place];
            steps.get_mut(&step).unwrap().withdrawn = Some(withdrawal(step));
        }
        let expected = first.map_or(plain.clone(), |it| plain.withdrawn(&withdrawal(Step::ALL[it])));
        prop_assert_eq!(judge(&policy, Migration::Cold, &steps), expected);
    }
}
