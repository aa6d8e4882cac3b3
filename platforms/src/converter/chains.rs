//! The search for routes: every chain of at most two converters from one form to another.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Card, Form};

/// Most converters of one chain: two with a package, or a raw disk, between them.
pub const MOST_HOPS: usize = 2;

/// Converters one after the other; none where the source gives what the target takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Chain {
    /// What each of them does, in order.
    pub hops: Vec<Hop>,
    /// The form in which the source gives the machine.
    pub from: Form,
    /// The form in which the target takes it.
    pub to: Form,
}

/// One converter at work.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Hop {
    /// Which converter.
    pub converter: String,
    /// What it is given.
    pub from: Form,
    /// What it makes.
    pub to: Form,
}

impl Chain {
    /// The forms between two of its converters.
    pub fn between(&self) -> impl Iterator<Item = &Form> {
        self.hops.iter().skip(1).map(|it| &it.from)
    }
}

/// Every chain from one of these forms to one of those: the shorter first, then by the names of what they consist of.
///
/// One converter may turn a form into itself: a copy in the target's own making. Of two, each is another one, and they
/// hand each other what every tool reads (the rule of the seed: two tools with OVF, or raw, between them).
#[must_use]
pub fn chains(cards: &[&Card], from: &BTreeSet<Form>, to: &BTreeSet<Form>) -> Vec<Chain> {
    let mut found = BTreeSet::new();
    for form in from.intersection(to) {
        found.insert((0, Chain { hops: Vec::new(), from: form.clone(), to: form.clone() }));
    }
    for start in from {
        for first in hops(cards, start) {
            if to.contains(&first.to) {
                found.insert((1, chain(vec![first.clone()])));
            }
            if !first.to.is_between() || first.to == *start {
                continue;
            }
            let second = hops(cards, &first.to).into_iter();
            let second = second.filter(|it| to.contains(&it.to) && it.to != it.from);
            for second in second.filter(|it| it.converter != first.converter) {
                found.insert((2, chain(vec![first.clone(), second])));
            }
        }
    }
    found.into_iter().map(|(_, chain)| chain).collect()
}

/// What can be made of a form in one go.
fn hops(cards: &[&Card], from: &Form) -> BTreeSet<Hop> {
    let mut found = BTreeSet::new();
    for card in cards {
        let able = card.conversions.iter().filter(|it| it.from.contains(from));
        let forms = able.flat_map(|it| &it.to);
        found.extend(forms.map(|to| Hop {
            converter: card.id.to_string(),
            from: from.clone(),
            to: to.clone(),
        }));
    }
    found
}

/// A chain of at least one converter.
fn chain(hops: Vec<Hop>) -> Chain {
    let (from, to) = (hops[0].from.clone(), hops[hops.len() - 1].to.clone());
    Chain { hops, from, to }
}
