//! Gates: counts against plain sums, and judged as rules are.

use domain::check::Finding;
use domain::gate::{Counted, facts, judge, lowest};
use domain::observation::{Channel, Observation, Value, find};
use domain::policy::Policy;
use domain::score::{Score, Standing};
use proptest::prelude::*;

use crate::shipped::{default_policy, profiles};

fn cell(standing: Standing) -> Counted {
    Counted { standing, unstable: false }
}

fn policy(gates: &str) -> Policy {
    let rule = "[[rule]]\nid = \"A\"\nstep = 1\ntitle = \"t\"\notherwise = \"FAILURE\"\n\
                compare = { holds = { fact = \"f\" } }\n";
    let policy: Policy =
        toml::from_str(&format!("name = \"p\"\nversion = \"1\"\n{rule}{gates}")).unwrap();
    policy.validate().unwrap()
}

const SUCCESS: Standing = Standing::Scored(Score::Success);
const WARNING: Standing = Standing::Scored(Score::Warning);
const FAILURE: Standing = Standing::Scored(Score::Failure);

#[test]
fn gates_are_judged_over_counts_as_rules_are_over_facts() {
    let gates = "[[gate]]\nid = \"C.warning\"\ntitle = \"Few warn\"\notherwise = \"FAILURE\"\n\
                 compare = { at-most = { fact = \"cells.warning\", success = 0, warning = 1 } }\n\
                 [[gate]]\nid = \"C.regressed\"\ntitle = \"Nothing got worse\"\n\
                 otherwise = \"FAILURE\"\ncompare = { none = { fact = \"changes.regressed\" } }\n";
    let policy = policy(gates);
    let counted = facts([cell(SUCCESS), cell(WARNING), cell(Standing::NotRun)]);
    let checks = judge(&policy, &counted);
    assert_eq!(checks[0].finding, Finding::Scored(Score::Warning));
    assert_eq!(checks[0].why, "cells.warning: 1");
    assert_eq!(checks[1].finding, Finding::NotObserved(Score::Warning), "nobody counted");
    assert_eq!(lowest(&checks), Some(Score::Warning));
    let mut more = counted;
    more.push(Observation::integer("changes.regressed", 2, Channel::Host));
    assert_eq!(judge(&policy, &more)[1].finding, Finding::Scored(Score::Failure));
}

#[test]
fn profiles_let_nothing_pass_that_was_not_scored() {
    for policy in profiles() {
        let found = |cells: &[Counted]| lowest(&judge(&policy, &facts(cells.iter().copied())));
        assert_eq!(found(&[]), Some(Score::Failure), "{}: an empty campaign", policy.name);
        assert_eq!(found(&[cell(Standing::LabError)]), Some(Score::Failure));
        assert_eq!(found(&[cell(SUCCESS), cell(WARNING)]), Some(Score::Success));
        assert_eq!(found(&[cell(SUCCESS), cell(FAILURE)]), Some(Score::Failure));
        assert!(found(&[cell(SUCCESS), cell(Standing::NotRun)]) < Some(Score::Success));
    }
    assert_eq!(lowest(&judge(&default_policy(), &facts([cell(FAILURE)]))), None, "it has no gates");
}

fn counted() -> impl Strategy<Value = Counted> {
    let standings = [
        SUCCESS,
        WARNING,
        FAILURE,
        Standing::LabError,
        Standing::NotRun,
        Standing::Blocked,
        Standing::NotApplicable,
    ];
    (prop::sample::select(standings.to_vec()), any::<bool>())
        .prop_map(|(standing, unstable)| Counted { standing, unstable })
}

proptest! {
    #[test]
    fn counts_sum_to_the_number_of_cells(cells in prop::collection::vec(counted(), 0..60)) {
        let facts = facts(cells.iter().copied());
        let number = |name: &str| match find(&facts, name) {
            Some(Value::Integer(number)) => usize::try_from(*number).unwrap(),
            other => panic!("{name}: {other:?}"),
        };
        let scored = ["success", "warning", "failure"].map(|it| number(&format!("cells.{it}")));
        let makes_sense = |it: &&Counted| it.standing != Standing::NotApplicable;
        let cells: Vec<Counted> = cells.iter().filter(makes_sense).copied().collect();
        prop_assert_eq!(number("cells.total"), cells.len());
        prop_assert_eq!(number("cells.scored"), scored.iter().sum::<usize>());
        prop_assert_eq!(number("cells.scored") + number("cells.unscored"), cells.len());
        let unstable = cells.iter().filter(|it| it.unstable).count();
        prop_assert_eq!(number("cells.unstable"), unstable);
    }
}
