//! What may be declared, what is refused and why, and that saying it twice is harmless.

use domain::declare::{Declaration, LONGEST_WORDS, declare, id};
use domain::event::Event;
use domain::registry::Registry;
use proptest::prelude::*;

use crate::declarations::*;

#[test]
fn a_baseline_is_set_anew_only_where_it_says_something_new() {
    let mut it = Declarations::default();
    let revision = |event: Option<Event>| match event {
        Some(Event::BaselineSet(set)) => set.revision,
        other => panic!("{other:?}"),
    };
    assert_eq!(revision(it.declare(baseline("spring", "c-1"), 1).unwrap()), 1);
    assert_eq!(it.declare(baseline("spring", "c-1"), 2), Ok(None));
    assert_eq!(revision(it.declare(baseline("spring", "c-2"), 3).unwrap()), 2);
    assert_eq!(revision(it.declare(baseline("autumn", "c-2"), 4).unwrap()), 1, "of that name");
    let Declaration::SetBaseline { name, campaign, versions, .. } = baseline("spring", "c-2")
    else {
        unreachable!()
    };
    let with = |follows: Option<&str>, reason: &str| Declaration::SetBaseline {
        name: name.clone(),
        campaign: campaign.clone(),
        versions: versions.clone(),
        follows: follows.map(|it| it.parse().unwrap()),
        reason: reason.to_owned(),
    };
    assert_eq!(revision(it.declare(with(None, "new hosts"), 5).unwrap()), 3);
    assert_eq!(it.declare(with(None, " new hosts "), 6), Ok(None), "space around it says nothing");
    assert_eq!(it.declare(baseline("spring", "c-2"), 7), Ok(None), "nor does no reason");
    assert_eq!(revision(it.declare(with(Some("autumn"), ""), 8).unwrap()), 4);
    assert_eq!(
        it.refusal(with(Some("winter"), ""), 9),
        "there is no baseline `winter` to continue"
    );
    assert!(it.refusal(with(Some("spring"), ""), 9).contains("continues itself anyway"));
    let other = Declaration::SetBaseline {
        name: "spring".parse().unwrap(),
        campaign: "c-2".parse().unwrap(),
        versions: [("platform:a".to_owned(), "2".to_owned())].into(),
        follows: None,
        reason: String::new(),
    };
    assert_eq!(revision(it.declare(other, 10).unwrap()), 5, "other versions are news");
}

#[test]
fn an_upgrade_says_what_changed() {
    let mut it = Declarations::default();
    assert!(it.declare(upgrade("platform:a", "1", "2"), 1).unwrap().is_some());
    assert_eq!(it.declare(upgrade("platform:a", "1", "2"), 2), Ok(None));
    assert!(it.declare(upgrade("platform:a", "2", "1"), 3).unwrap().is_some(), "and back");
    assert!(it.declare(upgrade("platform:a", "1", "2"), 4).unwrap().is_some(), "and again");
    assert!(it.refusal(upgrade("platform:a", "2", "2"), 5).contains("nothing to declare"));
    assert!(it.refusal(upgrade("platform:a", "2", " "), 5).contains("the version is needed"));
    assert!(it.refusal(upgrade("", "1", "2"), 5).contains("the subject is needed"));
    assert!(it.refusal(upgrade("a\u{1b}[2J", "1", "2"), 5).contains("control characters"));
}

#[test]
fn a_waiver_looks_ahead_and_is_never_changed() {
    let mut it = Declarations::default();
    assert!(it.refusal(waive("w", "A", 10), 10).contains("a waiver looks ahead"));
    assert!(it.refusal(waive("w", "A", 9), 10).contains("has passed"));
    assert!(it.declare(waive("w", "A", 11), 10).unwrap().is_some());
    assert_eq!(it.declare(waive("w", "A", 11), 10), Ok(None));
    assert!(it.refusal(waive("w", "A", 11), 11).contains("has passed"), "said again too late");
    assert!(it.refusal(waive("w", "A", 12), 10).contains("end it and declare another"));
    assert!(it.refusal(waive("w", "B", 11), 10).contains("end it and declare another"));
    assert!(it.refusal(end("v", "r"), 10).contains("there is no waiver `v`"));
    assert!(it.declare(end("w", "r"), 10).unwrap().is_some());
    assert_eq!(it.declare(end("w", "r"), 10), Ok(None));
    assert!(it.refusal(end("w", "another reason"), 10).contains("has ended already"));
    assert!(it.refusal(waive("w", "A", 11), 10).contains("is there already"), "nor revived");
}

