//! Policy files of a person's own: checked, and compared with what they build on.

use super::{Bench, extending, rule};

#[test]
fn a_check_says_what_differs_from_the_base() {
    let bench = Bench::new();
    let more = "drop = [\"G.timezone\"]\n[[change]]\nid = \"G.nic.mac\"\notherwise = \"FAILURE\"\n\
                [[change]]\nid = \"G.cpu.mhz\"\ntitle = \"Nearly as fast\"\nunread = \"FAILURE\"\n\
                compare = { within = { fact = \"cpu.mhz\", success_percent = 1, warning_percent = 9 } }\n";
    bench.write("mine.toml", extending("gold", &format!("{more}{}", rule("L.up", "It is up"))));
    insta::assert_snapshot!("policy_check", bench.told("policy check mine.toml", 0).out);
    let checked = bench.json("policy check mine.toml --json");
    assert_eq!(checked["schema"], "portolan.policy-check/1");
    assert_eq!(checked["base"]["policy"], "portolan-gold 2");
    assert_eq!(checked["base"]["relation"], "mixed");
    assert_eq!(checked["base"]["differences"].as_array().unwrap().len(), 4);
    assert_eq!((&checked["rules"], &checked["gates"]), (&117.into(), &4.into()));
}

#[test]
fn a_check_says_when_scores_can_only_fall() {
    let bench = Bench::new();
    bench.write("mine.toml", extending("default", "unread = \"FAILURE\"\n"));
    let told = bench.told("policy check mine.toml", 0).out;
    assert!(told.contains("It never scores a cell higher than its base."), "{told}");
    bench.write("same.toml", extending("./mine.toml", ""));
    let told = bench.told("policy check same.toml", 0).out;
    assert!(told.contains("It builds on mine.toml, which is mine 1."), "{told}");
    assert!(told.contains("No rule and no gate differs."), "{told}");
    let alone = format!("name = \"a\"\nversion = \"1\"\n{}", rule("A", "t"));
    bench.write("alone.toml", alone);
    let told = bench.told("policy check alone.toml", 0).out;
    assert!(told.contains("1 rule, 1 of which cost a FAILURE; no gate"), "{told}");
    assert!(told.contains("It builds on nothing."), "{told}");
}

#[test]
fn a_file_beside_another_is_found_wherever_the_call_is_made() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("team")).unwrap();
    bench.write("team/base", extending("silver", "drop = [\"G.dns\"]"));
    bench.write("team/mine.toml", extending("./base", "drop = [\"G.kernel\"]"));
    let checked = bench.json("policy check team/mine.toml --json");
    assert_eq!(checked["rules"], 115);
    std::os::unix::fs::symlink("team/mine.toml", bench.path("link.toml")).unwrap();
    assert_eq!(bench.json("policy check link.toml --json")["sha256"], checked["sha256"]);
}

#[test]
fn a_file_may_not_call_itself_like_a_shipped_policy() {
    let bench = Bench::new();
    let text = include_str!("../../../domain/policy/gold.toml");
    bench.write("gold.toml", text);
    bench.told("policy check gold.toml", 0);
    bench.write("gold.toml", text.replacen("\"FAILURE\"", "\"WARNING\"", 1));
    bench.refused("policy check gold.toml", "calls itself like the gold policy");
}
