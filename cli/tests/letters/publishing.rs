//! The decision to tell everybody.

use std::collections::BTreeSet;

use domain::event::{CampaignPublished, LetterEvent};
use reports::chronicle::Chronicle;
use reports::letters::guard::{Guard, withheld};
use reports::viewpoint::Viewpoint;
use serde_json::{Value, json};

use crate::desk::{CAMPAIGN, Desk};
use crate::fixture;

fn publications(desk: &Desk) -> Vec<CampaignPublished> {
    let published = |it| if let LetterEvent::CampaignPublished(it) = it { Some(it) } else { None };
    desk.told_of_letters().into_iter().filter_map(published).collect()
}

fn embargo(until: &str) -> [&str; 7] {
    ["letters", "embargo", CAMPAIGN, "--until", until, "--reason", "vendors read first"]
}

#[test]
fn before_the_date_or_with_an_open_dispute_it_needs_a_reason() {
    let desk = Desk::new();
    desk.refused(&["publish", "no-such"], 2, "there is no campaign `no-such`");
    desk.refused(&embargo("2020-01-31"), 2, "has passed");
    desk.refused(&embargo("soon"), 2, "soon");
    desk.out(&embargo("2099-01-31"));
    desk.refused(&["publish", CAMPAIGN], 2, "lasts until 2099-01-3");
    let words = ["publish", CAMPAIGN, "--reason", "all\u{1b}[2Jagreed"];
    desk.refused(&words, 2, "the reason");
    assert_eq!(publications(&desk), []);
    desk.out(&["publish", CAMPAIGN, "--reason", "all vendors agreed"]);
    assert_eq!(publications(&desk)[0].reason, "all vendors agreed");
    desk.refused(&embargo("2099-06-30"), 2, "are public already: nobody can take them back");

    let desk = Desk::new();
    let answer = desk.dispute("acme").to_string();
    let asked = format!("`acme` disputes a result (position {answer})");
    desk.refused(&["publish", CAMPAIGN], 2, &asked);
    desk.refused(&["letters", "reply", "3", "no"], 2, "no vendor disputes a result at position 3");
    desk.refused(&["letters", "reply", &answer, " "], 2, "the reply");
    desk.out(&["letters", "reply", &answer, "run again with it: as before"]);
    desk.out(&["publish", CAMPAIGN]);
    assert_eq!(publications(&desk).len(), 1);
}

#[test]
fn a_dry_run_tells_everything_and_publishes_nothing() {
    let desk = Desk::new();
    let before = desk.events();
    let told = desk.json(&["publish", CAMPAIGN, "--dry-run"]);
    insta::assert_snapshot!("publish_dry_run", desk.out(&["publish", CAMPAIGN, "--dry-run"]));
    assert_eq!(desk.events(), before);
    assert_eq!(told["position"], json!(null));
    let published = desk.json(&["publish", CAMPAIGN]);
    assert_eq!(published["position"], json!(before));
    assert_eq!((&published["withheld"], &published["cells"]), (&told["withheld"], &told["cells"]));
    // The same once more says what stands already.
    assert_eq!(desk.json(&["publish", CAMPAIGN])["position"], json!(null));
    assert_eq!(publications(&desk).len(), 1);
}

#[test]
fn the_cells_that_are_withheld_are_those_of_the_guard_and_of_the_letters() {
    for fewest_tools in [1, 2, 3] {
        let desk = Desk::new();
        let fewest = fewest_tools.to_string();
        let words = ["--fewest-tools", fewest.as_str()];
        let until = ["--until", "2099-01-01", "--reason", "vendors first"];
        desk.out(&[&["letters", "embargo", CAMPAIGN][..], &until].concat());
        let mut told: BTreeSet<String> = BTreeSet::new();
        let letters = desk.json(&[&["letters", "preview", CAMPAIGN][..], &words].concat());
        for letter in letters["letters"].as_array().unwrap() {
            let cells = letter["results"]["withheld"].as_array().unwrap();
            told.extend(cells.iter().map(Value::to_string));
        }
        let now = ["--reason", "all agreed"];
        let published = desk.json(&[&["publish", CAMPAIGN][..], &words, &now].concat());
        let mut chronicle = Chronicle::new(fixture::policy(), Viewpoint::default());
        desk.recorded().into_iter().for_each(|it| chronicle.project(it));
        let record = chronicle.record(&CAMPAIGN.parse().unwrap(), &[]).unwrap();
        let expected = json!(withheld(&record, Guard { fewest_tools }));
        assert_eq!(published["withheld"], expected);
        assert_eq!(json!(publications(&desk)[0].withheld), expected);
        let expected: BTreeSet<String> =
            expected.as_array().unwrap().iter().map(Value::to_string).collect();
        assert_eq!(told, expected, "fewest {fewest_tools}: letters leave out the same");
    }
}

