//! The small campaign under two policies at once, and at the gates of one.

use domain::event::Recorded;
use domain::observation::{Channel, Observation};
use domain::policy::{Policy, PolicyFile};
use domain::score::{Score, Standing};
use proptest::prelude::*;
use reports::gates::GateReport;
use reports::history::History;
use reports::leak::tool_named_in;
use reports::matrix::Judged;
use reports::policy_diff::PolicyDiff;
use reports::policy_diff_csv::cells;
use reports::policy_diff_text::comparison;
use reports::text::Colour;
use reports::turn::Turn;

use crate::fixture::{events, history, only_campaign, policy, testbed};
use crate::privacy::{NAMES, recast};

/// The policy of the small campaign with some of it changed.
fn changed(more: &str) -> Policy {
    let text = format!("name = \"other\"\nversion = \"1\"\nextends = \"./strict\"\n{more}");
    toml::from_str::<PolicyFile>(&text).unwrap().on(Some(&policy())).unwrap()
}

/// Better here, worse there: addresses must stay, the processor and one old rule do not matter.
fn other() -> Policy {
    changed(
        "note = \"For a test.\"\ndrop = [\"G.cpu.model\"]\n\
         [[change]]\nid = \"G.address\"\notherwise = \"FAILURE\"\n\
         [[change]]\nid = \"G.canary\"\notherwise = \"WARNING\"\n\
         [[change]]\nid = \"G.memory\"\ntitle = \"Nearly the same memory\"\n\
         compare = { within = { fact = \"memory.total_kib\", success_percent = 10, \
         warning_percent = 20 } }\n\
         [[rule]]\nid = \"G.uptime\"\nstep = 7\ntitle = \"It has been up\"\n\
         compare = { some = { fact = \"boot.uptime_ms\" } }\notherwise = \"FAILURE\"\n\
         [[gate]]\nid = \"C.failure\"\ntitle = \"No cell fails\"\notherwise = \"FAILURE\"\n\
         compare = { none = { fact = \"cells.failure\" } }\n",
    )
}

fn compared(events: &[Recorded], a: &Policy, b: &Policy, for_operators: bool) -> PolicyDiff {
    let history = History::of(events);
    let campaign = only_campaign(&history);
    let pairs = [(Judged::new(campaign, a), Judged::new(campaign, b))];
    let diff = PolicyDiff::new(a, b, &pairs);
    if for_operators { diff.with_routes(&pairs) } else { diff }
}

#[test]
fn what_would_change_reads_without_colour() {
    let diff = compared(&events(), &policy(), &other(), false);
    insta::assert_snapshot!(comparison(&diff, Colour::Never));
}

#[test]
fn operators_see_the_routes_besides() {
    let (public, operator) =
        [false, true].map(|it| compared(&events(), &policy(), &other(), it)).into();
    let named = operator.cells().filter(|(_, it)| it.change != Turn::Same);
    for (_, cell) in named {
        let routes = cell.routes.as_ref().unwrap();
        assert!(routes.rules_of.is_some() && routes.a.is_some());
    }
    let (with, without) = (cells(&operator).unwrap(), cells(&public).unwrap());
    for (with, without) in with.split("\r\n").zip(without.split("\r\n")) {
        assert!(with.starts_with(without), "{with}");
    }
    assert!(with.contains("canary-direct") && !without.contains("canary-"));
    let mut plain = operator.clone();
    plain.audience = "public";
    let entries = plain.campaigns.iter_mut().flat_map(|it| &mut it.cells);
    entries.for_each(|it| it.routes = None);
    assert_eq!(plain, public, "nothing else differs");
}

