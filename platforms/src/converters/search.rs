//! Every way through converters, at most two of them, as in 2013: one alone, or two with a package between them.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::ConverterId;
use domain::testbed::ConverterStatus;

use super::{Cargo, ConverterFacts};

/// Most converters of a chain.
pub const LONGEST_CHAIN: usize = 2;

/// One way: the tools in order, and what travels before, between and behind them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chain {
    /// The tools, none where the target takes what the source gives.
    pub converters: Vec<ConverterId>,
    /// What travels; one more than there are tools.
    pub cargo: Vec<Cargo>,
}

/// Where no way leads: what the source gives and the target takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What leaves the source.
    pub from: BTreeSet<Cargo>,
    /// What the target takes.
    pub to: BTreeSet<Cargo>,
}

/// Every chain from what a source gives to what a target takes: fewer tools first, then by their names. No cargo is
/// carried back to what it was, and no tool that is retired is used.
///
/// # Errors
/// There is none.
pub fn chains(
    gives: &BTreeSet<Cargo>,
    takes: &BTreeSet<Cargo>,
    converters: &[ConverterFacts],
) -> Result<Vec<Chain>, Gap> {
    let current: Vec<&ConverterFacts> =
        converters.iter().filter(|it| it.status == ConverterStatus::Current).collect();
    // Who takes what: a step looks up those that can go on, rather than asking all of them.
    let mut taking: BTreeMap<&Cargo, Vec<&ConverterFacts>> = BTreeMap::new();
    for converter in current {
        for cargo in &converter.accepts {
            taking.entry(cargo).or_default().push(converter);
        }
    }
    let mut found = Vec::new();
    let mut open: Vec<Chain> =
        gives.iter().map(|it| Chain { converters: Vec::new(), cargo: vec![it.clone()] }).collect();
    while let Some(chain) = open.pop() {
        let Some(last) = chain.cargo.last() else {
            continue;
        };
        if takes.contains(last) {
            found.push(chain.clone());
        }
        if chain.converters.len() < LONGEST_CHAIN {
            let next = taking.get(last).into_iter().flatten();
            open.extend(next.flat_map(|it| longer(&chain, it)));
        }
    }
    if found.is_empty() {
        return Err(Gap { from: gives.clone(), to: takes.clone() });
    }
    found.sort_by(|a, b| (a.converters.len(), a).cmp(&(b.converters.len(), b)));
    Ok(found)
}

/// The chain with one tool more, for each cargo that it gives and that has not travelled yet.
fn longer<'a>(chain: &'a Chain, by: &'a ConverterFacts) -> impl Iterator<Item = Chain> + 'a {
    by.produces.iter().filter(|it| !chain.cargo.contains(it)).map(|it| {
        let mut longer = chain.clone();
        longer.converters.push(by.id.clone());
        longer.cargo.push(it.clone());
        longer
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cargo(number: u8) -> Cargo {
        let format = ["raw", "qcow2", "vmdk", "vhd"][usize::from(number % 4)];
        if number < 4 { Cargo::bare(format) } else { Cargo::described(format, "ovf") }
    }

    fn set() -> impl Strategy<Value = BTreeSet<Cargo>> {
        prop::collection::btree_set((0..8_u8).prop_map(cargo), 0..4)
    }

    fn tools() -> impl Strategy<Value = Vec<ConverterFacts>> {
        let tool = (set(), set(), any::<bool>());
        prop::collection::vec(tool, 0..5).prop_map(|all| {
            let facts = |(number, (accepts, produces, retired)): (usize, _)| ConverterFacts {
                id: format!("tool-{number}").parse().unwrap(),
                version: "1".to_owned(),
                status: if retired { ConverterStatus::Retired } else { ConverterStatus::Current },
                accepts,
                produces,
            };
            all.into_iter().enumerate().map(facts).collect()
        })
    }

    /// Every tuple of tools and cargo there could be, asked one by one whether it is a way.
    fn by_force(
        gives: &BTreeSet<Cargo>,
        takes: &BTreeSet<Cargo>,
        tools: &[ConverterFacts],
    ) -> BTreeSet<Chain> {
        let all: Vec<Cargo> = (0..8).map(cargo).collect();
        let works = |tool: &ConverterFacts, from: &Cargo, to: &Cargo| {
            tool.status == ConverterStatus::Current
                && tool.accepts.contains(from)
                && tool.produces.contains(to)
        };
        let mut found = BTreeSet::new();
        for a in all.iter().filter(|it| gives.contains(it)) {
            if takes.contains(a) {
                found.insert(Chain { converters: vec![], cargo: vec![a.clone()] });
            }
            for (first, b) in tools.iter().flat_map(|it| all.iter().map(move |b| (it, b))) {
                if a == b || !works(first, a, b) {
                    continue;
                }
                if takes.contains(b) {
                    let (converters, cargo) = (vec![first.id.clone()], vec![a.clone(), b.clone()]);
                    found.insert(Chain { converters, cargo });
                }
                for (second, c) in tools.iter().flat_map(|it| all.iter().map(move |c| (it, c))) {
                    if c != a && c != b && works(second, b, c) && takes.contains(c) {
                        let converters = vec![first.id.clone(), second.id.clone()];
                        let cargo = vec![a.clone(), b.clone(), c.clone()];
                        found.insert(Chain { converters, cargo });
                    }
                }
            }
        }
        found
    }

    proptest! {
        #[test]
        fn it_finds_what_trying_everything_finds(gives in set(), takes in set(), tools in tools()) {
            let forced = by_force(&gives, &takes, &tools);
            match chains(&gives, &takes, &tools) {
                Err(gap) => {
                    prop_assert!(forced.is_empty());
                    prop_assert_eq!(gap, Gap { from: gives, to: takes });
                }
                Ok(found) => {
                    prop_assert!(found.is_sorted_by_key(|it| it.converters.len()));
                    prop_assert_eq!(found.len(), forced.len(), "each once");
                    prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), forced);
                }
            }
        }
    }

    #[test]
    fn two_tools_with_a_package_between_them() {
        let tool = |id: &str, from: Cargo, to: Cargo| ConverterFacts {
            id: id.parse().unwrap(),
            version: "1".to_owned(),
            status: ConverterStatus::Current,
            accepts: BTreeSet::from([from]),
            produces: BTreeSet::from([to]),
        };
        let ovf = Cargo::described("vmdk", "ovf");
        let tools = [
            tool("writer", Cargo::bare("qcow2"), ovf.clone()),
            tool("reader", ovf.clone(), Cargo::bare("vhd")),
        ];
        let gives = BTreeSet::from([Cargo::bare("qcow2")]);
        let takes = BTreeSet::from([Cargo::bare("vhd")]);
        let found = chains(&gives, &takes, &tools).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].cargo[1], ovf);
        assert!(chains(&takes, &gives, &tools).is_err());
    }
}
