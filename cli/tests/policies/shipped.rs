//! What is shipped: listed, shown, and found by name.

use super::Bench;

const NAMES: [&str; 5] = ["default", "bronze", "silver", "gold", "platinum"];

#[test]
fn what_is_shipped_is_listed_with_whose_proposal_it_is() {
    let bench = Bench::new();
    insta::assert_snapshot!("policy_list", bench.told("policy list", 0).out);
    let list = bench.json("policy list --json");
    assert_eq!(list["schema"], "portolan.policies/1");
    let policies = list["policies"].as_array().unwrap();
    let names: Vec<&str> = policies.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, NAMES);
    for it in &policies[1..] {
        let note = it["note"].as_str().unwrap();
        assert!(note.starts_with("Portolan's own proposal, not an industry standard"), "{note}");
        assert_eq!(it["extends"], "default");
    }
}

#[test]
fn a_policy_is_shown_as_written_or_spelled_out() {
    let bench = Bench::new();
    let default = bench.told("policy show", 0).out;
    assert_eq!(default, include_str!("../../../domain/policy/default.toml"));
    assert_eq!(bench.told("policy show default", 0).out, default);
    let gold = bench.told("policy show gold", 0).out;
    assert_eq!(gold, include_str!("../../../domain/policy/gold.toml"));
    assert!(gold.contains("note = \"Portolan's own proposal"));
    assert_eq!(bench.told("policy show --policy gold", 0).out, gold);
    let shown = bench.json("policy show platinum --json");
    assert_eq!(shown["policy"]["rule"].as_array().unwrap().len(), 117);
}

#[test]
fn spelled_out_and_read_again_it_is_the_same_policy() {
    let bench = Bench::new();
    for name in NAMES {
        let flat = bench.told(&format!("policy show {name} --resolved"), 0).out;
        assert!(!flat.contains("extends") && !flat.contains("[[change]]"));
        bench.write("flat.toml", &flat);
        let [shipped, file] = [name, "flat.toml"].map(|it| {
            bench.json(&format!("policy check {it} --json"))["sha256"].as_str().unwrap().to_owned()
        });
        assert_eq!(shipped, file, "{name}");
        assert_eq!(bench.told("policy show flat.toml --resolved", 0).out, flat, "{name}");
    }
}

#[test]
fn a_policy_is_found_by_name_wherever_one_is_asked_for() {
    let bench = Bench::with_history();
    let of = |line: &str| bench.json(line)["policy"].as_str().unwrap().to_owned();
    assert_eq!(of("matrix --json"), "portolan-default 2");
    assert_eq!(of("matrix --json --policy platinum"), "portolan-platinum 2");
    assert_eq!(of("--policy bronze explain kvm-like xen-like server --json"), "portolan-bronze 2");
    bench.told("report --policy silver --out report.html", 0);
    assert!(
        std::fs::read_to_string(bench.path("report.html")).unwrap().contains("portolan-silver 2")
    );
}

#[test]
fn what_was_judged_by_an_earlier_version_can_be_judged_by_it_again() {
    let bench = Bench::with_history();
    for name in NAMES {
        let old = bench.json(&format!("matrix --json --policy {name}-1"));
        assert_eq!(old["policy"], format!("portolan-{name} 1"));
    }
    let old = bench.json("matrix --json --policy default-1");
    let digest = "b9acbe0daca1486c85f785bd7d78296cfbae335e281bbb46b997979727f04095";
    assert_eq!(old["policy_sha256"], digest);
    // Nothing of then says what can be observed: the newer rules change no standing of it.
    let standings = |line: &str| -> Vec<String> {
        let file = bench.json(line);
        let matrices = file["matrices"].as_array().unwrap().iter();
        let cells = matrices.flat_map(|it| it["cells"].as_array().unwrap());
        cells.map(|it| it["standing"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(standings("matrix --json"), standings("matrix --json --policy default-1"));
}

#[test]
fn a_file_that_is_called_like_a_shipped_policy_is_written_with_its_folder() {
    let bench = Bench::with_history();
    bench.write("gold", super::extending("bronze", ""));
    let of = |line: &str| bench.json(line)["policy"].as_str().unwrap().to_owned();
    assert_eq!(of("matrix --json --policy gold"), "portolan-gold 2");
    assert_eq!(of("matrix --json --policy ./gold"), "mine 1");
    bench.refused("matrix --policy godl", "shipped policies: default, bronze, silver, gold");
}
