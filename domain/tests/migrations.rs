//! Types of migration: which trials are planned and which cells are not applicable, against a plain
//! second implementation; and which rules speak of which type.

use std::collections::BTreeSet;

use domain::plan::{CellId, PlanProblem, Selection, Trial, migration_of, not_applicable, plan};
use domain::testbed::{Migration, Payload, Platform, Route, Testbed};
use domain::trials::{TrialsProblem, check};
use proptest::prelude::*;

use crate::shipped::default_policy;
use crate::support::testbed;

const PAYLOADS: [Payload; 5] =
    [Payload::Disk, Payload::Ovf, Payload::Native, Payload::Memory, Payload::Description];

/// A testbed of these products and payloads; platform `p0` is of the first product.
fn of(products: &[(u8, u8)], payloads: &[Payload]) -> Testbed {
    let plain = testbed();
    let platform = |(place, (vendor, product)): (usize, &(u8, u8))| Platform {
        id: format!("p{place}").parse().unwrap(),
        vendor: format!("v{vendor}").parse().unwrap(),
        product: format!("product {product}"),
        ..plain.platforms[0].clone()
    };
    let route = |(place, through): (usize, &Payload)| Route {
        id: format!("r{place}").parse().unwrap(),
        through: *through,
        converters: Vec::new(),
    };
    let platforms = products.iter().enumerate().map(platform).collect();
    let routes = payloads.iter().enumerate().map(route).collect();
    Testbed { platforms, routes, ..plain }
}

fn wanted(migration: Migration) -> Selection {
    Selection { migration: Some(migration), ..Selection::default() }
}

/// Whether a cell can be, said in another way than the code does.
fn can_be(products: &[(u8, u8)], live: bool, (from, to): (usize, usize)) -> bool {
    from != to && !(live && products[from] != products[to])
}

proptest! {
    #[test]
    fn what_is_planned_and_what_is_not_applicable_is_every_cell_once(
        products in prop::collection::vec((0..2_u8, 0..2_u8), 2..6),
        payloads in prop::collection::vec(prop::sample::select(PAYLOADS.to_vec()), 1..5),
        migration in prop::sample::select(vec![Migration::Live, Migration::Cold, Migration::Loose]),
    ) {
        let testbed = of(&products, &payloads);
        let live = migration == Migration::Live;
        let fits = |it: &&Payload| match migration {
            Migration::Live => matches!(it, Payload::Memory),
            Migration::Cold => matches!(it, Payload::Disk | Payload::Ovf | Payload::Native),
            Migration::Loose => matches!(it, Payload::Description),
        };
        let routes = payloads.iter().filter(fits).count();
        let places = || (0..products.len()).flat_map(|a| (0..products.len()).map(move |b| (a, b)));
        let cells: Vec<(usize, usize)> =
            places().filter(|it| can_be(&products, live, *it)).collect();
        match plan(&testbed, &wanted(migration), 1) {
            Ok(trials) => {
                prop_assert_eq!(trials.len(), cells.len() * routes);
                prop_assert_eq!(migration_of(&testbed, &trials), migration);
                prop_assert!(check(&testbed, trials.iter()).is_ok());
                let planned: BTreeSet<CellId> = trials.iter().map(Trial::cell).collect();
                let guests = trials.iter().map(|it| &it.guest).collect();
                let apart = not_applicable(&testbed, migration, &guests);
                let apart: BTreeSet<CellId> = apart.into_iter().collect();
                prop_assert!(planned.is_disjoint(&apart));
                let others = products.len() * (products.len() - 1);
                prop_assert_eq!(planned.len() + apart.len(), others);
                prop_assert!(live || apart.is_empty());
            }
            Err(PlanProblem::NoRoute { .. }) => prop_assert_eq!(routes, 0),
            Err(PlanProblem::NotApplicable(_)) => prop_assert!(live && cells.is_empty()),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}

#[test]
fn without_a_word_it_is_the_only_type_or_cold() {
    let migration = |payloads: &[Payload]| {
        let testbed = of(&[(0, 0), (0, 0)], payloads);
        let trials = plan(&testbed, &Selection::default(), 1)?;
        Ok::<_, PlanProblem>(migration_of(&testbed, &trials))
    };
    assert_eq!(migration(&[Payload::Memory]).unwrap(), Migration::Live);
    assert_eq!(migration(&[Payload::Description]).unwrap(), Migration::Loose);
    assert_eq!(migration(&[Payload::Memory, Payload::Disk]).unwrap(), Migration::Cold);
    let problem = migration(&[Payload::Memory, Payload::Description]).unwrap_err();
    let words = "the testbed has no route for cold migration; its routes are for: live, loose";
    assert_eq!(problem.to_string(), words);
}

#[test]
fn a_list_of_two_types_or_between_strangers_is_refused() {
    let testbed = of(&[(0, 0), (0, 0), (0, 1)], &[Payload::Memory, Payload::Disk]);
    let live = plan(&testbed, &wanted(Migration::Live), 1).unwrap();
    let cold = plan(&testbed, &wanted(Migration::Cold), 1).unwrap();
    let mixed: Vec<&Trial> = live.iter().chain(&cold).collect();
    let refused = check(&testbed, mixed.into_iter()).unwrap_err();
    assert!(matches!(refused, TrialsProblem::Type { place: 3, .. }), "{refused}");
    let far = Trial { target: "p2".parse().unwrap(), ..live[0].clone() };
    let refused = check(&testbed, [&far].into_iter()).unwrap_err();
    assert!(matches!(refused, TrialsProblem::Apart { place: 1, .. }), "{refused}");
}

#[test]
fn a_fresh_boot_and_the_same_boot_are_never_asked_for_together() {
    let policy = default_policy();
    for migration in [Migration::Live, Migration::Cold, Migration::Loose] {
        let speaks = |id: &str| policy.rule(id).unwrap().is_for(migration);
        assert_ne!(speaks("G.boot.fresh"), speaks("G.live.bootid"), "{migration}");
    }
}
