//! The bundle: what is in it, for whom, and that it is the same again.

use std::os::unix::fs::PermissionsExt as _;

use base64ct::{Base64, Encoding as _};
use ledger::TlogProof;
use reports::bundle::{Bundle, FIRST, LAST, STATEMENT};

use crate::bench::Bench;
use crate::fixture;

fn text<'a>(bundle: &'a Bundle, name: &str) -> &'a str {
    std::str::from_utf8(bundle.file(name).unwrap()).unwrap()
}

fn names(bundle: &Bundle) -> Vec<String> {
    bundle.files().map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn the_same_log_gives_the_same_bytes() {
    let bench = Bench::new();
    for rest in ["", " --audience operator", " --unsigned"] {
        bench.export(&format!("bundle{rest} --out first.zip"));
        bench.export(&format!("bundle{rest} --out second.zip"));
        assert_eq!(bench.read_bytes("first.zip"), bench.read_bytes("second.zip"), "{rest}");
    }
    let mode = bench.path("first.zip").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
    bench.export("bundle --audience operator --out operator.zip");
    let mode = bench.path("operator.zip").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_is_in_it_and_what_it_says_of_itself() {
    let bench = Bench::new();
    let public = bench.bundle("");
    insta::assert_snapshot!("bundle_public", names(&public).join("\n"));
    insta::assert_snapshot!("bundle_readme", text(&public, "README.txt"));
    let operator = bench.bundle(" --audience operator");
    insta::assert_snapshot!("bundle_operator", names(&operator).join("\n"));
    insta::assert_snapshot!("bundle_readme_operator", text(&operator, "README.txt"));
    let unsigned = bench.bundle(" --unsigned");
    assert!(unsigned.file("SHA256SUMS.dsse.json").is_none());
    assert!(text(&unsigned, "README.txt").contains("This bundle is not signed"));
    for bundle in [public, operator, unsigned] {
        let readme = text(&bundle, "README.txt");
        for name in names(&bundle).iter().filter(|it| !it.contains("event-") && *it != "README.txt")
        {
            assert!(readme.contains(name.trim_start_matches("schemas/")), "{name}: {readme}");
        }
    }
}

#[test]
fn its_files_are_those_that_other_calls_give() {
    let bench = Bench::new();
    for audience in ["public", "operator"] {
        let bundle = bench.bundle(&format!(" --audience {audience}"));
        for (format, name) in [
            ("csv", "cells.csv"),
            ("json", "matrix.json"),
            ("junit", "junit.xml"),
            ("in-toto", STATEMENT),
            ("oscal", "oscal.json"),
            ("openmetrics", "metrics.txt"),
            ("schema", "schemas/matrix-1.json"),
            ("schema-explain", "schemas/explain-1.json"),
        ] {
            let exported = bench.export(&format!("{format} --audience {audience}"));
            assert_eq!(text(&bundle, name), exported, "{name} for {audience}");
        }
        let line =
            format!("report --policy policy.toml --audience {audience} --out report.html --quiet");
        bench.call(&line).expect_code(0);
        assert_eq!(text(&bundle, "report.html"), bench.read("report.html"), "{audience}");
    }
}

#[test]
fn a_public_bundle_names_no_tool_and_holds_no_event() {
    let bench = Bench::new();
    let public = bench.bundle("");
    for (name, bytes) in public.files() {
        assert_no_tool(name, std::str::from_utf8(bytes).unwrap());
    }
    assert!(names(&public).iter().all(|it| !it.contains("event-") && it != "steps.csv"));
    let operator = bench.bundle(" --audience operator");
    let named = |(_, bytes): &(&str, &[u8])| String::from_utf8_lossy(bytes).contains("canary");
    assert!(operator.files().any(|it| it.0.starts_with("proofs/event-") && named(&it)));
    assert!(operator.files().any(|it| it.0 == "steps.csv" && named(&it)));
}

/// Nor in what is packed in base64 in it, at whatever depth.
#[track_caller]
fn assert_no_tool(place: &str, text: &str) {
    let lower = text.to_lowercase();
    assert!(!lower.contains("canary") && !lower.contains("toolsmith"), "{place}");
    let letter = |it: char| it.is_ascii_alphanumeric() || "+/=".contains(it);
    for packed in text.split(|it| !letter(it)).filter(|it| it.len() >= 16) {
        if let Ok(bytes) = Base64::decode_vec(packed) {
            assert_no_tool(&format!("{place}, in base64"), &String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn the_ends_of_a_campaign_are_proven_to_operators_and_no_event_to_everyone() {
    let bench = Bench::new();
    let public = bench.bundle("");
    assert!(names(&public).iter().all(|it| !it.starts_with("proofs/")));
    let operator = bench.bundle(" --audience operator");
    let leaves = bench.call("log show").expect_code(0).out;
    let count = leaves.lines().count() as u64;
    for (name, most) in [(FIRST, 0), (LAST, count - 1)] {
        let proof: TlogProof = text(&operator, name).parse().unwrap();
        assert!(proof.index <= most, "{name}");
        bench.call(&format!("log prove --event {} --out event.json", proof.index)).expect_code(0);
        let event: serde_json::Value = serde_json::from_str(&bench.read("event.json")).unwrap();
        let leaf = event["leaf"].as_str().unwrap();
        let hash = ledger::leaf_hash(leaf.as_bytes()).to_bytes().to_vec();
        assert_eq!(proof.extra, Some(hash), "{name}");
        let trusted: Vec<ledger::Verifier> =
            text(&operator, "keys.txt").lines().map(|it| it.parse().unwrap()).collect();
        assert!(ledger::bundle::verify_tlog_proof(proof, leaf.to_owned(), &trusted).is_ok());
    }
}

#[test]
fn a_proof_for_operators_is_the_one_that_log_prove_writes() {
    let bench = Bench::new();
    let operator = bench.bundle(" --audience operator");
    let mut proofs = 0;
    for (name, bytes) in operator.files() {
        let Some(position) = reports::bundle::proven_event(name) else { continue };
        let line = format!("log prove --event {position} --out proof.json");
        bench.call(&line).expect_code(0);
        assert_eq!(bench.read_bytes("proof.json"), bytes, "{name}");
        proofs += 1;
    }
    assert!(proofs > 9, "every cell that was tried stands on an event");
}

#[test]
fn what_is_not_signed_yet_is_signed_first_or_refused() {
    let bench = Bench::empty();
    let mut events = fixture::events();
    // The last one may be of the log as a whole.
    let late = events.split_off(events.len() - 3);
    let log = crate::sample::make(&bench.store(), events).unwrap();
    let head = bench.read_bytes("store/log/head");
    late.into_iter().for_each(|it| crate::sample::append(&log, it).unwrap());
    drop(log);
    // Its end as a crash leaves it: recorded, and covered by nothing that was signed.
    bench.write("store/log/head", head);
    let mut kept: Vec<_> =
        std::fs::read_dir(bench.path("store/log/checkpoints")).unwrap().collect();
    kept.sort_by_key(|it| it.as_ref().unwrap().path());
    kept.drain(1..).for_each(|it| std::fs::remove_file(it.unwrap().path()).unwrap());
    let line = "export --policy policy.toml --format bundle --out bundle.zip";
    bench.refused(&format!("{line} --unsigned"), 2, "sign the log as it stands");
    bench.call(&format!("{line} --quiet")).expect_code(0);
    bench.call("verify bundle.zip").expect_code(0);
}

#[test]
fn a_past_is_bundled_as_it_was() {
    let bench = Bench::new();
    let bundle = bench.bundle(" --known-at 100 --audience operator");
    let last: TlogProof = text(&bundle, LAST).parse().unwrap();
    assert!(last.index <= 100, "{}", last.index);
    assert_eq!(
        text(&bundle, "matrix.json"),
        bench.export("json --known-at 100 --audience operator")
    );
    bench.call("verify bundle.zip").expect_code(0);
}
