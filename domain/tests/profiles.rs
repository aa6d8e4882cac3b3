//! A stricter policy never scores a cell higher, whatever was observed: of the shipped profiles, and
//! of any two policies of which one is found to be as strict as the other.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::aggregate::{Repetition, cell, route};
use domain::event::{Outcome, Pins, StepFinished};
use domain::observation::{Channel, Observation, Value};
use domain::policy::{Compare, Policy, Relation, Rule};
use domain::preflight::OBSERVABLE;
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::testbed::Migration;
use domain::verdict::{StepSeen, Steps, judge};
use proptest::prelude::*;

use crate::shipped::{default_policy, profiles};
use crate::support::{campaign_id, trials};

/// A fact of a step: at the source for what is compared with it.
type Place = (Step, String);

/// What makes a comparison hold, for each fact it reads.
fn well(rule: &Rule) -> Vec<(Place, Value)> {
    let here = |fact: &str, value| ((rule.step, fact.to_owned()), value);
    let before = |fact: &str, value| ((Step::SanityCheck, fact.to_owned()), value);
    let both = |fact: &str, value: Value| vec![before(fact, value.clone()), here(fact, value)];
    let list = || Value::List(vec!["a".to_owned(), "b".to_owned()]);
    match &rule.compare {
        Compare::SameSet { fact } | Compare::Keeps { fact } => both(fact, list()),
        Compare::Same { fact } => both(fact, Value::Text("a".to_owned())),
        Compare::NotLess { fact } | Compare::NotMore { fact } | Compare::Within { fact, .. } => {
            both(fact, Value::Integer(1000))
        }
        Compare::Differs { fact } => {
            vec![before(fact, Value::Integer(1)), here(fact, Value::Integer(2))]
        }
        Compare::Holds { fact } => vec![here(fact, Value::Flag(true))],
        Compare::HoldsNot { fact } => vec![here(fact, Value::Flag(false))],
        Compare::None { fact } | Compare::AtMost { fact, .. } => {
            vec![here(fact, Value::Integer(0))]
        }
        Compare::Some { fact } => vec![here(fact, Value::Integer(1000))],
        Compare::Covers { have, need } => {
            vec![here(have, Value::Integer(2)), here(need, Value::Integer(1))]
        }
        Compare::Contains { list: all, item } => {
            vec![before(all, list()), here(item, Value::Text("a".to_owned()))]
        }
    }
}

static DEFAULT: LazyLock<Policy> = LazyLock::new(default_policy);
static PROFILES: LazyLock<Vec<Policy>> = LazyLock::new(profiles);
static WELL: LazyLock<BTreeMap<Place, Value>> = LazyLock::new(all_well);

/// Observations under which every rule of the default policy holds.
fn all_well() -> BTreeMap<Place, Value> {
    let mut facts = BTreeMap::new();
    for rule in &DEFAULT.rules {
        for (place, value) in well(rule) {
            facts.entry(place).or_insert(value);
        }
        if rule.where_observable {
            let place = (rule.step, OBSERVABLE.to_owned());
            let list = facts.entry(place).or_insert(Value::List(Vec::new()));
            let Value::List(list) = list else { panic!("a list of facts") };
            list.push(rule.compare.fact().to_owned());
        }
        if let Some(fact) = &rule.when_source_had {
            facts.entry((Step::SanityCheck, fact.clone())).or_insert(Value::Flag(true));
        }
    }
    facts
}

fn value() -> impl Strategy<Value = Value> {
    let list = prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 0..3);
    prop_oneof![
        any::<bool>().prop_map(Value::Flag),
        number().prop_map(Value::Integer),
        "[ab]?".prop_map(Value::Text),
        list.prop_map(|it| Value::List(it.into_iter().map(str::to_owned).collect())),
        Just(Value::NotApplicable("no meaning".to_owned())),
    ]
}

fn number() -> impl Strategy<Value = i64> {
    prop::sample::select(vec![0, 1, 2, 900, 950, 985, 995, 1000, 1005, 1015, 1080, 2000])
}

/// What becomes of a fact.
#[derive(Debug, Clone)]
enum Fate {
    /// It is something else of its kind.
    Turns(i64),
    /// It is read as this.
    Becomes(Value),
    /// It is not read.
    Unread,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => number().prop_map(Fate::Turns),
        1 => value().prop_map(Fate::Becomes),
        1 => Just(Fate::Unread),
    ]
}

