//! What is said of a trial before anything is touched: which rules speak, and which are left to a run.

use std::collections::BTreeSet;

use domain::check::Finding;
use domain::event::Outcome;
use domain::foretell::{Looked, STEPS, foretell, standing};
use domain::observation::{Channel, Observation};
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::testbed::Migration;

use crate::shipped::default_policy;

fn looked(step: Step, observations: Vec<Observation>, asked: &[&str]) -> Looked {
    let asked = asked.iter().map(|it| (*it).to_owned()).collect();
    Looked { step, outcome: Outcome::Completed, observations, asked }
}

#[test]
fn a_rule_speaks_where_it_is_for_that_type_of_migration_and_nowhere_else() {
    let policy = default_policy();
    let all: Vec<Looked> = STEPS.map(|step| looked(step, Vec::new(), &[])).into();
    for migration in [Migration::Live, Migration::Cold, Migration::Loose] {
        let told = foretell(&policy, migration, &all);
        let checked = told.iter().flat_map(|it| it.checks.iter().map(|it| it.rule.as_str()));
        let open = told.iter().flat_map(|it| it.open.iter().map(String::as_str));
        let found: BTreeSet<&str> = checked.chain(open).collect();
        let rules = policy.rules.iter().filter(|it| STEPS.contains(&it.step));
        let wanted: BTreeSet<&str> = rules
            .filter(|it| it.types.is_empty() || it.types.contains(&migration))
            .map(|it| it.id.as_str())
            .collect();
        assert_eq!(found, wanted, "{migration}");
        assert_eq!(found.contains("H.live.machine"), migration == Migration::Live, "{migration}");
    }
}

#[test]
fn what_nobody_asked_for_is_open_and_what_was_asked_for_and_not_told_costs() {
    let policy = default_policy();
    let asked = |facts: &[&str]| {
        let seen = vec![Observation::integer("memory.needed_mib", 256, Channel::PlatformApi)];
        foretell(&policy, Migration::Cold, &[looked(Step::ResourceCheck, seen, facts)])
    };
    let open = asked(&["memory.needed_mib"]);
    assert!(open[0].open.iter().any(|it| it == "H.res.memory"), "{:?}", open[0].open);
    let unread = asked(&["memory.needed_mib", "memory.available_mib"]);
    let memory = unread[0].checks.iter().find(|it| it.rule == "H.res.memory").unwrap();
    assert_eq!(memory.finding, Finding::NotObserved(Score::Warning));
    assert_eq!(standing(&unread), Standing::Scored(Score::Warning));
}
