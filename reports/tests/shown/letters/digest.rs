//! What a team is told: what lasts, once; what was mended, once; silence.

use std::collections::BTreeMap;

use domain::ids::CampaignId;
use domain::plan::{CellId, Trial};
use domain::step::Step;
use jiff::{SignedDuration, Timestamp};
use reports::chronicle::CampaignRecord;
use reports::letters::digest::{Digest, Moment, Watch};
use roxmltree::{Document, ParsingOptions};

use crate::tale::Fate;
use crate::years::{Years, arrives, breaks, fails, records};

const WATCH: Watch =
    Watch { regressions: true, fixes: true, stale: true, after: 2, silent_days: 7 };

/// A campaign for each letter: `.` all arrive, `x` one cell fails, `?` the lab breaks there.
fn campaigns(course: &str) -> Vec<CampaignRecord> {
    let mut years = Years::new();
    for (place, sign) in course.chars().enumerate() {
        let fate = move |it: &Trial| -> Option<Fate> {
            let is_here = it.guest.as_str() == "portable"
                && (it.source.as_str(), it.target.as_str()) == ("kvm", "acme-like");
            match (is_here, sign) {
                (true, 'x') => fails(Step::Restart),
                (true, '?') => breaks(),
                _ => arrives(),
            }
        };
        years = years.campaign(&format!("c-{place}"), fate);
    }
    records(&years.recorded())
}

fn digest(before: &str, after: &str) -> Digest {
    let (old, new) = (campaigns(before), campaigns(after));
    let stale = BTreeMap::new();
    let moment = |records, position| Moment { position, at: last(records), records, stale: &stale };
    Digest::between(&moment(&old, 10), &moment(&new, 20), WATCH)
}

fn last(records: &[CampaignRecord]) -> Timestamp {
    records.iter().map(|it| it.last_recorded).max().unwrap()
}

/// How many regressions and fixes are told.
fn told(before: &str, after: &str) -> (usize, usize) {
    let digest = digest(before, after);
    assert_eq!(digest.is_empty(), digest.regressions.len() + digest.fixes.len() == 0);
    (digest.regressions.len(), digest.fixes.len())
}

#[test]
fn a_regression_is_told_when_it_has_lasted_and_once() {
    assert_eq!(told(".", ".x"), (0, 0), "once may be chance");
    assert_eq!(told(".x", ".xx"), (1, 0));
    assert_eq!(told(".xx", ".xxx"), (0, 0), "it was told");
    assert_eq!(told(".", ".x."), (0, 0), "it came and went");
    assert_eq!(told(".", ".x.x"), (0, 0), "not one after the other");
    assert_eq!(told(".xx", ".xx.xx"), (1, 0), "it is another regression");
}

#[test]
fn a_fix_is_told_of_what_was_told() {
    assert_eq!(told(".xx", ".xx."), (0, 1));
    assert_eq!(told(".x", ".x."), (0, 0), "nobody was told that it was worse");
    assert_eq!(told(".xx.", ".xx.."), (0, 0), "it was told");
    assert_eq!(told(".", ".xx."), (0, 0), "it came and went");
    assert_eq!(told(".xx", ".xx.x"), (0, 0), "it is worse again, if not for long");
    assert_eq!(told(".xx", ".xx.x."), (0, 1));
}

#[test]
fn a_lab_that_is_down_neither_makes_a_regression_nor_mends_one() {
    assert_eq!(told(".", ".??"), (0, 0));
    assert_eq!(told(".x", ".x?x"), (1, 0), "what is in between says nothing");
    assert_eq!(told(".xx", ".xx?"), (0, 0));
}

#[test]
fn that_campaigns_are_not_seen_any_more_mends_nothing() {
    let (all, none) = (campaigns(".xx."), BTreeMap::new());
    let moment = |records| Moment { position: 10, at: last(&all), records, stale: &none };
    let hidden = [all[0].clone(), all[3].clone()];
    for (after, fixes) in [(&all[..1], 0), (&all[..3], 0), (&all[..], 1), (&hidden[..], 1)] {
        let digest = Digest::between(&moment(&all[..3]), &moment(after), WATCH);
        assert_eq!((digest.fixes.len(), digest.regressions.len()), (fixes, 0));
    }
}

#[test]
fn a_stale_cell_is_told_once_and_again_when_newer_evidence_is_stale() {
    let all = campaigns("..");
    let cell = all[0].cells.keys().next().unwrap();
    let by = |campaign: Option<usize>| -> BTreeMap<CellId, Option<CampaignId>> {
        campaign.iter().map(|it| (cell.clone(), Some(all[*it].id.clone()))).collect()
    };
    let told = |before: Option<usize>, after: Option<usize>, watch: Watch| {
        let (before, after) = (by(before), by(after));
        let moment = |stale, position| Moment { position, at: last(&all), records: &all, stale };
        Digest::between(&moment(&before, 10), &moment(&after, 20), watch).stale.len()
    };
    assert_eq!(told(None, Some(0), WATCH), 1);
    assert_eq!(told(Some(0), Some(0), WATCH), 0, "it was told");
    assert_eq!(told(Some(0), Some(1), WATCH), 1, "it was tried again in between");
    assert_eq!(told(Some(0), None, WATCH), 0);
    assert_eq!(told(None, Some(0), Watch { stale: false, ..WATCH }), 0);
}

#[test]
fn the_first_digest_says_that_a_team_is_told_from_now_on_and_of_silence() {
    let (all, none) = (campaigns(".xx"), BTreeMap::new());
    let after = |days: i64| {
        let at = last(&all) + SignedDuration::from_hours(24 * days);
        Digest::opening(&Moment { position: 10, at, records: &all, stale: &none }, WATCH)
    };
    assert!(after(1).opens() && after(1).is_empty());
    assert_eq!(after(8).silent_since, Some(last(&all)));
    assert!(!digest(".", ".xx").opens());
    insta::assert_snapshot!("opening_text", after(8).text());
}

#[test]
fn silence_is_told_once() {
    let (all, stale) = (campaigns("."), BTreeMap::new());
    let after = |days: i64| Moment {
        position: 10,
        at: last(&all) + SignedDuration::from_hours(24 * days),
        records: &all,
        stale: &stale,
    };
    let since = |before, now| Digest::between(&after(before), &after(now), WATCH).silent_since;
    assert_eq!(since(1, 6), None);
    assert_eq!(since(6, 7), Some(last(&all)));
    assert_eq!(since(7, 9), None, "it was told");
    let never = Watch { silent_days: 0, ..WATCH };
    assert_eq!(Digest::between(&after(0), &after(99), never).silent_since, None);
}

#[test]
fn a_digest_reads_well() {
    let (old, new) = (campaigns(".x"), campaigns(".xx"));
    let none = BTreeMap::new();
    let stale: BTreeMap<CellId, _> =
        new[0].cells.keys().take(2).map(|it| (it.clone(), Some(new[0].id.clone()))).collect();
    let before = Moment { position: 10, at: last(&old), records: &old, stale: &none };
    let at = last(&new) + SignedDuration::from_hours(24 * 8);
    let digest =
        Digest::between(&before, &Moment { position: 20, at, records: &new, stale: &stale }, WATCH);
    insta::assert_snapshot!("digest_text", digest.text());
    insta::assert_snapshot!("digest_html", digest.html().unwrap());
    insta::assert_snapshot!("digest_json", digest.json().unwrap());
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(&digest.html().unwrap(), options).unwrap();
    assert!(!digest.json().unwrap().contains("canary"), "a digest names no tool");
}
