//! The facts of preflight against a second, plain table, and what the policy makes of them.

use std::collections::{BTreeMap, BTreeSet};

use domain::check::{Finding, check};
use domain::observation::{Observation, Value, find};
use domain::policy::Rule;
use domain::preflight::{
    Disk, Machine, Nic, OBSERVABLE, PassedThrough, Target, Told, at_source, at_target, fits,
    is_host_name,
};
use domain::score::Score;
use proptest::prelude::*;

use crate::shipped::default_policy;

fn told<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Told<T>> {
    prop_oneof![
        1 => Just(Told::CannotBeAsked),
        1 => Just(Told::Unread),
        4 => value.prop_map(Told::Is),
    ]
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned)
}

fn words() -> impl Strategy<Value = BTreeSet<String>> {
    prop::collection::btree_set(word(), 0..3)
}

fn maybe<T: std::fmt::Debug>(it: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.9, it)
}

fn machine() -> impl Strategy<Value = Machine> {
    let disk = (maybe(word()), maybe(any::<bool>())).prop_map(|(bus, shared)| Disk { bus, shared });
    let nic = (maybe(word()), maybe(word())).prop_map(|(model, network)| Nic { model, network });
    let device =
        (word(), any::<bool>()).prop_map(|(name, is_light)| PassedThrough { name, is_light });
    (
        "[a-zA-Z0-9-]{0,5}|[a-z]{62,64}|[a-z_.]{1,4}",
        told(any::<bool>()),
        told(prop::collection::vec(disk, 0..4)),
        told(prop::collection::vec(nic, 0..4)),
        told(prop::collection::vec(device, 0..3)),
        told(any::<bool>()),
        told(any::<bool>()),
    )
        .prop_map(|(name, is_normal, disks, nics, passed_through, secure_boot, tpm)| Machine {
            name,
            is_normal,
            disks,
            nics,
            passed_through,
            secure_boot,
            tpm,
        })
}

fn target() -> impl Strategy<Value = Target> {
    let map = prop::collection::btree_map(word(), word(), 0..3);
    (
        told(0..4_u64),
        told(0..4_u64),
        told(words()),
        told(words()),
        told(map),
        told(any::<bool>()),
        told(any::<bool>()),
    )
        .prop_map(|(most_disks, most_nics, buses, models, networks, secure_boot, tpm)| {
            Target { most_disks, most_nics, buses, models, networks, secure_boot, tpm }
        })
}

/// What a rule comes to in the plain table: no row, a row without an answer, or good or bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    None,
    Blank,
    Good,
    Bad,
}

fn row<T>(told: &Told<T>, judge: impl FnOnce(&T) -> Row) -> Row {
    match told {
        Told::CannotBeAsked => Row::None,
        Told::Unread => Row::Blank,
        Told::Is(it) => judge(it),
    }
}

fn good(holds: bool) -> Row {
    if holds { Row::Good } else { Row::Bad }
}

/// Two answers are needed: one that cannot be asked for makes the row none, one unread leaves it blank.
fn both(one: Row, two: Row) -> Option<Row> {
    [Row::None, Row::Blank].into_iter().find(|it| one == *it || two == *it)
}

fn covered(needed: &Told<usize>, most: &Told<u64>) -> Row {
    // The rule is about what there is: what is needed and not known leaves it blank.
    match (needed, most) {
        (_, Told::CannotBeAsked) => Row::None,
        (Told::Is(needed), Told::Is(most)) => good(*most >= *needed as u64),
        _ => Row::Blank,
    }
}

fn lacking(wanted: Told<Vec<Option<String>>>, offered: &Told<Vec<String>>) -> Row {
    let there = |_: &_| Row::Good;
    let there_too = |_: &_| Row::Good;
    if let Some(row) = both(row(&wanted, there), row(offered, there_too)) {
        return row;
    }
    let (Told::Is(wanted), Told::Is(offered)) = (wanted, offered) else { unreachable!() };
    if wanted.iter().any(Option::is_none) {
        return Row::Blank;
    }
    good(wanted.iter().flatten().all(|it| offered.contains(it)))
}

fn guarded(uses: &Told<bool>, offers: &Told<bool>) -> Row {
    match uses {
        Told::Is(false) | Told::CannotBeAsked => Row::None,
        Told::Unread => Row::Blank,
        Told::Is(true) => row(offers, |it| good(*it)),
    }
}

