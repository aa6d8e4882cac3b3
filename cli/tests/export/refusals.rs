//! What is refused, in words.

use domain::event::Event;

use crate::bench::Bench;
use crate::{fixture, sample};

#[test]
fn words_that_would_be_passed_over_are_refused() {
    let bench = Bench::new();
    for format in ["csv", "json", "in-toto", "oscal", "openmetrics", "schema"] {
        let line = format!("export --format {format} --warnings failure");
        bench.refused(&line, 2, "only junit has no word for a WARNING");
    }
    bench.refused("export --format junit --unsigned", 2, "only in-toto and bundle are signed");
    for format in ["bundle", "parquet"] {
        let line = format!("export --format {format}");
        bench.refused(&line, 2, "name its file with --out");
    }
    #[cfg(not(feature = "parquet"))]
    bench.refused("export --format parquet --out x", 2, "cargo build --release --features parquet");
    bench.refused("export --format csv --json", 2, "name it with --out");
    bench.refused("export --format csv --json --out -", 2, "name it with --out");
    bench.refused("export", 2, "--format");
    bench.refused("export --format pdf", 2, "possible values: csv, json, junit, in-toto");
    bench.refused("export --format csv --audience vendor", 2, "possible values: public, operator");
}

#[test]
fn what_is_not_there_is_named() {
    let bench = Bench::empty();
    bench.refused("export --format csv", 2, "there is no store at store");
    assert!(!bench.store().exists(), "a refusal makes nothing");
    let bench = Bench::new();
    bench.refused("export --format csv --out no/such/folder", 2, "cannot write no/such/folder");
    bench.refused("export --format csv --policy no.toml", 2, "cannot read policy no.toml");
}

#[test]
fn a_declared_text_that_names_a_tool_is_not_published() {
    let bench = Bench::empty();
    let mut events = fixture::events();
    let Event::CampaignStarted(started) = &mut events[0].event else { panic!("the first event") };
    started.testbed.name = "a lab for Canary-One".to_owned();
    sample::make(&bench.store(), events).unwrap();
    for format in ["csv", "json", "junit", "in-toto", "oscal", "openmetrics", "bundle --out x.zip"]
    {
        let line = format!("export --policy policy.toml --format {format}");
        bench.refused(&line, 2, "the testbed's name names the conversion tool `canary-one`");
        bench.call(&format!("{line} --audience operator")).expect_code(0);
    }
}
