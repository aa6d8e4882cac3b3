//! What anyone may see says nothing about which tool did it.

use base64ct::{Base64, Encoding as _};
use domain::event::{Event, Recorded};
use proptest::prelude::*;
use reports::history::History;
use reports::leak::tool_named;
use reports::matrix::Judged;
use reports::text::{Colour, matrices};
use reports::{cells_csv, html, json};

use crate::exports::exports;
use crate::fixture::{events, only_campaign, policy, view_of};

/// Every name by which the fixture's tools could be known.
pub(crate) const NAMES: [&str; 12] = [
    "canary-one",
    "canary-two",
    "canary-packer",
    "canary-direct",
    "canary-other",
    "canary-ovf",
    "canary-act",
    "canary-work",
    "Canary Converter One",
    "Canary Converter Two",
    "Canary Packer",
    "Toolsmith Ltd",
];

/// Every public byte.
fn public_bytes(events: &[Recorded]) -> Vec<String> {
    let view = view_of(events);
    let file = json::public(&view);
    let own = [
        matrices(&view, None, Colour::Always),
        cells_csv::public(&view).unwrap(),
        json::text(&file).unwrap(),
        html::public(&view, None).unwrap(),
    ];
    let exports = exports(&file);
    // What is packed away in base64 is published, too.
    let packed: Vec<String> = exports.iter().flat_map(|it| unpacked(it)).collect();
    assert_eq!(packed.len(), 2, "the definition in the statement and in the assessment");
    let own = own.into_iter().chain(exports).chain(packed);
    #[cfg(feature = "tables")]
    let own = own.chain([serde_json::to_string(&crate::tables::public(&[view])).unwrap()]);
    own.collect()
}

/// Every long text of a JSON export that is base64, decoded.
fn unpacked(export: &str) -> Vec<String> {
    let decoded = |text: &str| String::from_utf8(Base64::decode_vec(text).ok()?).ok();
    export.split('"').filter(|it| it.len() > 200).filter_map(decoded).collect()
}

/// The same campaigns with other tools: other names, declared in another order.
pub(crate) fn recast(events: &[Recorded], names: &[String], order: &[usize]) -> Vec<Recorded> {
    let mut text = serde_json::to_string(events).unwrap();
    for (old, new) in NAMES.iter().zip(names) {
        text = text.replace(old, new);
    }
    let mut events: Vec<Recorded> = serde_json::from_str(&text).unwrap();
    for event in &mut events {
        if let Event::CampaignStarted(started) = &mut event.event {
            let testbed = &mut started.testbed;
            testbed.routes = order.iter().map(|it| testbed.routes[*it].clone()).collect();
            testbed.converters = order.iter().map(|it| testbed.converters[*it].clone()).collect();
        }
    }
    events
}

#[test]
fn no_public_byte_names_a_tool() {
    for text in public_bytes(&events()) {
        let text = text.to_lowercase();
        assert!(!text.contains("canary") && !text.contains("toolsmith"));
        assert!(!text.contains("cannot read the header"), "a witness is quoted");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn other_tools_give_the_same_public_bytes(
        prefixes in prop::collection::vec("[a-z][a-z0-9]{0,6}", NAMES.len()),
        order in Just(vec![0, 1, 2]).prop_shuffle(),
    ) {
        let names: Vec<String> =
            prefixes.iter().enumerate().map(|(place, it)| format!("{it}-zz{place}")).collect();
        prop_assert_eq!(public_bytes(&recast(&events(), &names, &order)), public_bytes(&events()));
    }
}

#[test]
fn a_declared_text_that_names_a_tool_is_told() {
    let told = |events: &[Recorded]| {
        let (history, policy) = (History::of(events), policy());
        tool_named(&Judged::new(only_campaign(&history), &policy))
    };
    assert_eq!(told(&events()), None);
    let mut events = events();
    let Event::CampaignStarted(started) = &mut events[0].event else { panic!("the first event") };
    started.testbed.vendors[2].name = "a vendor of tools only, as Canary-One".to_owned();
    started.testbed.platforms[2].product = "KVM, played by canary ones".to_owned();
    assert_eq!(
        told(&events),
        None,
        "that vendor is not shown, and the product names no tool whole"
    );
    let Event::CampaignStarted(started) = &mut events[0].event else { panic!("the first event") };
    started.testbed.guests[0].name = "Linux, made with Canary-One 1.0".to_owned();
    assert_eq!(
        told(&events).unwrap(),
        "the name of guest `portable` names the conversion tool `canary-one`, and public output \
         may name none: reword \"Linux, made with Canary-One 1.0\" and run the campaign anew, or \
         show it to operators only"
    );
}
