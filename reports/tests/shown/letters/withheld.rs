//! What is withheld leaves no trace in any public byte.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::Recorded;
use domain::plan::{CellId, Trial};
use domain::step::Step;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use reports::chronicle::CampaignRecord;
use reports::diff::public::{Frame as DiffFrame, PublicDiff};
use reports::diff::shown::Shown;
use reports::gallery::gallery;
use reports::grid::Grid;
use reports::history::{CampaignHistory, History};
use reports::html::Audience;
use reports::matrix::Judged;
use reports::pages::badge::Badge;
use reports::pages::campaign::CampaignPage;
use reports::pages::campaigns::Campaigns;
use reports::pages::cell::{CellOf, CellPage};
use reports::pages::changes::{Changes, ChangesFilter};
use reports::pages::feed::Feed;
use reports::pages::links::Asked;
use reports::pages::live::Live;
use reports::pages::matrices::{Matrices, Question};
use reports::pages::overview::Overview;
use reports::pages::past::Past;
use reports::pages::table::{Filter, Marks};
use reports::public::PublicView;
use reports::text::{Colour, matrices};
use reports::withheld::everywhere;
use reports::{cells_csv, html, json};

use crate::exports::exports;
use crate::fixture::policy;
use crate::pages::sample::frame;
use crate::tale::Fate;
use crate::years::{Years, arrives, breaks, chronicle, fails, warns};

/// What becomes of a trial, by a number.
fn fate(drawn: u8) -> Option<Fate> {
    match drawn {
        0 => arrives(),
        1 => warns(),
        2 => fails(Step::Export),
        3 => fails(Step::Restart),
        4 => breaks(),
        _ => Some(Fate::NotRun),
    }
}

/// Which trials are drawn for, in the order of the plan.
fn trials() -> Vec<Trial> {
    let events = Years::new().campaign("c-1", |_| arrives()).recorded();
    let history = History::of(&events);
    history.campaigns()[0].plan.clone()
}

/// Two campaigns, each trial to its drawn fate.
fn world(drawn: &BTreeMap<Trial, [u8; 2]>) -> Vec<Recorded> {
    let of = |year: usize| move |it: &Trial| fate(drawn[it][year]);
    let years = Years::new().campaign("c-1", of(0)).campaign("c-2", of(1)).recorded();
    let is_second = |it: &Recorded| it.event.campaign().is_some_and(|it| it.as_str() == "c-2");
    let begins = years.iter().position(is_second).unwrap() as u64;
    // When the second begins is the operator's affair, and no result.
    let moved = |it: Recorded| match is_second(&it) {
        true => Recorded {
            position: it.position - begins + 10_000,
            at: it.at + SignedDuration::from_secs(10_000 - begins as i64),
            ..it
        },
        false => it,
    };
    years.into_iter().map(moved).collect()
}

fn without(events: &[Recorded], cells: &BTreeSet<CellId>) -> CampaignHistory {
    History::of(events).campaign(&"c-2".parse().unwrap()).unwrap().clone().without(cells)
}

fn view(events: &[Recorded], cells: &BTreeSet<CellId>) -> PublicView {
    let (campaign, policy) = (without(events, cells), policy());
    PublicView::from(&Judged::new(&campaign, &policy)).of_history(&History::of(events))
}

/// Every rendering there is of what anyone may see.
fn public_bytes(events: &[Recorded], cells: &BTreeSet<CellId>) -> Vec<String> {
    let view = view(events, cells);
    let file = json::public(&view);
    let mut all = vec![
        matrices(&view, None, Colour::Always),
        cells_csv::public(&view).unwrap(),
        json::text(&file).unwrap(),
        html::public(&view, None).unwrap(),
        Grid::from(&view).page(None).unwrap(),
    ];
    all.extend(exports(&file));
    all.extend(of_records(&view, events, cells));
    #[cfg(feature = "tables")]
    all.push(serde_json::to_string(&crate::tables::public(&[view])).unwrap());
    all
}

