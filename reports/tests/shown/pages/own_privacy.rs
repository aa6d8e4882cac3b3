//! A vendor's page, the audit and a search say nothing about other vendors and tools that the public
//! does not see.

use domain::event::{Event, Recorded};
use proptest::prelude::*;
use reports::pages::search::{Found, LONGEST, MOST_FOUND, Search};
use reports::pages::searching::{insiders, public};

use super::own::{self, shelves};
use super::sample::{Log, events};
use crate::privacy::{NAMES, recast};

/// Every byte that a vendor is shown.
fn shown_to(vendor: &str, events: Vec<Recorded>) -> Vec<String> {
    let pages = own::of_vendor(&Log::of(events), vendor);
    pages.into_iter().flat_map(|it| [it.html, it.json]).collect()
}

/// Every byte that anyone is shown.
fn shown_to_anyone(events: Vec<Recorded>) -> Vec<String> {
    let pages = own::public(&Log::of(events));
    pages.into_iter().flat_map(|it| [it.html, it.json]).collect()
}

/// Names that no text holds by chance.
fn names(prefixes: &[String]) -> Vec<String> {
    prefixes.iter().enumerate().map(|(place, it)| format!("{it}-zz{place}")).collect()
}

/// The same campaigns, in which another vendor makes the second tool, by another name.
fn recast_vendors(events: &[Recorded], name: &str, order: &[usize]) -> Vec<Recorded> {
    let mut events = events.to_vec();
    for event in &mut events {
        let Event::CampaignStarted(started) = &mut event.event else { continue };
        let testbed = &mut started.testbed;
        for vendor in testbed.vendors.iter_mut().filter(|it| it.id.as_str() != "acme") {
            vendor.name = format!("{name} of {}", vendor.id);
        }
        testbed.vendors = order.iter().map(|it| testbed.vendors[*it].clone()).collect();
    }
    events
}

#[test]
fn a_vendor_reads_of_its_own_tools_and_answers_only() {
    let texts = shown_to("acme", events());
    for text in &texts {
        let text = text.to_lowercase();
        assert!(!text.contains("canary") && !text.contains("toolsmith"), "a tool is named");
        assert!(!text.contains("nobody else may read this"), "an answer of another");
    }
    assert!(texts[0].contains("second line"), "its own answer");
    let texts = shown_to("toolsmith", events());
    assert!(texts[0].contains("Canary Converter Two") && texts[0].contains("Nobody else may read"));
    assert!(!texts[0].contains("second line</blockquote>"), "an answer of another");
}

#[test]
fn there_is_no_page_for_who_is_in_no_testbed() {
    let log = Log::of(events());
    let nobody = "nobody".parse().unwrap();
    let page = |asked| {
        let of = (log.records.as_slice(), &log.policy);
        let letters = domain::letter::LetterRegistry::default();
        let known = domain::letter::Known { letters: &letters, answers: &[] };
        reports::pages::vendor::VendorPage::new(of, &nobody, known, asked)
    };
    assert_eq!(page(None), None);
    assert_eq!(page(Some("c-2016")), None);
}

#[test]
fn only_insiders_find_tools() {
    let log = Log::of(events());
    for question in ["CANARY-ONE", "toolsmith", "canary converter", "packer"] {
        assert!(public(question, &shelves(&log)).groups.is_empty(), "{question}");
    }
    let found = insiders("canary two", &shelves(&log));
    assert_eq!(found.groups.len(), 1);
    assert_eq!(found.groups[0].title, "Converters");
}

#[test]
fn hostile_questions_find_nothing_and_break_nothing() {
    let log = Log::of(events());
    for question in
        ["", " ", "\0", "\u{202e}", "<script>alert(2)", "%00", "' or 1=1 --", "../../etc/passwd"]
    {
        let found = insiders(question, &shelves(&log));
        assert!(found.groups.is_empty(), "{question:?}");
    }
    let long = public(&"ä ".repeat(10_000), &shelves(&log));
    assert!(long.question.chars().count() <= LONGEST);
    let all = (0..2 * MOST_FOUND).map(|it| Found::new(it, "the same", "/"));
    let many = Search::new("same").among("Things", all);
    assert_eq!((many.groups[0].found.len(), many.groups[0].more), (MOST_FOUND, MOST_FOUND));
}

#[test]
fn a_question_is_found_in_parts_and_in_any_order() {
    let log = Log::of(events());
    let titles = |question| {
        let found = public(question, &shelves(&log));
        found.groups.iter().flat_map(|it| it.found.clone()).map(|it| it.title).collect::<Vec<_>>()
    };
    assert_eq!(titles("xen libre"), titles("LIBRE Xen"));
    assert!(titles("xen libre").contains(&"xen-like".to_owned()));
    assert!(titles("spring").contains(&"spring".to_owned()));
    assert!(titles("c-2016").contains(&"c-2016".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn other_vendors_tools_give_a_vendor_the_same_bytes(
        prefixes in prop::collection::vec("[a-z][a-z0-9]{0,6}", NAMES.len()),
        order in Just(vec![0, 1, 2]).prop_shuffle(),
        vendors in Just(vec![0, 1, 2]).prop_shuffle(),
    ) {
        let other = recast(&events(), &names(&prefixes), &order);
        let other = recast_vendors(&other, &prefixes[0], &vendors);
        // What public cells say of a platform's maker is that maker's own name alone.
        prop_assert!(shown_to("acme", other) == shown_to("acme", events()));
    }

    #[test]
    fn other_tools_give_anyone_the_same_audit_and_search(
        prefixes in prop::collection::vec("[a-z][a-z0-9]{0,6}", NAMES.len()),
        order in Just(vec![0, 1, 2]).prop_shuffle(),
    ) {
        let other = recast(&events(), &names(&prefixes), &order);
        prop_assert!(shown_to_anyone(other) == shown_to_anyone(events()));
    }

    #[test]
    fn the_names_of_its_routes_tell_a_maker_of_tools_nothing(
        prefixes in prop::collection::vec("[a-z][a-z0-9]{0,6}", NAMES.len()),
        order in Just(vec![0, 1, 2]).prop_shuffle(),
    ) {
        // Its own tools keep their names; routes are called otherwise and stand in another order.
        let mut renamed: Vec<String> = NAMES.iter().map(|it| (*it).to_owned()).collect();
        for place in 3..6 {
            renamed[place] = format!("{}-zz{place}", prefixes[place]);
        }
        let mut other = recast(&events(), &renamed, &order);
        for event in &mut other {
            if let Event::CampaignStarted(started) = &mut event.event {
                started.testbed.converters.sort_by(|a, b| a.id.cmp(&b.id));
            }
        }
        let mut same = events();
        for event in &mut same {
            if let Event::CampaignStarted(started) = &mut event.event {
                started.testbed.converters.sort_by(|a, b| a.id.cmp(&b.id));
            }
        }
        prop_assert!(shown_to("toolsmith", other) == shown_to("toolsmith", same));
    }
}