#[test]
fn cells_as_a_table() {
    let text = cells(&compared(&events(), &policy(), &other(), false)).unwrap();
    assert_eq!(text.split_terminator("\r\n").count(), 12 + 1, "every cell, and the header");
    let (shown, _): (Vec<&str>, Vec<&str>) =
        text.split_terminator("\r\n").partition(|it| !it.contains(",same,"));
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn the_same_policy_changes_nothing() {
    let diff = compared(&events(), &policy(), &policy(), false);
    assert_eq!((diff.counts.same, diff.cells_total), (12, 12));
    assert!(diff.rules.is_empty() && diff.cells().all(|(_, it)| it.rules.is_empty()));
    let text = comparison(&diff, Colour::Never);
    assert!(text.contains("B scores every cell as A does."), "{text}");
    assert!(text.ends_with("No rule and no gate differs.\n"), "{text}");
}

/// A trial that has not ended has no score until a policy finds a FAILURE in what it did.
#[test]
fn a_cell_without_a_score_can_only_become_a_failure() {
    let harsh = changed(
        "[[rule]]\nid = \"R.uptime\"\nstep = 1\ntitle = \"It has been up\"\n\
         compare = { some = { fact = \"boot.uptime_ms\" } }\notherwise = \"FAILURE\"\n\
         unread = \"FAILURE\"\n",
    );
    let diff = compared(&events(), &policy(), &harsh, false);
    let broken = |it: &&reports::policy_diff::CellDiff| it.a == Standing::LabError;
    let cells: Vec<_> = diff.cells().map(|(_, it)| it).filter(broken).collect();
    assert_eq!(cells.len(), 1);
    assert_eq!((cells[0].b, cells[0].change), (Standing::Scored(Score::Failure), Turn::Worse));
    let rules: Vec<&str> = cells[0].rules.iter().map(|it| it.rule.as_str()).collect();
    assert_eq!(rules, ["R.uptime"]);
    assert_eq!(cells[0].rules[0].a, None, "the first policy has no such rule");
    let waiting: Vec<_> = diff.cells().filter(|(_, it)| it.a == Standing::NotRun).collect();
    assert!(!waiting.is_empty());
    for (_, cell) in waiting {
        assert_eq!((cell.b, cell.change), (Standing::NotRun, Turn::Same), "nothing was observed");
    }
}

#[test]
fn a_policy_that_names_a_tool_is_told() {
    let told = |more: &str| {
        let (a, b) = (policy(), changed(more));
        let diff = compared(&events(), &a, &b, false);
        tool_named_in(&testbed(), &diff.declared())
    };
    assert_eq!(told("drop = [\"G.clock\"]"), None);
    let rule = |id: &str, title: &str, fact: &str| {
        format!(
            "[[rule]]\nid = \"{id}\"\nstep = 7\ntitle = \"{title}\"\notherwise = \"FAILURE\"\n\
             compare = {{ some = {{ fact = \"{fact}\" }} }}\n"
        )
    };
    for more in [
        rule("G.canary-one", "t", "f"),
        rule("G.x", "Canary Converter One is quiet", "f"),
        "note = \"as canary-two has it\"\n".to_owned(),
        "[[change]]\nid = \"G.clock\"\ncompare = { some = { fact = \"canary-one.log\" } }\n".into(),
    ] {
        let words = told(&more).unwrap_or_else(|| panic!("{more}"));
        assert!(words.to_lowercase().contains("names the conversion tool `canary"), "{words}");
    }
}

#[test]
fn gates_read_as_they_are_judged() {
    let history = history();
    let policy = changed(
        "[[gate]]\nid = \"C.scored\"\ntitle = \"Some cell has a score\"\notherwise = \"FAILURE\"\n\
         compare = { some = { fact = \"cells.scored\" } }\n\
         [[gate]]\nid = \"C.failure\"\ntitle = \"At most two cells fail\"\notherwise = \"FAILURE\"\n\
         compare = { at-most = { fact = \"cells.failure\", success = 2, warning = 9 } }\n\
         [[gate]]\nid = \"C.regressed\"\ntitle = \"Nothing got worse\"\notherwise = \"FAILURE\"\n\
         compare = { none = { fact = \"changes.regressed\" } }\n",
    );
    let judged = Judged::new(only_campaign(&history), &policy);
    let report = GateReport::new(&judged, Vec::new());
    assert!(report.passed && report.with_score(Score::Warning) == ["C.failure", "C.regressed"]);
    insta::assert_snapshot!(report.text(Colour::Never));
    let regressed = Observation::integer("changes.regressed", 1, Channel::Host);
    let report = GateReport::new(&judged, vec![regressed]);
    assert_eq!((report.passed, report.with_score(Score::Failure)), (false, vec!["C.regressed"]));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["schema"], "portolan.gate/1");
    assert_eq!(json["facts"]["cells.total"]["integer"], 12);
    assert_eq!(
        (&json["gates"][2]["score"], &json["gates"][2]["observed"]),
        (&"FAILURE".into(), &true.into())
    );
}

/// What some rules of the policy cost, and which are left out.
fn terms() -> impl Strategy<Value = Policy> {
    let score = prop::sample::select(vec![Score::Failure, Score::Warning, Score::Success]);
    let terms = (score, prop::bool::weighted(0.85));
    prop::collection::vec(terms, policy().rules.len()).prop_map(|terms| {
        let mut policy = policy();
        for (rule, (otherwise, _)) in policy.rules.iter_mut().zip(&terms) {
            rule.otherwise = *otherwise;
        }
        let mut keep = terms.iter().map(|it| it.1);
        policy.rules.retain(|_| keep.next() != Some(false));
        policy
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn counts_sum_to_the_number_of_cells_and_read_the_same_from_the_other_side(
        a in terms(), b in terms()
    ) {
        let events = events();
        let (there, back) = (compared(&events, &a, &b, false), compared(&events, &b, &a, false));
        let counts = there.counts;
        prop_assert_eq!(counts.better + counts.worse + counts.same, there.cells_total);
        prop_assert_eq!(there.cells().count(), there.cells_total);
        prop_assert_eq!((counts.better, counts.worse), (back.counts.worse, back.counts.better));
        for ((_, there), (_, back)) in there.cells().zip(back.cells()) {
            let turned: Vec<_> = back.rules.iter().cloned().map(|mut it| {
                std::mem::swap(&mut it.a, &mut it.b);
                it
            }).collect();
            prop_assert_eq!(&there.rules, &turned);
            prop_assert_eq!(there.rules.is_empty(), there.change == Turn::Same, "{:?}", there);
        }
        for (_, cell) in there.cells() {
            for rule in &cell.rules {
                let differ = there.rules.iter().any(|it| it.id == rule.rule);
                prop_assert!(differ, "{} makes a difference, so it differs", rule.rule);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn other_tools_give_the_same_public_bytes(
        prefixes in prop::collection::vec("[a-z][a-z0-9]{0,6}", NAMES.len()),
        order in Just(vec![0, 1, 2]).prop_shuffle(),
        a in terms(),
        b in terms(),
    ) {
        let names: Vec<String> =
            prefixes.iter().enumerate().map(|(place, it)| format!("{it}-zz{place}")).collect();
        let bytes = |events: &[Recorded]| {
            let diff = compared(events, &a, &b, false);
            let json = serde_json::to_string(&diff).unwrap();
            [comparison(&diff, Colour::Always), cells(&diff).unwrap(), json]
        };
        let public = bytes(&events());
        for text in &public {
            prop_assert!(!text.replace("canary.intact", "").replace("G.canary", "")
                .replace("The canary file", "").contains("canary"), "{text}");
        }
        prop_assert_eq!(bytes(&recast(&events(), &names, &order)), public);
    }
}
