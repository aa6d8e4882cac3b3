//! What a team is told: what lasts, once; what was mended, once; silence.

use std::collections::BTreeSet;

use domain::plan::{CellId, Trial};
use domain::step::Step;
use jiff::{SignedDuration, Timestamp};
use reports::chronicle::CampaignRecord;
use reports::letters::digest::{Digest, Moment, Watch};
use roxmltree::{Document, ParsingOptions};

use crate::tale::Fate;
use crate::years::{Years, arrives, breaks, fails, records};

const WATCH: Watch = Watch { after: 2, silent_days: 7 };

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
    let stale = BTreeSet::new();
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
}

#[test]
fn a_fix_is_told_of_what_was_told() {
    assert_eq!(told(".xx", ".xx."), (0, 1));
    assert_eq!(told(".x", ".x."), (0, 0), "nobody was told that it was worse");
    assert_eq!(told(".xx.", ".xx.."), (0, 0), "it was told");
    assert_eq!(told(".", ".xx."), (0, 0), "it came and went");
}

#[test]
fn a_lab_that_is_down_neither_makes_a_regression_nor_mends_one() {
    assert_eq!(told(".", ".??"), (0, 0));
    assert_eq!(told(".x", ".x?x"), (1, 0), "what is in between says nothing");
    assert_eq!(told(".xx", ".xx?"), (0, 0));
}

#[test]
fn silence_is_told_once() {
    let (all, stale) = (campaigns("."), BTreeSet::new());
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
    let none = BTreeSet::new();
    let stale: BTreeSet<CellId> = new[0].cells.keys().take(2).cloned().collect();
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
