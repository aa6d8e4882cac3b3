//! What is stale after an upgrade, and the trials that would mend it.

use std::collections::{BTreeMap, BTreeSet};

use domain::plan::{CellId, Trial};
use domain::plan_file::PlanFile;
use domain::step::Step;
use proptest::prelude::*;
use reports::chronicle::CampaignRecord;
use reports::stale::{Revalidation, current};
use reports::stale_text;
use reports::viewpoint::Viewpoint;

use super::book::*;
use super::outputs::chronicled;
use super::random::*;
use super::stale_plain;
use super::told::tell;
use crate::fixture::testbed;
use crate::tale::Fate;

/// What would bring a campaign up to date.
fn revalidation(book: &Book, baseline: &str) -> Revalidation {
    let chronicle = chronicled(&book.events, Viewpoint::default());
    let records = chronicle.records(&[]);
    let id = baseline.parse().unwrap();
    let baseline: &CampaignRecord = records.iter().find(|it| it.id == id).unwrap();
    Revalidation::of(baseline, &records, &current(&records, chronicle.registry()))
}

fn cells(of: &Revalidation) -> Vec<String> {
    of.cells.iter().map(|it| it.cell.to_string()).collect()
}

fn march() -> Book {
    let mut book = Book::default();
    book.campaign("march", ("2026-03-01T08:00:00Z", "1"), |_| arrives());
    book
}

const BOTH: [&str; 2] = ["portable: acme-like → kvm", "portable: kvm → acme-like"];

#[test]
fn an_upgrade_makes_what_rests_on_the_version_before_stale_until_it_is_walked_again() {
    let mut book = march();
    assert!(revalidation(&book, "march").cells.is_empty());
    book.upgrade(at("2026-04-01T00:00:00Z"), "platform:kvm", "1", "2");
    assert_eq!(cells(&revalidation(&book, "march")), BOTH);
    book.campaign("april", ("2026-04-02T08:00:00Z", "2"), |it| match it.source.as_str() {
        "kvm" => Fate::LabBreaks(Step::Export),
        _ => arrives(),
    });
    let it = revalidation(&book, "march");
    assert_eq!(cells(&it), [BOTH[1]], "the lab broke: nothing new is known of that one");
    assert_eq!(it.cells[0].evidence.as_ref().unwrap().as_str(), "march");
    assert_eq!((it.fresh, it.total()), (1, 2));
    book.campaign("may", ("2026-05-02T08:00:00Z", "2"), |_| arrives());
    assert!(revalidation(&book, "march").cells.is_empty());
    // Found at another version without anybody having said so.
    book.campaign("june", ("2026-06-02T08:00:00Z", "3"), |_| Fate::NotRun);
    let it = revalidation(&book, "march");
    assert_eq!(cells(&it), BOTH);
    let causes: Vec<_> =
        it.causes().into_iter().map(|(it, cells)| (it.from, it.to, cells)).collect();
    assert_eq!(causes, [("2".to_owned(), "3".to_owned(), 2)]);
}

#[test]
fn only_what_a_cell_rests_on_makes_it_stale() {
    let stale = |subject: &str| {
        let mut book = march();
        book.upgrade(at("2026-04-01T00:00:00Z"), subject, "1", "another");
        cells(&revalidation(&book, "march"))
    };
    assert_eq!(stale("platform:kvm"), BOTH);
    assert_eq!(stale("guest:portable"), BOTH);
    assert_eq!(stale("host:kernel"), BOTH);
    assert_eq!(stale("converter:canary-one"), BOTH, "of the route that gives the score");
    for other in ["platform:xen-like", "guest:host-only@acme-like", "converter:canary-packer", "x"]
    {
        assert!(stale(other).is_empty(), "{other}");
    }
}

#[test]
fn an_image_made_for_one_platform_concerns_what_starts_there() {
    let mut book = Book::default();
    let mut pins = versions("1");
    for platform in ["acme-like", "kvm"] {
        pins.insert(format!("guest:portable@{platform}"), "image 1".to_owned());
    }
    book.start("march", at("2026-03-01T08:00:00Z"), pins, trials(1));
    for it in trials(1) {
        book.walk("march", at("2026-03-01T08:00:00Z"), &it, &arrives());
    }
    book.upgrade(at("2026-04-01T00:00:00Z"), "guest:portable@kvm", "image 1", "image 2");
    assert_eq!(cells(&revalidation(&book, "march")), [BOTH[1]]);
}

#[test]
fn what_is_recorded_about_an_old_campaign_later_is_no_news_of_its_versions() {
    let mut book = march();
    book.upgrade(at("2026-04-01T00:00:00Z"), "platform:kvm", "1", "2");
    let withdrawn = book.position("march", &trial("kvm", "canary-direct", 1), Step::Restart);
    book.withdraw(at("2026-04-02T00:00:00Z"), withdrawn);
    assert_eq!(cells(&revalidation(&book, "march")), BOTH);
}

#[test]
fn where_all_was_withdrawn_there_is_no_evidence() {
    let mut book = march();
    for it in trials(1).iter().filter(|it| it.source.as_str() == "kvm") {
        book.withdraw(at("2026-04-02T00:00:00Z"), book.position("march", it, Step::Import));
    }
    let it = revalidation(&book, "march");
    assert_eq!(cells(&it), [BOTH[1]]);
    assert_eq!((&it.cells[0].evidence, &it.cells[0].upgraded), (&None, &Vec::new()));
    assert_eq!(it.trials.len(), 1, "the first route that was planned");
    let text = stale_text::text(&"spring".parse().unwrap(), &it);
    assert!(text.contains("┆ none "), "{text}");
}

