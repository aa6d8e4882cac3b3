//! Matrices in words.

use reports::insight::insights;
use reports::topic::Topic;

use crate::fixture::view;

#[test]
fn a_campaign_in_words() {
    insta::assert_snapshot!(insights(&view()).join("\n"));
}

#[test]
fn nothing_is_claimed_of_what_was_not_scored() {
    let mut view = view();
    view.matrices.remove(0);
    view.matrices[0].cells.retain(|it| it.standing.score().is_none());
    assert_eq!(
        insights(&view),
        [
            "host-only: no cell has a score yet.",
            "2 cells have no score (2 not run): that says nothing about them."
        ]
    );
}

#[test]
fn every_rule_of_the_default_policy_is_about_something() {
    let text = include_str!("../../../domain/policy/default.toml");
    let policy: domain::policy::Policy = toml::from_str(text).unwrap();
    for rule in policy.rules {
        let fact = rule.compare.fact();
        assert_ne!(Topic::of_fact(fact), Topic::Other, "{} is about {fact}", rule.id);
    }
}