#[test]
fn what_stands_above_every_policy_cannot_be_waived() {
    for rule in ["R.step.1", "R.step.7", "R.step.", "R.repeat.ip"] {
        let refusal = Declarations::default().refusal(waive("w", rule, 10), 1);
        assert!(refusal.contains("stands above every policy"), "{refusal}");
    }
    for rule in ["R.steps", "R.repeats", "r.step.1"] {
        assert!(Declarations::default().declare(waive("w", rule, 10), 1).unwrap().is_some());
    }
}

#[test]
fn words_are_there_in_one_line_and_bounded() {
    let longest = "ä".repeat(LONGEST_WORDS);
    let said = |reason: &str, by: &str| {
        let registry = Registry::default();
        let Declaration::Waive { waiver, rule, scope, expires, .. } = waive("w", "A", 10) else {
            unreachable!()
        };
        let reason = reason.to_owned();
        declare(&registry, Declaration::Waive { waiver, rule, scope, reason, expires }, by, at(1))
            .map_err(|refusal| refusal.to_string())
    };
    assert!(said(&longest, &longest).is_ok());
    for wrong in [format!("{longest}ä"), "a\nb".to_owned(), "\u{7f}".to_owned(), "a\0".to_owned()]
    {
        assert!(said(&wrong, "ada").unwrap_err().contains("the reason has control characters"));
        assert!(said("r", &wrong).unwrap_err().contains("who declares it has control characters"));
    }
    for empty in ["", " ", "\n \t"] {
        assert!(said(empty, "ada").unwrap_err().starts_with("the reason is needed"));
        assert!(said("r", empty).unwrap_err().starts_with("who declares it is needed"));
    }
    assert!(waive_rule("").contains("the rule is needed"));
    assert!(waive_rule(&"A".repeat(10_000)).contains("more than 512 characters"));
}

fn waive_rule(rule: &str) -> String {
    Declarations::default().refusal(waive("w", rule, 10), 1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever was declared before, a declaration that was recorded records nothing when it is said
    /// again at once; what is refused records nothing either; every waiver looks ahead.
    #[test]
    fn said_twice_is_said_once(said in prop::collection::vec(any_declaration(), 0..40)) {
        let mut it = Declarations::default();
        for (second, declaration) in (0..).zip(said) {
            let before = it.events.len();
            let first = it.declare(declaration.clone(), second);
            let after = it.events.len();
            prop_assert_eq!(after - before, usize::from(matches!(first, Ok(Some(_)))));
            if let Ok(Some(Event::CheckWaived(waived))) = &first {
                prop_assert!(waived.expires > at(second));
            }
            let again = it.declare(declaration, second);
            prop_assert_eq!(again.is_ok(), first.is_ok());
            prop_assert_eq!(it.events.len(), after);
        }
    }

    /// Requests are told apart by what they cause and by how much stands before them.
    #[test]
    fn a_request_is_known_by_its_event_and_its_place(
        a in any_declaration(), b in any_declaration(), places in (0..3_u64, 0..3_u64)
    ) {
        let event = |it| declare(&Registry::default(), it, "ada", at(-1));
        if let (Ok(Some(a)), Ok(Some(b))) = (event(a), event(b)) {
            let same = a == b && places.0 == places.1;
            prop_assert_eq!(same, id(&a, places.0) == id(&b, places.1));
        }
    }
}