#[test]
fn what_another_system_told_is_no_evidence() {
    let mut book = march();
    book.upgrade(at("2026-04-01T00:00:00Z"), "platform:kvm", "1", "2");
    let tried = ["2026-05-01T00:00:00Z"; 3];
    tell(&mut book, "told", "2026-06-01T00:00:00Z", tried);
    assert_eq!(cells(&revalidation(&book, "march")), BOTH);
    let it = revalidation(&book, "told");
    assert_eq!((cells(&it), it.cells[0].evidence.as_ref()), (vec![BOTH[1].to_owned()], None));
}

#[test]
fn the_estimate_is_what_the_walks_took_by_what_sharing_saved() {
    // Six walks: of one tool 11 550 ms each, of two 14 700 ms; together 75 600 ms.
    let mut book = march();
    book.upgrade(at("2026-04-01T00:00:00Z"), "platform:kvm", "1", "2");
    let it = revalidation(&book, "march");
    assert_eq!((it.alone_ms, it.estimate_ms), (23_100, 23_100 * 60_000 / 75_600));
}

#[test]
fn one_walk_alone_shares_nothing() {
    let mut book = Book::default();
    let now = at("2026-03-01T08:00:00Z");
    book.start("march", now, versions("1"), trials(1));
    trials(1).iter().for_each(|it| book.walk("march", now, it, &arrives()));
    // So much was shared that six walks took less than twice as long as one.
    book.finish("march", now, 20_000);
    book.upgrade(now, "platform:kvm", "1", "2");
    let it = revalidation(&book, "march");
    assert_eq!((it.trials.len(), it.alone_ms, it.estimate_ms), (2, 23_100, 11_550));
}

#[test]
fn without_a_campaign_that_ended_the_estimate_is_one_by_one() {
    let mut book = Book::default();
    book.start("march", at("2026-03-01T08:00:00Z"), versions("1"), trials(1));
    for it in trials(1) {
        book.walk("march", at("2026-03-01T08:00:00Z"), &it, &arrives());
    }
    book.upgrade(at("2026-04-01T00:00:00Z"), "platform:kvm", "1", "2");
    let it = revalidation(&book, "march");
    assert_eq!((it.alone_ms, it.estimate_ms), (23_100, 23_100));
}

#[test]
fn durations_that_nobody_believes_do_not_overflow() {
    use domain::event::Event;
    let mut book = march();
    book.upgrade(at("2026-04-01T00:00:00Z"), "platform:kvm", "1", "2");
    for recorded in &mut book.events {
        if let Event::StepFinished(it) = &mut recorded.event {
            it.duration_ms = u64::MAX;
        }
        if let Event::CampaignFinished(it) = &mut recorded.event {
            it.cost.wall_ms = u64::MAX;
        }
    }
    let it = revalidation(&book, "march");
    assert_eq!((it.alone_ms, it.estimate_ms), (u64::MAX, u64::MAX));
    assert!(!stale_text::text(&"spring".parse().unwrap(), &it).is_empty());
}

#[test]
fn what_is_stale_reads_well() {
    let mut book = march();
    let name = "spring".parse().unwrap();
    insta::assert_snapshot!(
        "nothing_stale",
        stale_text::text(&name, &revalidation(&book, "march"))
    );
    book.upgrade(at("2026-04-01T00:00:00Z"), "platform:kvm", "1", "2");
    book.upgrade(at("2026-04-01T00:00:00Z"), "host:kernel", "Linux 6.1.0-18", "Linux 6.12");
    let it = revalidation(&book, "march");
    insta::assert_snapshot!("stale", stale_text::text(&name, &it));
    insta::assert_snapshot!(
        "stale_json",
        serde_json::to_string_pretty(&stale_text::file(&name, &it)).unwrap()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The same cells for the same reasons as a plain search finds; and one trial for each of them,
    /// no other, in the order of a plan, fit to be walked.
    #[test]
    fn stale_cells_and_their_trials_are_those_that_a_plain_search_finds(acts in acts()) {
        let book = book(&acts);
        let it = revalidation(&book, "c-0");
        let found: BTreeMap<CellId, stale_plain::Found> = it.cells.iter().map(|it| {
            let subjects: BTreeSet<String> = it.upgraded.iter().map(|it| it.subject.clone()).collect();
            (it.cell.clone(), (it.evidence.as_ref().map(ToString::to_string), subjects))
        }).collect();
        for (cell, possible) in stale_plain::stale(&book.events, "c-0") {
            let told = found.get(&cell).cloned();
            prop_assert!(possible.contains(&told), "{}: {:?} is none of {:?}", cell, told, possible);
        }
        prop_assert_eq!(it.total(), plan().iter().map(Trial::cell).collect::<BTreeSet<_>>().len());

        let walked: Vec<CellId> = it.trials.iter().map(Trial::cell).collect();
        let listed: Vec<CellId> = it.cells.iter().map(|it| it.cell.clone()).collect();
        prop_assert_eq!(walked, listed);
        let of_plan: Vec<Trial> = plan().into_iter().filter(|trial| it.trials.contains(trial)).collect();
        prop_assert_eq!(&of_plan, &it.trials);
        if !it.trials.is_empty() {
            prop_assert!(PlanFile::new(testbed(), it.trials.clone()).validate().is_ok());
        }
        prop_assert!(it.estimate_ms >= it.alone_ms / (it.trials.len().max(1) as u64));
    }
}