#[test]
fn the_command_line_shows_the_public_no_more_than_was_published() {
    let desk = Desk::new();
    let until = ["--until", "2099-01-01", "--reason", "vendors first"];
    desk.out(&[&["letters", "embargo", CAMPAIGN][..], &until].concat());
    let report = desk.path("public.html");
    let report = ["report", "--audience", "public", "--out", report.to_str().unwrap()];
    let matrix = ["matrix", "--audience", "public", "--format", "csv"];
    let export = ["export", "--audience", "public", "--format", "json"];
    for words in [&report[..], &matrix, &export] {
        desk.refused(words, 2, "under an embargo");
    }
    assert!(desk.out(&["matrix", "--format", "csv"]).contains("host-only"), "operators see it");
    desk.out(&["publish", CAMPAIGN, "--reason", "all agreed"]);
    desk.out(&report);
    let page = std::fs::read_to_string(desk.path("public.html")).unwrap();
    assert!(page.contains("□</span> withheld") && !page.contains("storage driver missing"));
    let row =
        |text: String| text.lines().find(|it| it.contains("acme-like,kvm")).unwrap().to_owned();
    assert!(row(desk.out(&matrix)).contains("withheld"));
    let file: Value = serde_json::from_str(&desk.out(&export)).unwrap();
    assert_eq!(file["withheld"].as_array().unwrap().len(), 9);
}

#[test]
fn the_file_for_a_vendor_is_the_page_of_its_letter_byte_for_byte() {
    for fewest in ["1", "2", "3"] {
        let desk = Desk::new();
        desk.out(&embargo("2099-01-31"));
        let guard = ["--fewest-tools", fewest];
        let read = desk.path("read");
        desk.letters("preview", &[&guard[..], &["--out", read.to_str().unwrap()]].concat());
        for vendor in crate::desk::VENDORS {
            let file = desk.path("file.html");
            let audience = format!("vendor:{vendor}");
            let words = ["report", "--audience", &audience, "--out", file.to_str().unwrap()];
            desk.out(&[&words[..], &guard].concat());
            let name = desk.letter(vendor)["letter"].as_str().unwrap().to_owned();
            let page = read.join(name).join(format!("{CAMPAIGN}-{vendor}.html"));
            let (file, page) = (std::fs::read(&file).unwrap(), std::fs::read(page).unwrap());
            assert!(file == page, "{vendor}, {fewest}");
        }
    }
}

#[test]
fn the_file_for_a_vendor_tells_no_more_of_a_cell_than_the_public_will_be_told() {
    let desk = Desk::new();
    desk.out(&embargo("2099-01-31"));
    let told = |fewest: &str| {
        let file = desk.path("file.html");
        let words = ["report", "--audience", "vendor:acme", "--fewest-tools", fewest, "--out"];
        desk.out(&[&words[..], &[file.to_str().unwrap()]].concat());
        std::fs::read_to_string(file).unwrap()
    };
    let (all, few) = (told("1"), told("2"));
    let withheld = |it: &str| it.matches("</span> withheld").count();
    assert_eq!(withheld(&all), 0);
    assert!(withheld(&few) > 0 && few.len() < all.len(), "{}", withheld(&few));
    for byte in ["canary", "toolsmith", "Toolsmith"] {
        for page in [&all, &few] {
            assert!(!page.replace("canary.intact", "").contains(byte), "{byte}");
        }
    }
    // What was decided when it was published holds against any other wish of who makes the report.
    desk.out(&["publish", CAMPAIGN, "--fewest-tools", "1", "--reason", "all agreed"]);
    assert_eq!(withheld(&told("2")), 0);
}

#[test]
fn a_reply_names_no_tool_of_another_vendor() {
    let desk = Desk::new();
    let answer = desk.dispute("acme").to_string();
    let before = desk.events();
    for text in ["the CANARY-one failed too", "as Toolsmith said", "Canary Converter One: same"] {
        desk.refused(&["letters", "reply", &answer, text], 2, "which is another vendor's");
    }
    assert_eq!(desk.events(), before);
    desk.out(&["letters", "reply", &answer, "run again on kvm of Libre: as before"]);
    let answer = desk.dispute("toolsmith").to_string();
    desk.out(&["letters", "reply", &answer, "Canary Converter One 2.0 behaves as before"]);
}
