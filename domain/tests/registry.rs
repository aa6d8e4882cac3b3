//! What has been declared so far, against plain scans of the events.

use domain::event::{
    BaselineSet, CheckWaived, Event, Pins, StepWithdrawn, WaiverEnded, WaiverScope,
};
use domain::registry::Registry;
use domain::step::Step;
use jiff::Timestamp;
use proptest::prelude::*;

use crate::declarations::{Declarations, any_declaration, at, recorded};
use crate::support::{campaign_id, trials};

fn waived(waiver: &str, expires: i64) -> Event {
    Event::CheckWaived(CheckWaived {
        waiver: waiver.parse().unwrap(),
        rule: "A".to_owned(),
        scope: WaiverScope::default(),
        reason: "r".to_owned(),
        owner: "ada".to_owned(),
        expires: at(expires),
    })
}

fn ended(waiver: &str) -> Event {
    let (waiver, reason, by) = (waiver.parse().unwrap(), "r".to_owned(), "ada".to_owned());
    Event::WaiverEnded(WaiverEnded { waiver, reason, by })
}

fn withdrawn(position: u64, reason: &str) -> Event {
    Event::StepWithdrawn(StepWithdrawn {
        campaign: campaign_id(),
        trial: trials()[0].clone(),
        step: Step::Restart,
        position,
        reason: reason.to_owned(),
        by: "ada".to_owned(),
    })
}

/// The registry of events, each with the second it was recorded in.
fn registry(events: Vec<(i64, Event)>) -> Registry {
    let mut registry = Registry::default();
    for (position, (second, event)) in (0..).zip(events) {
        registry.evolve(&recorded(position, at(second), event));
    }
    registry
}

#[test]
fn a_waiver_is_in_force_from_its_second_to_the_one_before_its_last() {
    let it = registry(vec![(10, waived("w", 20))]);
    let instants = [at(9), at(10), at(19), Timestamp::from_nanosecond(20_000_000_000 - 1).unwrap()];
    assert_eq!(instants.map(|it_at| it.in_force(it_at).len()), [0, 1, 1, 1]);
    assert!(it.in_force(at(20)).is_empty());
    let it = registry(vec![(10, waived("w", 20)), (15, ended("w"))]);
    assert_eq!([14, 15, 16].map(|second| it.in_force(at(second)).len()), [1, 0, 0]);
}

#[test]
fn the_first_word_counts_whatever_a_foreign_log_says_after_it() {
    let events = vec![
        (1, ended("w")),
        (2, waived("w", 20)),
        (3, waived("w", 90)),
        (4, ended("w")),
        (5, ended("w")),
        (6, withdrawn(7, "first")),
        (7, withdrawn(7, "second")),
    ];
    let it = registry(events);
    let waiver = &it.waivers()[&"w".parse().unwrap()];
    assert_eq!(waiver.waived.what.expires, at(20));
    assert_eq!(waiver.ended.as_ref().unwrap().position, 3);
    assert_eq!(it.withdrawals()[&7].what.reason, "first");
}

#[test]
fn a_baseline_stands_for_what_it_was_set_to_last() {
    let set = |name: &str, campaign: &str| {
        Event::BaselineSet(BaselineSet {
            name: name.parse().unwrap(),
            campaign: campaign.parse().unwrap(),
            versions: Pins::new(),
            revision: 1,
            follows: None,
            reason: String::new(),
            by: "ada".to_owned(),
        })
    };
    let it = registry(vec![(1, set("b", "c-1")), (2, set("a", "c-2")), (3, set("b", "c-3"))]);
    let last = it.baseline(&"b".parse().unwrap()).unwrap();
    assert_eq!((last.position, last.what.campaign.as_str()), (2, "c-3"));
    assert!(it.baseline(&"c".parse().unwrap()).is_none());
    let names: Vec<_> = it.baselines().map(|(name, line)| (name.as_str(), line.len())).collect();
    assert_eq!(names, [("a", 1), ("b", 2)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A plain scan: the first declaration of each name counts, and the first end behind it.
    #[test]
    fn waivers_in_force_are_those_that_a_plain_scan_finds(
        acts in prop::collection::vec((0..3_usize, 0..30_i64, prop::option::of(0..40_i64)), 0..20),
        instant in 0..45_i64,
    ) {
        let names = ["u", "v", "w"];
        let events: Vec<(i64, Event)> = acts.iter().map(|(name, second, expires)| match expires {
            Some(expires) => (*second, waived(names[*name], *expires)),
            None => (*second, ended(names[*name])),
        }).collect();
        let mut plain = Vec::new();
        for (place, name) in names.into_iter().enumerate() {
            let mut of_name = acts.iter().filter(|(it, _, _)| *it == place).skip_while(|it| it.2.is_none());
            let Some((_, declared, Some(expires))) = of_name.next() else { continue };
            let ended = of_name.find(|it| it.2.is_none()).map(|it| it.1);
            let lasts = ended.is_none_or(|ended| instant < ended);
            if *declared <= instant && instant < *expires && lasts {
                plain.push(name);
            }
        }
        let registry = registry(events);
        let found: Vec<&str> = registry.in_force(at(instant)).iter().map(|it| it.waiver.as_str()).collect();
        prop_assert_eq!(found, plain);
    }

    /// The same live and rebuilt, and nothing that was declared is lost.
    #[test]
    fn a_registry_can_be_rebuilt(said in prop::collection::vec(any_declaration(), 0..40)) {
        let mut it = Declarations::default();
        for (second, declaration) in (0..).zip(said) {
            let _refused = it.declare(declaration, second);
        }
        let mut rebuilt = Registry::default();
        it.events.iter().for_each(|event| rebuilt.evolve(event));
        prop_assert_eq!(&rebuilt, &it.registry);
        let (baselines, upgrades) = (rebuilt.baselines().map(|(_, line)| line.len()), rebuilt.upgrades().len());
        let waivers = rebuilt.waivers().values().map(|it| 1 + usize::from(it.ended.is_some()));
        prop_assert_eq!(baselines.sum::<usize>() + upgrades + waivers.sum::<usize>(), it.events.len());
    }
}
