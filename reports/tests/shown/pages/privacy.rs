//! What anyone may see of a page says nothing about which tool did it.

use domain::event::Recorded;
use proptest::prelude::*;
use reports::html::Audience;

use super::sample::{Log, all, events, foreign};
use crate::privacy::{NAMES, recast};

/// Every public byte, of HTML, JSON, feed and badges.
fn public_bytes(events: Vec<Recorded>) -> Vec<(&'static str, String)> {
    let log = Log::of(events);
    let samples = all(&log, Audience::Public).into_iter().chain(foreign(&log));
    samples.flat_map(|it| [(it.name, it.html), (it.name, it.json)]).collect()
}

#[test]
fn no_public_byte_names_a_tool() {
    for (name, text) in public_bytes(events()) {
        let text = text.to_lowercase();
        assert!(!text.contains("canary") && !text.contains("toolsmith"), "{name}");
    }
}

#[test]
fn only_operators_and_auditors_read_of_tools_and_evidence() {
    let log = Log::of(events());
    for audience in [Audience::Operator, Audience::Auditor] {
        let pages = all(&log, audience);
        let page = |name: &str| &pages.iter().find(|it| it.name == name).unwrap().html;
        assert!(
            page("cell").contains("Canary Converter One") && page("cell").contains("/evidence/")
        );
        assert!(page("campaign").contains("Canary Packer"));
        assert!(page("changes").contains("converter:canary-one"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn other_tools_give_the_same_public_bytes(
        prefixes in prop::collection::vec("[a-z][a-z0-9]{0,6}", NAMES.len()),
        order in Just(vec![0, 1, 2]).prop_shuffle(),
    ) {
        let names: Vec<String> =
            prefixes.iter().enumerate().map(|(place, it)| format!("{it}-zz{place}")).collect();
        let recast = public_bytes(recast(&events(), &names, &order));
        for (is, was) in recast.into_iter().zip(public_bytes(events())) {
            prop_assert!(is == was, "{} tells of tools", is.0);
        }
    }
}
