//! What a perfect trial would see: a value for every fact of the default policy that makes its rule
//! hold, so that a test changes one fact and knows what that costs.

use domain::observation::{Channel, Observation, Value};
use domain::policy::{Compare, Policy};
use domain::preflight::OBSERVABLE;
use domain::step::Step;

pub(crate) fn policy() -> Policy {
    toml::from_str(include_str!("../../../domain/policy/default.toml")).unwrap()
}

/// What one step of a perfect trial sees.
pub(crate) fn perfect(step: Step) -> Vec<Observation> {
    let mut seen: Vec<Observation> = Vec::new();
    let mut observable = Vec::new();
    for rule in policy().rules {
        let mut see = |fact: &str, value: Value| {
            seen.retain(|it| it.fact != fact);
            seen.push(Observation::new(fact, value, Channel::SerialConsole));
        };
        // Step 1 sees what later steps are compared with.
        let is_before = step == Step::SanityCheck;
        let looks_back = is_before && rule.compare.looks_before();
        if rule.step == step || looks_back {
            values(&rule.compare, step).into_iter().for_each(|(fact, value)| see(&fact, value));
        }
        if rule.where_observable && rule.step == step {
            observable.push(rule.compare.fact().to_owned());
        }
        if let (Some(fact), true) = (&rule.when_source_had, is_before)
            && !["nic.count", "dns.servers"].contains(&fact.as_str())
        {
            see(fact, Value::Flag(true));
        }
    }
    seen.push(Observation::list(OBSERVABLE, observable, Channel::PlatformApi));
    seen
}

fn values(compare: &Compare, step: Step) -> Vec<(String, Value)> {
    let list = || Value::List(vec!["one".to_owned(), "two".to_owned()]);
    let with = |fact: &String, value: Value| vec![(fact.clone(), value)];
    match compare {
        Compare::Same { fact }
        | Compare::SameSet { fact }
        | Compare::Keeps { fact }
        | Compare::Some { fact } => with(fact, list()),
        Compare::Differs { fact } => with(fact, Value::Text(step.to_string())),
        Compare::NotLess { fact } | Compare::NotMore { fact } | Compare::Within { fact, .. } => {
            with(fact, Value::Integer(1000))
        }
        Compare::Holds { fact } => with(fact, Value::Flag(true)),
        Compare::HoldsNot { fact } | Compare::None { fact } => with(fact, Value::Flag(false)),
        Compare::AtMost { fact, success, .. } => with(fact, Value::Integer(*success)),
        Compare::Covers { have, need } => {
            vec![(have.clone(), Value::Integer(2)), (need.clone(), Value::Integer(1))]
        }
        Compare::Contains { list, item } => vec![
            (list.clone(), Value::List(vec!["driver".to_owned()])),
            (item.clone(), Value::Text("driver".to_owned())),
        ],
    }
}