fn turned(value: &Value, number: i64) -> Value {
    match value {
        Value::Flag(flag) => Value::Flag(!flag),
        Value::Integer(_) => Value::Integer(number),
        Value::Text(_) => Value::Text("other".to_owned()),
        Value::List(_) => Value::List(vec!["a".to_owned(), "c".to_owned()]),
        Value::NotApplicable(why) => Value::NotApplicable(why.clone()),
    }
}

/// What became of one trial: facts that are not as they are when all is well, how many steps were
/// reached, and how the last of them ended.
fn walk(places: Vec<Place>) -> impl Strategy<Value = Steps> {
    let fates = prop::collection::vec((prop::sample::select(places), fate()), 0..4);
    let reached = prop_oneof![12 => Just(7_usize), 1 => 0..7_usize];
    let end = prop_oneof![
        16 => Just(Outcome::Completed),
        1 => Just(Outcome::NotCompleted { reason: "stopped".to_owned() }),
        1 => Just(Outcome::LabError { reason: "no space".to_owned() }),
    ];
    (fates, reached, end).prop_map(|(fates, reached, end)| {
        let mut facts = WELL.clone();
        for (place, fate) in fates {
            let Some(value) = facts.get_mut(&place) else { continue };
            match fate {
                Fate::Becomes(other) => *value = other,
                Fate::Turns(number) => *value = turned(value, number),
                Fate::Unread => {
                    facts.remove(&place);
                }
            }
        }
        steps(&facts, reached, &end)
    })
}

fn steps(facts: &BTreeMap<Place, Value>, reached: usize, end: &Outcome) -> Steps {
    let seen = |(number, step): (usize, &Step)| {
        let of_step = facts.iter().filter(|((at, _), _)| at == step);
        let observe = |((_, fact), value): (&Place, &Value)| {
            Observation::new(fact, value.clone(), Channel::SerialConsole)
        };
        let is_last = number + 1 == reached;
        let finished = StepFinished {
            campaign: campaign_id(),
            trial: trials()[0].clone(),
            step: *step,
            outcome: if is_last { end.clone() } else { Outcome::Completed },
            observations: of_step.map(observe).collect(),
            evidence: Vec::new(),
            pins: Pins::new(),
            act: String::new(),
            duration_ms: 1,
        };
        let at = "2026-11-23T08:30:00Z".parse().unwrap();
        (*step, StepSeen { position: 0, at, finished, withdrawn: None })
    };
    Step::ALL.iter().take(reached).enumerate().map(seen).collect()
}

/// Routes with their repetitions, and whether the address moved in each.
fn walks(places: Vec<Place>) -> impl Strategy<Value = Vec<Vec<(Steps, bool)>>> {
    prop::collection::vec(prop::collection::vec((walk(places), any::<bool>()), 1..3), 1..4)
}

fn everywhere() -> Vec<Place> {
    WELL.keys().cloned().collect()
}

/// How a cell of these walks stands.
fn standing(policy: &Policy, routes: &[Vec<(Steps, bool)>]) -> Standing {
    let verdicts = routes.iter().enumerate().map(|(number, repetitions)| {
        let repetitions: Vec<Repetition> = repetitions
            .iter()
            .map(|(steps, moved)| Repetition {
                standing: judge(policy, Migration::Cold, steps).standing,
                addresses: Some(vec![moved.to_string()]),
                duration_ms: 1,
            })
            .collect();
        route(&format!("r{number}").parse().unwrap(), 1, &repetitions)
    });
    cell(&verdicts.collect::<Vec<_>>()).standing
}

/// Whether the second lies no higher than the first. A trial that has not ended has no score unless
/// one of its steps is a FAILURE: a stricter policy may find one where another still waits.
fn is_no_higher(looser: Standing, stricter: Standing) -> bool {
    match (looser.score(), stricter.score()) {
        (Some(looser), Some(stricter)) => stricter <= looser,
        (None, Some(stricter)) => stricter == Score::Failure,
        (None, None) => true,
        (Some(_), None) => false,
    }
}

#[test]
fn what_is_well_is_a_success_under_every_profile() {
    let well = vec![vec![(steps(&WELL, 7, &Outcome::Completed), false)]];
    for policy in &*PROFILES {
        assert_eq!(standing(policy, &well), Standing::Scored(Score::Success), "{}", policy.name);
    }
}

