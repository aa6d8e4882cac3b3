//! Two policies over the recorded history.

use super::{Bench, extending, rule};

#[test]
fn what_would_change_is_shown_cell_by_cell() {
    let bench = Bench::with_history();
    let line = "policy diff default bronze --campaign c-1";
    insta::assert_snapshot!("policy_diff", bench.told(line, 0).out);
}

#[test]
fn counts_sum_to_the_cells_in_every_form() {
    let bench = Bench::with_history();
    for (line, cells) in [("", 2), (" --campaign c-1", 4), (" --all", 6)] {
        let line = format!("policy diff gold platinum{line}");
        let diff = bench.json(&format!("{line} --json"));
        assert_eq!(diff["schema"], "portolan.policy-diff/1");
        assert_eq!(diff["audience"], "public");
        assert_eq!(diff["relation"], "never-higher");
        let counts = &diff["counts"];
        let sum: u64 =
            ["better", "worse", "same"].iter().map(|it| counts[it].as_u64().unwrap()).sum();
        assert_eq!((sum, &diff["cells_total"]), (cells, &cells.into()), "{diff}");
        assert_eq!(counts["better"], 0);
        let rows = bench.told(&format!("{line} --format csv"), 0).out;
        assert_eq!(rows.lines().count() as u64, cells + 1);
        let worse = rows.lines().filter(|it| it.contains(",worse,")).count() as u64;
        assert_eq!(counts["worse"], worse);
        assert_eq!(
            bench.told(&format!("{line} --json"), 0).out,
            bench.told(&format!("{line} --format json"), 0).out
        );
    }
}

#[test]
fn only_operators_see_routes() {
    let bench = Bench::with_history();
    for form in ["text", "csv", "json"] {
        let line = format!("policy diff default bronze --campaign c-1 --format {form}");
        let public = bench.told(&line, 0).out;
        assert!(!public.contains("direct") && !public.contains("qemu-img"), "{public}");
        let operator = bench.told(&format!("{line} --audience operator"), 0).out;
        assert!(operator.contains("direct"), "{operator}");
    }
    bench.write("mine.toml", extending("default", &rule("L.up", "As qemu-img left it")));
    bench.refused("policy diff default mine.toml", "names the conversion tool `qemu-img`");
    bench.told("policy diff default mine.toml --audience operator", 0);
}

#[test]
fn rules_alone_need_no_log() {
    let bench = Bench::new();
    let told = bench.told("policy diff silver gold --rules", 0).out;
    assert!(told.contains("B never scores a cell higher than A."), "{told}");
    assert!(told.contains("26 rules differ:"), "{told}");
    bench.refused("policy diff silver gold", "there is no store at");
    bench.refused("policy diff silver gold --rules --all", "cannot be used with");
    bench.refused("policy diff silver", "required");
    bench.refused("policy diff silver gild", "cannot read policy gild");
    let bench = Bench::with_history();
    bench.refused("policy diff silver gold --campaign c-9", "known: c-1, c-2");
    bench.refused("policy diff silver gold --json --format csv", "ask for two things");
}
