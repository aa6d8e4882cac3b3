//! Every format, for whom, and where it goes.

use std::os::unix::fs::PermissionsExt as _;

use crate::bench::Bench;

const FORMATS: [&str; 8] =
    ["csv", "json", "junit", "in-toto", "oscal", "openmetrics", "schema", "schema-explain"];

#[test]
fn every_format_is_printed_the_same_again() {
    let bench = Bench::new();
    for format in FORMATS {
        let first = bench.export(format);
        assert!(first.ends_with('\n') && first.len() > 500, "{format}: {first}");
        assert_eq!(bench.export(format), first, "{format}");
    }
}

#[test]
fn json_and_csv_are_the_files_that_matrix_prints() {
    let bench = Bench::new();
    for audience in ["public", "operator"] {
        for format in ["json", "csv"] {
            let printed = bench.call(&format!(
                "matrix --policy policy.toml --format {format} --audience {audience}"
            ));
            let exported = bench.export(&format!("{format} --audience {audience}"));
            assert_eq!(exported, printed.expect_code(0).out, "{format} for {audience}");
        }
    }
}

#[test]
fn without_more_words_an_export_is_for_the_public() {
    let bench = Bench::new();
    for format in FORMATS {
        let text = bench.export(format).to_lowercase();
        assert!(!text.contains("canary") && !text.contains("toolsmith"), "{format}");
    }
    for format in ["csv", "json", "junit", "oscal"] {
        let text = bench.export(&format!("{format} --audience operator"));
        assert!(text.contains("canary-direct"), "{format}");
    }
}

#[test]
fn a_file_is_written_whole_and_only_a_public_one_is_for_everybody() {
    let bench = Bench::new();
    let mode = |name: &str| bench.path(name).metadata().unwrap().permissions().mode() & 0o777;
    let told = bench.export("oscal --out public.json");
    let text = bench.read("public.json");
    assert_eq!(told, format!("wrote public.json ({} bytes)\n", text.len()));
    assert_eq!(text, bench.export("oscal --out -"));
    bench.export("oscal --audience operator --out operator.json");
    assert_eq!((mode("public.json"), mode("operator.json")), (0o644, 0o600));
    let told = bench.call("export --json --format schema --out schema.json").expect_code(0).json();
    assert_eq!(told["file"], "schema.json");
    assert_eq!(told["bytes"], bench.read("schema.json").len());
    assert_eq!(bench.export("csv --quiet --out cells.csv"), "");
}

#[test]
#[cfg(feature = "parquet")]
fn parquet_is_the_same_again_and_names_a_tool_to_operators_only() {
    let bench = Bench::new();
    for audience in ["public", "operator"] {
        let export = |name: &str| {
            bench.export(&format!("parquet --audience {audience} --out {name}"));
            bench.read_bytes(name)
        };
        let bytes = export("first.parquet");
        assert_eq!(bytes, export("second.parquet"));
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
        // Nothing is compressed: a name would stand there.
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert_eq!(text.contains("canary"), audience == "operator");
        assert!(text.contains("limiting_step") && text.contains("success"));
    }
}

#[test]
fn the_reader_chooses_what_a_warning_becomes() {
    let bench = Bench::new();
    let skipped = |rest: &str| bench.export(&format!("junit{rest}")).matches("<skipped").count();
    assert_eq!(skipped(""), 2);
    assert_eq!(skipped(" --warnings success"), 2);
    assert_eq!(skipped(" --warnings skipped"), 6);
    let failed = bench.export("junit --warnings failure").matches("<failure").count();
    assert_eq!(failed, 7);
}

#[test]
fn the_schemas_need_no_store() {
    let bench = Bench::empty();
    for (format, title) in
        [("schema", "portolan.matrix/1"), ("schema-explain", "portolan.explain/1")]
    {
        let schema = bench.call(&format!("export --format {format}")).expect_code(0).json();
        assert_eq!(schema["title"], title);
    }
    assert!(!bench.store().exists());
}

#[test]
fn a_campaign_is_chosen_by_its_name() {
    let bench = Bench::new();
    let last = bench.export("openmetrics");
    assert_eq!(bench.export("openmetrics --campaign 2026-11-23-harbour"), last);
    bench.refused(
        "export --format csv --campaign other",
        2,
        "there is no campaign `other`; known:",
    );
}