fn plain(machine: &Machine, target: &Target) -> BTreeMap<&'static str, Row> {
    let disks =
        |of: fn(&Disk) -> Option<String>| machine.disks.map(|it| it.iter().map(of).collect());
    let nics = |of: fn(&Nic) -> Option<String>| machine.nics.map(|it| it.iter().map(of).collect());
    let list = |it: &Told<BTreeSet<String>>| it.map(|it| it.iter().cloned().collect());
    let through = |light: bool| {
        row(&machine.passed_through, |all| good(!all.iter().any(|it| it.is_light == light)))
    };
    BTreeMap::from([
        ("H.state", row(&machine.is_normal, |it| good(*it))),
        (
            "H.disk.shared",
            row(&machine.disks, |all| match all.iter().any(|it| it.shared.is_none()) {
                true => Row::Blank,
                false => good(!all.iter().any(|it| it.shared == Some(true))),
            }),
        ),
        ("H.passthrough", through(false)),
        ("H.passthrough.light", through(true)),
        ("H.disk.count", covered(&machine.disks.map(Vec::len), &target.most_disks)),
        ("H.nic.count", covered(&machine.nics.map(Vec::len), &target.most_nics)),
        ("H.disk.bus", lacking(disks(|it| it.bus.clone()), &list(&target.buses))),
        ("H.nic.model", lacking(nics(|it| it.model.clone()), &list(&target.models))),
        (
            "H.net.map",
            lacking(
                nics(|it| it.network.clone()),
                &target.networks.map(|it| it.keys().cloned().collect()),
            ),
        ),
        ("H.name.valid", good(plain_name(&machine.name))),
        ("H.secureboot", guarded(&machine.secure_boot, &target.secure_boot)),
        ("H.tpm", guarded(&machine.tpm, &target.tpm)),
    ])
}

fn plain_name(name: &str) -> bool {
    let letters: Vec<char> = name.chars().collect();
    let ends = [letters.first(), letters.last()];
    !letters.is_empty()
        && letters.len() < 64
        && letters.iter().all(|it| matches!(it, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-'))
        && !ends.contains(&Some(&'-'))
}

fn seen(machine: &Machine, target: &Target, step: u8) -> Vec<Observation> {
    match step {
        1 => at_source(machine),
        4 => at_target(machine, target),
        _ => fits(machine, target),
    }
}

fn rule(id: &str) -> Rule {
    default_policy().rule(id).unwrap().clone()
}

proptest! {
    #[test]
    fn rules_find_what_the_plain_table_has(machine in machine(), target in target()) {
        for (id, row) in plain(&machine, &target) {
            let rule = rule(id);
            let now = seen(&machine, &target, rule.step.number());
            let expected = match row {
                Row::None => Finding::NotApplicable,
                Row::Blank => Finding::NotObserved(Score::Warning),
                Row::Good => Finding::Scored(Score::Success),
                Row::Bad => Finding::Scored(rule.otherwise),
            };
            let found = check(&rule, &[], &now);
            prop_assert_eq!(found.finding, expected, "{}: {}", id, found.why);
        }
    }
}

#[test]
fn what_an_older_driver_saw_is_judged_as_it_was() {
    // No driver of then listed what can be observed: none of the rules since costs anything.
    for rule in default_policy().rules.iter().filter(|it| it.where_observable) {
        assert_eq!(check(rule, &[], &[]).finding, Finding::NotApplicable, "{}", rule.id);
    }
}

#[test]
fn what_can_be_observed_is_listed_even_where_it_was_not_read() {
    let machine = Machine {
        name: "web".to_owned(),
        is_normal: Told::Unread,
        disks: Told::CannotBeAsked,
        nics: Told::CannotBeAsked,
        passed_through: Told::Is(Vec::new()),
        secure_boot: Told::Is(false),
        tpm: Told::CannotBeAsked,
    };
    let now = at_source(&machine);
    let listed = ["vm.state_normal", "vm.passthrough", "vm.passthrough_light"].map(str::to_owned);
    assert_eq!(find(&now, OBSERVABLE), Some(&Value::List(listed.to_vec())));
    assert_eq!(find(&now, "vm.state_normal"), None);
}

#[test]
fn a_host_name_is_one_label() {
    for good in ["a", "web-1", "9", &"a".repeat(63)] {
        assert!(is_host_name(good), "{good}");
    }
    for bad in ["", "-a", "a-", "a.b", "a b", "ä", "a_b", "a\n", &"a".repeat(64)] {
        assert!(!is_host_name(bad), "{bad:?}");
    }
}