/// What is made from the chronicle.
fn of_records(view: &PublicView, events: &[Recorded], cells: &BTreeSet<CellId>) -> Vec<String> {
    let chronicle = chronicle(events, reports::viewpoint::Viewpoint::default());
    let records = everywhere(&chronicle.records(&[]), cells);
    let (record, registry) = (&records[1], chronicle.registry());
    let (filter, asked, stale) = (Filter::default(), Asked::default(), BTreeSet::new());
    let marks = Marks { filter: &filter, asked: &asked, stale: &stale };
    let question =
        Question { filter: &filter, asked: &asked, policy: "p", stale: &stale, receipt: None };
    let frame = frame("page".to_owned(), "/", Audience::Public);
    let matrices = Matrices::of_record(record, &question);
    let overview = Overview::new(&records, registry, Audience::Public);
    let live = Live::new(record, &marks);
    let past = Past::new(None::<Timestamp>, Vec::new(), &records);
    let campaign =
        CampaignPage::new(view, record, &marks).with_pictures(gallery(record, &records).unwrap());
    let diff = crate::years::diff(&records, "c-1", "c-2");
    let public =
        PublicDiff::new(&diff, &DiffFrame { baseline: None, policy: &policy(), unplaced: 0 });
    let changes = Changes::new(Shown::public(public), ChangesFilter { guest: None, class: None });
    let mut all = vec![
        serde_json::to_string(&changes).unwrap() + &changes.html(&frame).unwrap(),
        Grid::of_record(record, None, "p").page(None).unwrap(),
        Feed::new("https://portolan.example", &records, registry).xml().unwrap(),
        serde_json::to_string(&Campaigns::new(&records)).unwrap(),
        serde_json::to_string(&overview).unwrap() + &overview.html(&frame).unwrap(),
        serde_json::to_string(&matrices).unwrap() + &matrices.html(&frame).unwrap(),
        Matrices::of_view(record, view, &question).html(&frame).unwrap(),
        serde_json::to_string(&live).unwrap() + &live.html(&frame).unwrap(),
        serde_json::to_string(&past).unwrap() + &past.html(&frame).unwrap(),
        serde_json::to_string(&campaign).unwrap() + &campaign.html(&frame).unwrap(),
    ];
    all.extend(of_cells(view, record, &records));
    all
}

fn of_cells(view: &PublicView, record: &CampaignRecord, records: &[CampaignRecord]) -> Vec<String> {
    let asked = Asked::default();
    let guests = record.testbed.guests.iter();
    let badges = guests.filter_map(|it| Badge::of_guest(record, &it.id));
    let ids = || record.cells.keys().chain(&record.withheld);
    let badges = badges.chain(ids().filter_map(|it| Badge::of_cell(record, it)));
    let of = CellOf { view, record, records, asked: &asked, stale: false, receipt: None };
    let pages = ids().map(|it| serde_json::to_string(&CellPage::new(&of, it)).unwrap());
    badges.map(|it| it.svg().unwrap()).chain(pages).collect()
}

fn drawn() -> impl Strategy<Value = BTreeMap<Trial, [u8; 2]>> {
    let trials = trials();
    let fates = prop::collection::vec([0..6_u8, 0..6_u8], trials.len());
    fates.prop_map(move |fates| trials.iter().cloned().zip(fates).collect())
}

fn some_cells() -> impl Strategy<Value = BTreeSet<CellId>> {
    let cells: BTreeSet<CellId> = trials().iter().map(Trial::cell).collect();
    let most = cells.len();
    prop::sample::subsequence(cells.into_iter().collect::<Vec<_>>(), 1..=most)
        .prop_map(|it| it.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn results_that_are_withheld_change_no_public_byte(
        (here, elsewhere, cells) in (drawn(), drawn(), some_cells())
    ) {
        let other: BTreeMap<Trial, [u8; 2]> = here
            .iter()
            .map(|(trial, fates)| match cells.contains(&trial.cell()) {
                true => (trial.clone(), elsewhere[trial]),
                false => (trial.clone(), *fates),
            })
            .collect();
        let (a, b) = (public_bytes(&world(&here), &cells), public_bytes(&world(&other), &cells));
        for (a, b) in a.iter().zip(&b) {
            prop_assert_eq!(a, b);
        }
        prop_assert_eq!(a.len(), b.len());
    }

    #[test]
    fn a_view_without_cells_is_the_view_of_a_history_without_them(
        (drawn, cells) in (drawn(), some_cells())
    ) {
        let events = world(&drawn);
        let history = History::of(&events);
        let whole = history.campaign(&"c-2".parse().unwrap()).unwrap();
        let policy = policy();
        let of_view = PublicView::from(&Judged::new(whole, &policy)).without(&cells);
        let of_history = without(&events, &cells);
        prop_assert!(PublicView::from(&Judged::new(&of_history, &policy)) == of_view);
    }
}

#[test]
fn a_withheld_cell_reads_as_withheld() {
    let all: BTreeSet<CellId> = trials().iter().map(Trial::cell).collect();
    let cells: BTreeSet<CellId> = all.iter().take(3).cloned().collect();
    let drawn = trials().into_iter().map(|it| (it, [0, 1])).collect();
    let events = world(&drawn);
    let view = view(&events, &cells);
    insta::assert_snapshot!("withheld_matrices", matrices(&view, None, Colour::Never));
    let csv = cells_csv::public(&view).unwrap();
    assert_eq!(csv.matches(",withheld,").count(), cells.len());
    assert_eq!(json::public(&view).withheld, cells);
    let page = html::public(&view, None).unwrap();
    assert_eq!(page.matches("□</span> withheld").count(), cells.len());
    assert!(page.contains("3 cells are withheld") && page.contains("Time and work"));
    let nothing = self::view(&events, &all);
    assert_eq!(nothing.cells().count(), 0);
    assert!(matrices(&nothing, None, Colour::Never).contains("12 cells are withheld"));
}