/// Other terms for a rule; none: the rule is left out.
type Edit = Option<(Score, Score, u32, bool)>;

/// A rule on other terms.
fn edited(rule: &Rule, edit: &Edit) -> Option<Rule> {
    let (otherwise, unread, margin, other) = edit.as_ref()?;
    let mut rule = Rule { otherwise: *otherwise, unread: *unread, ..rule.clone() };
    if let Compare::Within { success_percent, warning_percent, .. } = &mut rule.compare {
        (*success_percent, *warning_percent) = (*margin, *margin + 4);
    } else if let (Compare::SameSet { fact }, true) = (&rule.compare, *other) {
        rule.compare = Compare::Keeps { fact: fact.clone() };
    } else if rule.where_observable && *other {
        rule.where_observable = false;
    } else if *other {
        rule.when_source_had = Some("nic.count".to_owned());
    }
    Some(rule)
}

/// Some rules of the default policy, each on the terms of one policy and on those of another.
fn pairs() -> impl Strategy<Value = Vec<(Rule, Edit, Edit)>> {
    let graded = |it: &&Rule| matches!(it.compare, Compare::Within { .. });
    let sets = |it: &&Rule| matches!(it.compare, Compare::SameSet { .. });
    let rule = prop_oneof![
        2 => prop::sample::select(DEFAULT.rules.clone()),
        1 => prop::sample::select(DEFAULT.rules.iter().filter(graded).cloned().collect::<Vec<_>>()),
        1 => prop::sample::select(DEFAULT.rules.iter().filter(sets).cloned().collect::<Vec<_>>()),
    ];
    let edit = || {
        let unread = prop::sample::select(vec![Score::Failure, Score::Warning]);
        let other = prop::bool::weighted(0.3);
        prop::option::weighted(0.9, (score(), unread, 0..4_u32, other))
    };
    prop::collection::vec((rule, edit(), edit()), 1..3).prop_map(|mut pairs| {
        pairs.sort_by(|(a, ..), (b, ..)| a.id.cmp(&b.id));
        pairs.dedup_by(|(a, ..), (b, ..)| a.id == b.id);
        pairs
    })
}

/// A policy of these rules alone.
fn of_rules(rules: impl Iterator<Item = Option<Rule>>) -> Policy {
    Policy { rules: rules.flatten().collect(), ..DEFAULT.clone() }
}

/// What the rules of some pairs read.
fn read_by(pairs: &[(Rule, Edit, Edit)]) -> Vec<Place> {
    let read = pairs.iter().flat_map(|(rule, ..)| well(rule)).map(|(place, _)| place);
    let observable = pairs.iter().filter(|(rule, ..)| rule.where_observable);
    let read = read.chain(observable.map(|(rule, ..)| (rule.step, OBSERVABLE.to_owned())));
    read.chain([(Step::SanityCheck, "nic.count".to_owned())]).collect()
}

fn score() -> impl Strategy<Value = Score> {
    prop::sample::select(vec![Score::Failure, Score::Warning, Score::Success])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn bronze_scores_no_lower_than_silver_than_gold_than_platinum(routes in walks(everywhere())) {
        let standings: Vec<Standing> = PROFILES.iter().map(|it| standing(it, &routes)).collect();
        for pair in standings.windows(2) {
            prop_assert!(is_no_higher(pair[0], pair[1]), "{standings:?}");
        }
        prop_assert_eq!(standings[2], standing(&DEFAULT, &routes), "gold is the default");
    }

    #[test]
    fn what_is_found_as_strict_never_scores_higher(
        (pairs, routes) in pairs().prop_flat_map(|pairs| {
            let places = read_by(&pairs);
            (Just(pairs), walks(places))
        })
    ) {
        let one = of_rules(pairs.iter().map(|(rule, edit, _)| edited(rule, edit)));
        let other = of_rules(pairs.iter().map(|(rule, _, edit)| edited(rule, edit)));
        let (a, b) = (standing(&one, &routes), standing(&other, &routes));
        match Relation::of(&one, &other) {
            Relation::Same => prop_assert_eq!(a, b),
            Relation::NeverHigher => prop_assert!(is_no_higher(b, a), "{a:?} {b:?}"),
            Relation::NeverLower => prop_assert!(is_no_higher(a, b), "{a:?} {b:?}"),
            Relation::Mixed => {}
        }
    }
}
