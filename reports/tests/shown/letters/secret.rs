//! A letter says nothing of another vendor that the public is not told.

use domain::event::{Event, Recorded};
use domain::plan::Trial;
use domain::step::Step;
use proptest::prelude::*;

use super::sample::{apart, bytes, letter, letter_of};
use crate::fixture::record;
use crate::privacy::{NAMES, recast};
use crate::tale::Fate;
use crate::years::{Years, arrives, breaks, fails, warns};

/// By what tools of others could be known in a letter to Acme, which makes canary-one.
const OTHERS: [&str; 12] = [
    "canary-two",
    "canary-packer",
    "canary-direct",
    "canary-other",
    "canary-ovf",
    "canary-act",
    "canary-work",
    "converter two",
    "canary packer",
    "toolsmith",
    "2.3.1",
    "booted with drivers",
];

#[test]
fn no_byte_names_a_tool_of_another_vendor() {
    for text in bytes(&letter("acme")) {
        let text = text.to_lowercase();
        for name in OTHERS {
            assert!(!text.contains(name), "{name} in {text}");
        }
    }
    for text in bytes(&letter("toolsmith")) {
        let text = text.to_lowercase();
        for name in ["canary-one", "converter one", "canary-two", "converter two", "cannot read"] {
            assert!(!text.contains(name), "{name}");
        }
    }
}

#[test]
fn cells_between_other_vendors_are_not_there() {
    let letter = letter("acme");
    let is_own = |source: &str, target: &str| source == "acme-like" || target == "acme-like";
    let cells = &letter.results.cells;
    assert!(cells.iter().all(|it| is_own(it.source.as_str(), it.target.as_str())));
    assert!(
        letter.results.withheld.iter().all(|it| is_own(it.source.as_str(), it.target.as_str()))
    );
}

#[test]
fn what_its_own_tool_complained_about_is_quoted_and_cleaned() {
    let letter = letter("acme");
    let excerpts = &letter.results.tools[0].excerpts;
    assert!(!excerpts.is_empty());
    for it in excerpts {
        assert_eq!(it.lines, ["reading header", "[31mcannot read the header: Invalid argument"]);
        assert_eq!(it.from, "what the tool complained about");
    }
}

/// Two campaigns. What Acme may see is the same in all such worlds: cells from or to its platform,
/// and routes with canary-one. What is drawn is what canary-two does between others' platforms.
fn world(drawn: [u8; 2], versions: [u8; 2]) -> Vec<Recorded> {
    let fate = move |year: usize| {
        move |it: &Trial| -> Option<Fate> {
            let is_acmes = it.source.as_str() == "acme-like" || it.target.as_str() == "acme-like";
            match (is_acmes, it.route.as_str()) {
                (true, "canary-other") => fails(Step::Export),
                (true, _) if it.guest.as_str() == "portable" && year == 1 => warns(),
                (false, "canary-other") => match drawn[year] {
                    0 => arrives(),
                    1 => warns(),
                    2 => fails(Step::Restart),
                    3 => breaks(),
                    _ => None,
                },
                _ => arrives(),
            }
        }
    };
    let years = Years::new().campaign("c-2013", fate(0));
    let years = years
        .with("converter:canary-two", &format!("{}.0", versions[0]))
        .with("converter:canary-packer", &format!("{}.0", versions[1]))
        .campaign("c-2016", fate(1));
    at_fixed_times(&years.recorded())
}

/// When campaigns start is no result.
fn at_fixed_times(events: &[Recorded]) -> Vec<Recorded> {
    let start = events[0].at;
    let mut events = record(events.iter().map(|it| it.event.clone()).collect());
    for event in &mut events {
        if matches!(event.event, Event::CampaignStarted(_)) {
            event.at = start;
        }
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_is_not_its_own_changes_no_byte_of_a_vendors_letter(
        drawn in [0..5_u8, 0..5_u8],
        versions in [1..90_u8, 1..90_u8],
        prefixes in prop::collection::vec("[a-z][a-z0-9]{0,6}", NAMES.len()),
        order in Just(vec![0, 1, 2]).prop_shuffle(),
    ) {
        let plain = bytes(&letter_of(&apart(world([0, 0], [5, 2])), "acme", NAMES[1]));
        let mut names: Vec<String> =
            prefixes.iter().enumerate().map(|(place, it)| format!("{it}-zz{place}")).collect();
        // Its own tool keeps its name; Toolsmith is a vendor of tools alone.
        for own in [0, 8] {
            names[own] = NAMES[own].to_owned();
        }
        let other = recast(&apart(world(drawn, versions)), &names, &order);
        let other = bytes(&letter_of(&other, "acme", &names[1]));
        for (plain, other) in plain.iter().zip(&other) {
            prop_assert_eq!(plain, other);
        }
    }
}
