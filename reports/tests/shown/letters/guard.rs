//! Which cells would tell how one tool did.

use std::sync::Arc;

use domain::ids::VendorId;
use domain::plan::Trial;
use domain::step::Step;
use reports::chronicle::CampaignRecord;
use reports::letters::guard::{Guard, Why, withheld, withheld_beside};

use crate::tale::Fate;
use crate::years::{Years, arrives, breaks, fails, records};

/// One campaign of one guest in one cell, each route to a fate, its tools made by these vendors.
fn cell(fate: impl Fn(&str) -> Option<Fate>, makers: [&str; 3]) -> CampaignRecord {
    let only = move |it: &Trial| {
        let is_here = it.guest.as_str() == "portable"
            && it.source.as_str() == "kvm"
            && it.target.as_str() == "acme-like";
        if is_here { fate(it.route.as_str()) } else { None }
    };
    let record = records(&Years::new().campaign("c-1", only).recorded()).remove(0);
    made_by(record, makers)
}

/// The same with other makers of canary-one, canary-two and canary-packer.
fn made_by(mut record: CampaignRecord, makers: [&str; 3]) -> CampaignRecord {
    for (converter, maker) in Arc::make_mut(&mut record.testbed).converters.iter_mut().zip(makers) {
        converter.vendor = maker.parse::<VendorId>().unwrap();
    }
    record
}

const APART: [&str; 3] = ["acme", "libre", "toolsmith"];

fn why(record: &CampaignRecord, fewest_tools: u32) -> Option<Why> {
    let mut revealed = Guard { fewest_tools }.revealed(record).into_iter().map(|it| it.why);
    revealed.find(|it| !matches!(it, Why::StandsOut { .. }))
}

#[test]
fn a_cell_that_one_tool_alone_can_have_given_is_withheld() {
    let one = |route: &str| if route == "canary-direct" { arrives() } else { None };
    assert_eq!(why(&cell(one, APART), 2), Some(Why::FewTools { makers: 1 }));
    assert_eq!(why(&cell(one, APART), 1), None, "k = 1 withholds nothing");
    assert_eq!(withheld(&cell(one, APART), Guard::default()).len(), 1);
}

#[test]
fn what_was_planned_and_has_no_score_hides_nobody() {
    let others_break = |route: &str| if route == "canary-direct" { arrives() } else { breaks() };
    assert_eq!(why(&cell(others_break, APART), 2), Some(Why::FewTools { makers: 1 }));
}

#[test]
fn routes_that_share_a_tool_or_a_maker_are_no_alternatives() {
    let shared = |route: &str| if route == "canary-other" { None } else { arrives() };
    let record = cell(shared, APART);
    assert_eq!(why(&record, 2), Some(Why::FewTools { makers: 1 }), "both need canary-one");
    let all = cell(|_| arrives(), APART);
    assert_eq!(why(&all, 2), None);
    assert_eq!(why(&all, 3), Some(Why::FewTools { makers: 2 }));
    let one_maker = made_by(all, ["toolsmith"; 3]);
    assert_eq!(why(&one_maker, 2), Some(Why::FewTools { makers: 1 }));
}

#[test]
fn a_failure_beside_a_success_hides_who_gave_it_and_failures_alone_are_told_to_the_operator() {
    let mixed =
        |route: &str| if route == "canary-direct" { arrives() } else { fails(Step::Export) };
    assert_eq!(why(&cell(mixed, APART), 2), None);
    let failing = cell(|_| fails(Step::Restart), APART);
    assert_eq!(why(&failing, 2), Some(Why::AllFail));
    assert_eq!(withheld(&failing, Guard::default()), [], "it is for the operator to know");
}

#[test]
fn a_cell_without_any_score_tells_of_nobody() {
    let broken = cell(|_| breaks(), APART);
    assert_eq!(why(&broken, 2), None);
}

#[test]
fn a_route_that_stands_out_by_its_number_of_tools_is_told_to_the_operator() {
    let all = cell(|_| arrives(), APART);
    let revealed: Vec<Why> = Guard::default().revealed(&all).into_iter().map(|it| it.why).collect();
    assert_eq!(revealed, [Why::StandsOut { tools: 2 }], "one route alone needs two");
    assert_eq!(withheld(&all, Guard::default()), [], "the operator decides");
    let alike = cell(|it| if it == "canary-ovf" { None } else { arrives() }, APART);
    assert_eq!(Guard::default().revealed(&alike), []);
}

#[test]
fn an_export_by_the_platform_alone_is_the_platforms_own() {
    let one = |route: &str| if route == "canary-direct" { arrives() } else { None };
    let mut record = cell(one, APART);
    for route in &mut Arc::make_mut(&mut record.testbed).routes {
        route.converters.clear();
    }
    assert_eq!(why(&record, 2), None, "the platform is named in the matrix anyway");
}

#[test]
fn when_one_makers_tool_changed_its_cells_are_withheld_whether_they_changed_or_not() {
    let years = |version: &str, fate: fn() -> Option<Fate>| {
        let years = Years::new().campaign("c-1", |_| arrives());
        let years = years.with("converter:canary-two", version).campaign("c-2", move |it| {
            let is_its = it.route.as_str() == "canary-other";
            if is_its { fate() } else { arrives() }
        });
        let both: Vec<_> =
            records(&years.recorded()).into_iter().map(|it| made_by(it, APART)).collect();
        withheld_beside(&both[1], &both[0], Guard::default())
    };
    let (well, ill) = (years("6.0", arrives), years("6.0", || fails(Step::Export)));
    assert_eq!(well.len(), 12, "every cell with a route by that tool");
    assert_eq!(well, ill, "that a cell is withheld does not tell that it changed");
    assert_eq!(years("5.2", arrives), [], "nothing changed");
}
