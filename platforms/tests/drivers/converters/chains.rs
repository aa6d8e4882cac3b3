//! The search for routes against one that tries everything.

use std::collections::BTreeSet;

use platforms::command::Exercised;
use platforms::converter::{Card, Chain, Conversion, Form, Hop, Keeps, Recipe, chains, shipped};
use proptest::prelude::*;

const FORMS: [&str; 6] = ["raw", "ovf", "ova", "qcow2", "vmdk", "vpc"];

fn card(id: usize, pairs: &[(usize, usize)]) -> Card {
    let conversions = pairs.iter().map(|(from, to)| Conversion {
        from: BTreeSet::from([FORMS[*from].parse().unwrap()]),
        to: BTreeSet::from([FORMS[*to].parse().unwrap()]),
        keeps: Keeps::Bytes,
        is_drivable: true,
    });
    Card {
        id: format!("tool-{id}").parse().unwrap(),
        vendor: "maker".parse().unwrap(),
        maker: "Maker".to_owned(),
        product: "Tool".to_owned(),
        status: domain::testbed::ConverterStatus::Current,
        exercised: Exercised::DocumentationOnly,
        evidence: "tests".to_owned(),
        sources: Vec::new(),
        conversions: conversions.collect(),
    }
}

/// Every chain, by trying every tool with every pair of forms at every place.
fn by_force(cards: &[&Card], from: &BTreeSet<Form>, to: &BTreeSet<Form>) -> BTreeSet<Chain> {
    let all: Vec<Form> = FORMS.iter().map(|it| it.parse().unwrap()).collect();
    let does = |card: &Card, a: &Form, b: &Form| {
        card.conversions.iter().any(|it| it.from.contains(a) && it.to.contains(b))
    };
    let hop = |card: &Card, a: &Form, b: &Form| Hop {
        converter: card.id.to_string(),
        from: a.clone(),
        to: b.clone(),
    };
    let mut found = BTreeSet::new();
    for (a, c) in all.iter().flat_map(|a| all.iter().map(move |c| (a, c))) {
        if !from.contains(a) || !to.contains(c) {
            continue;
        }
        let chain = |hops| Chain { hops, from: a.clone(), to: c.clone() };
        if a == c {
            found.insert(chain(Vec::new()));
        }
        for one in cards.iter().filter(|it| does(it, a, c)) {
            found.insert(chain(vec![hop(one, a, c)]));
        }
        for b in
            all.iter().filter(|b| ["raw", "ovf", "ova"].contains(&b.as_str()) && *b != a && *b != c)
        {
            for (one, two) in cards.iter().flat_map(|x| cards.iter().map(move |y| (x, y))) {
                if one.id != two.id && does(one, a, b) && does(two, b, c) {
                    found.insert(chain(vec![hop(one, a, b), hop(two, b, c)]));
                }
            }
        }
    }
    found
}

proptest! {
    #[test]
    fn every_chain_is_found_and_no_other(
        tools in prop::collection::vec(prop::collection::vec((0..6_usize, 0..6_usize), 0..8), 0..5),
        from in prop::collection::btree_set(0..6_usize, 0..3),
        to in prop::collection::btree_set(0..6_usize, 0..3),
    ) {
        let cards: Vec<Card> = tools.iter().enumerate().map(|(id, it)| card(id, it)).collect();
        let cards: Vec<&Card> = cards.iter().collect();
        let forms = |of: &BTreeSet<usize>| of.iter().map(|it| FORMS[*it].parse().unwrap()).collect();
        let (from, to) = (forms(&from), forms(&to));
        let found = chains(&cards, &from, &to);
        prop_assert!(found.is_sorted_by_key(|it| it.hops.len()), "the shorter first");
        let as_set: BTreeSet<Chain> = found.iter().cloned().collect();
        prop_assert_eq!(as_set.len(), found.len(), "none twice");
        prop_assert_eq!(as_set, by_force(&cards, &from, &to));
    }
}

#[test]
fn what_is_shipped_leads_from_a_disk_to_kvm_in_two_ways() {
    let cards = ["qemu-img", "virt-v2v"].map(|it| Recipe::read(shipped(it).unwrap().text).unwrap());
    let cards: Vec<&Card> = cards.iter().map(|it| &it.card).collect();
    let set = |it: &str| BTreeSet::from([it.parse::<Form>().unwrap()]);
    let found = chains(&cards, &set("vmdk"), &set("qcow2"));
    let names =
        |it: &Chain| it.hops.iter().map(|it| it.converter.clone()).collect::<Vec<_>>().join(" ");
    let names: Vec<String> = found.iter().map(names).collect();
    assert_eq!(names, ["qemu-img", "virt-v2v", "qemu-img virt-v2v", "virt-v2v qemu-img"]);
    assert_eq!(found[3].between().collect::<Vec<_>>(), [&"raw".parse::<Form>().unwrap()]);
    assert_eq!(chains(&cards, &set("xva"), &set("qcow2")), []);
}
