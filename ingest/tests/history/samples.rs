//! Recorded files, beside the code that reads them, and what becomes of each.

use ingest::history::{Defaults, Format, read};

use crate::shown::shown;
use crate::support::{dated, plain, reading};

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("../../src/history/samples/", $name)).as_slice()
    };
}

#[test]
fn a_teams_own_records() {
    let campaigns = plain("team.csv", sample!("team.csv")).unwrap();
    insta::assert_snapshot!(shown(&campaigns));
    insta::assert_snapshot!(
        "testbed",
        serde_json::to_string_pretty(&campaigns[1].testbed).unwrap()
    );
}

#[test]
fn what_a_spreadsheet_writes() {
    let campaigns = plain("PoC, Mai.csv", sample!("spreadsheet.csv")).unwrap();
    insta::assert_snapshot!(shown(&campaigns));
}

#[test]
fn our_own_cells() {
    insta::assert_snapshot!(shown(&plain("cells.csv", sample!("portolan-cells.csv")).unwrap()));
}

#[test]
fn our_own_steps() {
    let campaigns = reading("steps.csv", sample!("portolan-steps.csv"), &dated()).unwrap();
    insta::assert_snapshot!(shown(&campaigns));
}

#[test]
fn our_own_junit_report_keeps_its_warnings() {
    insta::assert_snapshot!(shown(&plain("portolan.xml", sample!("portolan.xml")).unwrap()));
}

#[test]
fn a_junit_report_of_another_system_with_a_mapping() {
    let map = r"\[(?P<guest>\w+)-(?P<source>\w+)-to-(?P<target>\w+)\]$".parse().unwrap();
    let defaults = Defaults { map: Some(map), ..Defaults::default() };
    insta::assert_snapshot!(shown(
        &reading("pytest.xml", sample!("pytest.xml"), &defaults).unwrap()
    ));
}

#[test]
fn a_junit_report_that_nothing_says_how_to_read_is_rejected_with_the_remedy() {
    let rejected = plain("pytest.xml", sample!("pytest.xml")).unwrap_err();
    assert_eq!(rejected.count, 5);
    insta::assert_snapshot!(rejected);
}

#[test]
fn a_quic_interop_report() {
    let campaigns = plain("result.json", sample!("quic-interop.json")).unwrap();
    insta::assert_snapshot!(shown(&campaigns));
    let campaign = Some("q1".parse().unwrap());
    let defaults = Defaults { campaign, ..Defaults::default() };
    let renamed = reading("result.json", sample!("quic-interop.json"), &defaults).unwrap();
    assert_eq!(renamed[0].campaign.as_str(), "imported-q1", "the call outweighs a folder's name");
}

#[test]
fn the_format_is_seen_whatever_the_file_is_called() {
    for (bytes, origin) in [
        (sample!("team.csv"), "CSV"),
        (sample!("portolan.xml"), "JUnit XML"),
        (sample!("quic-interop.json"), "QUIC interop result JSON"),
    ] {
        for name in ["results", "results.txt", "results.xml", "results.csv", "-"] {
            // A file that begins with a word may be called what it likes, but for two endings.
            if origin == "CSV" && name.ends_with("xml") {
                continue;
            }
            assert_eq!(plain(name, bytes).unwrap()[0].origin, origin, "{name}");
        }
    }
    let forced = read(Some(Format::Csv), "a.xml", sample!("team.csv"), &Defaults::default());
    assert_eq!(forced.unwrap().len(), 2);
    let wrong = read(Some(Format::Qir), "team.csv", sample!("team.csv"), &Defaults::default());
    assert!(wrong.unwrap_err().to_string().contains("no result.json"));
}

#[test]
fn the_example_of_the_documentation_can_be_read() {
    let page = include_str!("../../../docs/import.md");
    let (_, rest) = page.split_once("```csv\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let campaigns = plain("example.csv", example).unwrap();
    assert_eq!((campaigns.len(), campaigns[0].trials.len()), (1, 2));
}
