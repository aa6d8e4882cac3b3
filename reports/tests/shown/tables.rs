//! Tables over many campaigns: what a reader sees, and every figure against a plain fold.

mod any;
mod plain;

use proptest::prelude::*;
use reports::history::History;
use reports::matrix::Judged;
use reports::outcomes::Outcomes;
use reports::public::PublicView;
use reports::tables::{Analysis, Insights, Sources, Table, TablesError};
use reports::text::Colour;

use crate::fixture::{campaign_id, events, only_campaign, policy};

/// The small campaign twice: the second time under another name.
fn both() -> (Vec<PublicView>, Outcomes) {
    let mut views = Vec::new();
    let mut outcomes = Outcomes::default();
    let policy = policy();
    for name in [campaign_id(), "2026-11-30-harbour".parse().unwrap()] {
        let mut campaign = only_campaign(&History::of(&events())).clone();
        campaign.id = name;
        let judged = Judged::new(&campaign, &policy);
        outcomes.add(&judged).unwrap();
        views.push(PublicView::from(&judged));
    }
    (views, outcomes)
}

fn tables(sources: &Sources) -> Vec<Table> {
    let tables = Analysis::ALL.into_iter().map(|it| sources.table(it));
    tables.filter_map(Result::ok).collect()
}

/// What anyone may read.
pub(crate) fn public(views: &[PublicView]) -> Insights {
    Insights::new(views, tables(&Sources::public(views).unwrap()))
}

#[test]
fn operators_read_every_table() {
    let (views, outcomes) = both();
    let tables = tables(&Sources::operator(&views, &outcomes).unwrap());
    assert_eq!(tables.len(), Analysis::ALL.len());
    insta::assert_snapshot!(Insights::new(&views, tables).text(Colour::Never));
}

#[test]
fn anyone_reads_six() {
    let (views, _) = both();
    let insights = public(&views);
    assert_eq!(insights.tables.len(), 6);
    assert!(!insights.text(Colour::Never).contains("canary"));
    insta::assert_snapshot!(serde_json::to_string_pretty(&insights).unwrap());
}

#[test]
fn tables_for_spreadsheets_have_fractions_and_milliseconds() {
    let (views, outcomes) = both();
    let sources = Sources::operator(&views, &outcomes).unwrap();
    let csv: Vec<String> =
        Analysis::ALL.into_iter().map(|it| sources.table(it).unwrap().csv().unwrap()).collect();
    insta::assert_snapshot!(csv.join("\n").replace('\r', ""));
}

#[test]
fn what_tells_of_tools_is_not_made_without_what_operators_see() {
    let (views, _) = both();
    let sources = Sources::public(&views).unwrap();
    for analysis in Analysis::ALL {
        let made = sources.table(analysis);
        assert_eq!(made.is_ok(), analysis.is_public(), "{}", analysis.word());
        if let Err(error) = made {
            assert_eq!(error, TablesError::OperatorsOnly(analysis));
        }
    }
}

#[test]
fn of_nothing_there_is_nothing_to_tell() {
    let sources = Sources::operator(&[], &Outcomes::default()).unwrap();
    for analysis in Analysis::ALL {
        let table = sources.table(analysis).unwrap();
        assert!(table.rows.is_empty() && table.text().ends_with("nothing to tell"));
        assert_eq!(table.csv().unwrap().lines().count(), 1, "a header");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_table_says_what_a_plain_fold_says(
        views in any::views(),
        walked in any::walked(),
    ) {
        let outcomes = any::outcomes(&walked);
        let sources = Sources::operator(&views, &outcomes).unwrap();
        for analysis in Analysis::ALL {
            let plain = plain::table(analysis, &views, &walked);
            prop_assert_eq!(sources.table(analysis).unwrap(), plain);
        }
        let public = Sources::public(&views).unwrap();
        for analysis in Analysis::ALL.into_iter().filter(|it| it.is_public()) {
            let plain = plain::table(analysis, &views, &[]);
            prop_assert_eq!(public.table(analysis).unwrap(), plain);
        }
    }
}
