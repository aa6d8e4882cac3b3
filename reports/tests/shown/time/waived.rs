//! Waivers over time: in force, expired, ended; the raw score beside the relaxed one.

use domain::declare::Declaration;
use domain::observation::Value;
use reports::viewpoint::Viewpoint;
use reports::{cells_csv, json};

use super::book::*;
use super::outputs::*;
use crate::fixture::policy;

/// A campaign in which one way changes the processor, and a waiver of that from March to June.
fn waived() -> Book {
    let mut book = Book::default();
    book.campaign("march", ("2026-03-01T08:00:00Z", "1"), |it| match it.source.as_str() {
        "kvm" => another_processor(),
        _ => arrives(),
    });
    book.waive(at("2026-03-10T00:00:00Z"), ("w", "G.cpu.model"), "2026-06-01T00:00:00Z");
    book
}

#[test]
fn a_waiver_relaxes_from_the_day_it_is_declared_until_it_expires() {
    let book = waived();
    let on = |day: &str| standings(&seen(&book.events, as_of(at(day))), "march");
    let raw = ["SUCCESS", "WARNING"];
    assert_eq!(on("2026-03-09T23:59:59Z"), raw);
    assert_eq!(on("2026-03-10T00:00:00Z"), ["SUCCESS", "SUCCESS raw WARNING"]);
    assert_eq!(on("2026-05-31T23:59:59.999999999Z"), ["SUCCESS", "SUCCESS raw WARNING"]);
    assert_eq!(on("2026-06-01T00:00:00Z"), raw);
}

#[test]
fn a_waiver_that_was_ended_relaxes_no_more() {
    let mut book = waived();
    let (waiver, reason) = ("w".parse().unwrap(), "replaced".to_owned());
    book.declare(at("2026-04-01T00:00:00Z"), Declaration::EndWaiver { waiver, reason });
    let on = |day: &str| standings(&seen(&book.events, as_of(at(day))), "march");
    assert_eq!(on("2026-03-31T00:00:00Z"), ["SUCCESS", "SUCCESS raw WARNING"]);
    assert_eq!(on("2026-04-01T00:00:00Z"), ["SUCCESS", "WARNING"]);
    // What was known before it was ended: it was in force then, and is when that is asked for.
    let before = known_at(book.events.len() as u64 - 2);
    let known = seen(&book.events, before).at_present(at("2026-05-01T00:00:00Z"));
    assert_eq!(known.viewpoint().as_of, None, "no instant has to be named");
    assert_eq!(standings(&known, "march"), ["SUCCESS", "SUCCESS raw WARNING"]);
}

#[test]
fn every_form_shows_the_raw_score_beside_the_relaxed_one() {
    let book = waived();
    let history = seen(&book.events, as_of(at("2026-04-01T00:00:00Z")))
        .at_present(at("2026-04-01T00:00:00Z"));
    let [text, operator, public, cells, with_routes, _, page, operators, auditors, ..] =
        &outputs(&history)[..]
    else {
        panic!("too few forms")
    };
    assert!(
        text.contains("✓ SUCCESS 3/3 (raw ! WARNING)") && text.contains("┆ ✓ SUCCESS 3/3 │"),
        "{text}"
    );
    let notice =
        "Rule G.cpu.model is waived until 2026-06-01 00:00 UTC (waiver w): where that makes";
    assert!(text.contains(notice));
    for page in [page, operators, auditors] {
        assert!(page.contains("<small>raw: ! WARNING</small>") && page.contains(notice));
    }
    for form in [text, public, cells, page] {
        assert!(
            !form.contains("hosts are replaced") && !form.contains("ada"),
            "who and why is not for anyone"
        );
    }
    for file in [operator, public] {
        let file: serde_json::Value = serde_json::from_str(file).unwrap();
        let cell = &file["matrices"][0]["cells"][1];
        assert_eq!(
            (&cell["standing"], &cell["raw_standing"]),
            (&"SUCCESS".into(), &"WARNING".into())
        );
        assert_eq!(file["waivers"][0]["rule"], "G.cpu.model");
        assert_eq!(file["viewpoint"]["as_of"], "2026-04-01T00:00:00Z");
    }
    for sheet in [cells, with_routes] {
        let mut rows = csv::Reader::from_reader(sheet.as_bytes());
        let place = |name: &str| rows.headers().unwrap().iter().position(|it| it == name).unwrap();
        let mut rows_of = csv::Reader::from_reader(sheet.as_bytes());
        let (standing, raw) = {
            let mut place = place;
            (place("standing"), place("raw_standing"))
        };
        let found: Vec<(String, String)> = rows_of
            .records()
            .map(|it| it.unwrap())
            .map(|it| (it[standing].to_owned(), it[raw].to_owned()))
            .collect();
        let expected = [("SUCCESS", "SUCCESS"), ("SUCCESS", "WARNING")];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }
    let told = outputs(&history).join("\n");
    assert!(told.contains("  standing  ✓ SUCCESS (raw ! WARNING)\n"));
    assert!(told.contains("waived: ! WARNING G.cpu.model"));
    assert!(
        told.contains("waived by ada until 2026-06-01 00:00 UTC (waiver `w`: hosts are replaced)")
    );
}

#[test]
fn nothing_is_called_raw_where_nothing_is_relaxed() {
    let book = waived();
    let history = seen(&book.events, as_of(at("2026-07-01T00:00:00Z")))
        .at_present(at("2026-07-01T00:00:00Z"));
    for form in outputs(&history) {
        for word in ["(raw", "raw:", "raw_standing\"", "raw</span>", "waived by", "is waived"] {
            assert!(!form.contains(word), "{word}: {form}");
        }
    }
}

#[test]
fn another_policy_stands_beside_the_raw_one_too() {
    let mut book = Book::default();
    book.campaign("march", ("2026-03-01T08:00:00Z", "1"), |_| another_processor());
    let mut lenient = policy();
    lenient.name = "lenient".to_owned();
    lenient.rules.retain(|it| it.id != "G.cpu.model");
    let history = seen(&book.events, Viewpoint::default());
    judged(&history, "march", &lenient, |it| {
        let view = reports::public::PublicView::from(it).of_history(&history);
        let file = serde_json::to_value(json::public(&view)).unwrap();
        assert_eq!(file["matrices"][0]["cells"][0]["raw_standing"], "WARNING");
        assert!(cells_csv::public(&view).unwrap().contains(",SUCCESS,SUCCESS,"));
        let words = file["notices"].to_string();
        assert!(
            words.contains("Scores stand under policy lenient 3: where that makes a difference")
        );
    });
}

#[test]
fn a_fact_whose_rule_is_waived_is_not_told_to_have_no_rule() {
    let mut book = Book::default();
    let fate = || arrives_with("clock.source", Value::Text("hpet".to_owned()));
    book.campaign("march", ("2026-03-01T08:00:00Z", "1"), |_| fate());
    book.waive(at("2026-03-01T09:00:00Z"), ("w", "G.clock"), "2026-06-01T00:00:00Z");
    let history = seen(&book.events, Viewpoint::default()).at_present(at("2026-03-02T00:00:00Z"));
    let page = &outputs(&history)[7];
    let row =
        page.split("<code>clock.source</code>").nth(1).unwrap().split("</tr>").next().unwrap();
    assert!(row.contains("<b>waived</b>") && !row.contains("no rule"), "{row}");
}
