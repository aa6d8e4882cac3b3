//! Policies that build on others: what they come to, and what is refused.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::policy::{Base, Misfit, Policy, PolicyFile, PolicyProblem, Relation, differences};
use domain::score::Score;
use proptest::prelude::*;

use crate::shipped::{default_policy, resolved};

static DEFAULT: LazyLock<Policy> = LazyLock::new(default_policy);

const HEAD: &str = "name = \"mine\"\nversion = \"1\"\n";

fn on_default(more: &str) -> Result<Policy, PolicyProblem> {
    let text = format!("{HEAD}extends = \"default\"\n{more}");
    let file: PolicyFile = toml::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    file.on(Some(&DEFAULT))
}

fn alone(more: &str) -> Result<Policy, PolicyProblem> {
    toml::from_str::<PolicyFile>(&format!("{HEAD}{more}")).unwrap().on(None)
}

fn rule(id: &str) -> String {
    format!(
        "[[rule]]\nid = \"{id}\"\nstep = 7\ntitle = \"t\"\n\
         compare = {{ holds = {{ fact = \"f\" }} }}\notherwise = \"FAILURE\"\n"
    )
}

fn gate(id: &str, compare: &str) -> String {
    format!(
        "[[gate]]\nid = \"{id}\"\ntitle = \"t\"\ncompare = {{ {compare} }}\notherwise = \"FAILURE\"\n"
    )
}

#[test]
fn it_adds_changes_and_drops_and_leaves_the_rest() {
    let more = "drop = [\"G.kernel\", \"H.snapshot\"]\n\
                [[change]]\nid = \"G.ip\"\notherwise = \"WARNING\"\n\
                [[change]]\nid = \"G.cpu.mhz\"\ntitle = \"Nearly as fast\"\nunread = \"FAILURE\"\n\
                compare = { within = { fact = \"cpu.mhz\", success_percent = 1, warning_percent = 2 } }\n";
    let mine = on_default(&format!("{more}{}", rule("A.own"))).unwrap();
    let base = &*DEFAULT;
    assert_eq!(mine.label(), "mine 1");
    assert_eq!(mine.rules.len(), base.rules.len() - 2 + 1);
    assert_eq!(mine.rules.last().unwrap().id, "A.own", "its own rules come last");
    assert_eq!(mine.rule("G.ip").unwrap().otherwise, Score::Warning);
    let speed = mine.rule("G.cpu.mhz").unwrap();
    assert_eq!((speed.title.as_str(), speed.unread), ("Nearly as fast", Score::Failure));
    assert_eq!(speed.otherwise, Score::Warning, "what is not given stays");
    let kept = |it: &&domain::policy::Rule| base.rule(&it.id) == Some(it);
    assert_eq!(mine.rules.iter().filter(kept).count(), base.rules.len() - 4);
    let ids: Vec<&str> = mine.rules.iter().map(|it| it.id.as_str()).collect();
    let order: Vec<&str> = base.ids().filter(|it| ids.contains(it)).collect();
    assert_eq!(ids[..ids.len() - 1], order, "and the order too");
}

#[test]
fn an_unread_for_all_is_overruled_by_a_change_and_leaves_its_own_rules_alone() {
    let more = "unread = \"FAILURE\"\n[[change]]\nid = \"G.ip\"\nunread = \"WARNING\"\n";
    let mine = on_default(&format!("{more}{}", rule("A.own"))).unwrap();
    let warned = mine.rules.iter().filter(|it| it.unread == Score::Warning);
    let warned: Vec<&str> = warned.map(|it| it.id.as_str()).collect();
    assert_eq!(warned, ["G.ip", "A.own"]);
}

#[test]
fn the_digest_is_that_of_the_meaning() {
    let built = on_default("[[change]]\nid = \"G.ip\"\notherwise = \"WARNING\"\n").unwrap();
    let flat: Policy = toml::from_str(&toml::to_string(&built).unwrap()).unwrap();
    assert_eq!(flat.digest(), built.digest());
    assert_ne!(built.digest(), DEFAULT.digest());
}

#[test]
fn gates_are_changed_and_dropped_as_rules_are() {
    let gates = [gate("C.a", "none = { fact = \"a\" }"), gate("C.b", "none = { fact = \"b\" }")];
    let base = on_default(&gates.concat()).unwrap();
    let more = "drop = [\"C.b\"]\n[[change]]\nid = \"C.a\"\notherwise = \"WARNING\"\n";
    let text = format!("{HEAD}extends = \"./base\"\n{more}");
    let mine = toml::from_str::<PolicyFile>(&text).unwrap().on(Some(&base)).unwrap();
    assert_eq!(mine.gates.len(), 1);
    assert_eq!((mine.gates[0].id.as_str(), mine.gates[0].otherwise), ("C.a", Score::Warning));
    assert_eq!(differences(&base, &mine).len(), 2);
}

#[test]
fn what_it_cannot_say_of_its_base_is_refused() {
    let id = |it: &str| it.to_owned();
    let cases = [
        ("drop = [\"R.step.3\"]", PolicyProblem::Above(id("R.step.3"))),
        ("drop = [\"R.repeat.ip\"]", PolicyProblem::Above(id("R.repeat.ip"))),
        (
            "[[change]]\nid = \"R.step.7\"\notherwise = \"WARNING\"",
            PolicyProblem::Above(id("R.step.7")),
        ),
        ("drop = [\"G.ip\", \"G.ip\"]", PolicyProblem::TouchedTwice(id("G.ip"))),
        (
            "drop = [\"G.ip\"]\n[[change]]\nid = \"G.ip\"\notherwise = \"WARNING\"",
            PolicyProblem::TouchedTwice(id("G.ip")),
        ),
        ("[[change]]\nid = \"G.ip\"", PolicyProblem::NoChange(id("G.ip"))),
        ("[[change]]\nid = \"G.ip\"\nunread = \"SUCCESS\"", PolicyProblem::Unread(id("G.ip"))),
        ("unread = \"SUCCESS\"", PolicyProblem::Unread(id("H.canary"))),
        (
            "[[change]]\nid = \"G.ip\"\n\
             compare = { at-most = { fact = \"f\", success = 2, warning = 1 } }",
            PolicyProblem::Margins(id("G.ip")),
        ),
        (
            "drop = [\"G.ipp\"]",
            PolicyProblem::Unknown { id: id("G.ipp"), near: vec![id("G.ip"), id("H.ip")] },
        ),
    ];
    for (more, problem) in cases {
        assert_eq!(on_default(more), Err(problem), "{more}");
    }
    assert_eq!(on_default(&rule("G.ip")), Err(PolicyProblem::Already(id("G.ip"))));
    let reused = format!("drop = [\"G.ip\"]\n{}", rule("G.ip"));
    assert_eq!(
        on_default(&reused),
        Err(PolicyProblem::Already(id("G.ip"))),
        "ids keep their meaning"
    );
}

#[test]
fn what_has_no_base_changes_nothing_of_it() {
    let own = rule("A");
    for (more, what) in [("drop = [\"A\"]\n", "drop"), ("unread = \"FAILURE\"\n", "unread")] {
        assert_eq!(alone(&format!("{more}{own}")), Err(PolicyProblem::NoBase(what)));
    }
    let change = "[[change]]\nid = \"A\"\notherwise = \"WARNING\"\n";
    assert_eq!(alone(&format!("{own}{change}")), Err(PolicyProblem::NoBase("[[change]]")));
    assert_eq!(alone(""), Err(PolicyProblem::Empty));
}

#[test]
fn ids_are_plain_unique_and_never_those_that_stand_above() {
    let own = rule("A");
    for wrong in ["", "a b", "ä", "a\\u001b[31m", "a/b", &"a".repeat(65)] {
        assert!(matches!(alone(&rule(wrong)), Err(PolicyProblem::Id(_))), "{wrong}");
    }
    assert_eq!(alone(&format!("{own}{own}")), Err(PolicyProblem::Twice("A".to_owned())));
    let twin = gate("A", "none = { fact = \"f\" }");
    assert_eq!(alone(&format!("{own}{twin}")), Err(PolicyProblem::Twice("A".to_owned())));
    assert_eq!(alone(&rule("R.step.1")), Err(PolicyProblem::Above("R.step.1".to_owned())));
}

#[test]
fn a_gate_has_nothing_to_compare_with() {
    for compare in ["same", "same-set", "keeps", "differs", "not-less", "not-more"] {
        let gate = gate("C", &format!("{compare} = {{ fact = \"f\" }}"));
        let refused = alone(&format!("{}{gate}", rule("A")));
        assert_eq!(refused, Err(PolicyProblem::GateLooksBefore("C".to_owned())), "{compare}");
    }
}

/// Files by name, and the policy that one of them comes to.
fn among(files: &[(&str, &str)], first: &str) -> Result<Policy, String> {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    let read = |name: &str| {
        let text = files.get(name).ok_or(format!("there is no {name}"))?;
        toml::from_str::<PolicyFile>(text).map_err(|error| error.to_string())
    };
    let own = Some(Base::File(first.to_owned()));
    let resolved = read(first)?.resolve(first, own, |base| match base {
        Base::File(name) => read(name).map_err(Refused),
        Base::Shipped(_) => Ok(toml::from_str(include_str!("../policy/default.toml")).unwrap()),
    });
    resolved.map(|it| it.policy).map_err(|it| it.0)
}

struct Refused(String);

impl From<Misfit> for Refused {
    fn from(misfit: Misfit) -> Self {
        Self(misfit.to_string())
    }
}

fn extending(base: &str, more: &str) -> String {
    format!("{HEAD}extends = \"{base}\"\n{more}")
}

#[test]
fn a_chain_is_followed_and_each_file_answers_for_itself() {
    let (one, two) =
        (extending("two.toml", "drop = [\"G.kernel\"]"), extending("default", "drop = [\"G.ip\"]"));
    let policy = among(&[("one.toml", &one), ("two.toml", &two)], "one.toml").unwrap();
    assert_eq!(policy.rules.len(), DEFAULT.rules.len() - 2);
    let twice = extending("two.toml", "drop = [\"G.ip\"]");
    let told = among(&[("one.toml", &twice), ("two.toml", &two)], "one.toml").unwrap_err();
    assert!(told.starts_with("one.toml: its base has no rule or gate `G.ip`"), "{told}");
    let wrong = extending("default", "drop = [\"G.ix\"]");
    let told = among(&[("one.toml", &one), ("two.toml", &wrong)], "one.toml").unwrap_err();
    assert_eq!(told, "two.toml: its base has no rule or gate `G.ix`; near it: `G.ip`, `H.ip`");
}

#[test]
fn circles_and_depths_end() {
    let itself = extending("./a.toml", "");
    let told = among(&[("a.toml", &itself)], "a.toml").unwrap_err();
    assert_eq!(told, "a.toml: it extends itself: a.toml → a.toml");
    let (a, b) = (extending("b.toml", ""), extending("./a.toml", ""));
    let told = among(&[("a.toml", &a), ("b.toml", &b)], "a.toml").unwrap_err();
    assert_eq!(told, "a.toml: it extends itself: a.toml → b.toml → a.toml");
    let files: Vec<(String, String)> = (0..9)
        .map(|it| (format!("{it}.toml"), extending(&format!("{}.toml", it + 1), "")))
        .collect();
    let mut files: Vec<(&str, &str)> =
        files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let last = extending("default", "");
    files.push(("9.toml", &last));
    assert_eq!(among(&files, "6.toml").unwrap().rules, DEFAULT.rules, "four are allowed");
    let told = among(&files, "5.toml").unwrap_err();
    assert_eq!(told, "5.toml: it builds on more than 4 policies, one on the other");
}

fn score() -> impl Strategy<Value = Score> {
    prop_oneof![8 => Just(Score::Failure), 8 => Just(Score::Warning), 1 => Just(Score::Success)]
}

/// Changes and drops of rules of the default policy, as a file says them.
fn changes() -> impl Strategy<Value = String> {
    let ids: Vec<String> = DEFAULT.ids().map(str::to_owned).collect();
    let terms = (score(), prop::option::of(score()), any::<bool>());
    prop::collection::btree_map(prop::sample::select(ids), terms, 0..12).prop_map(|map| {
        let drops = map.iter().filter(|(_, it)| it.2).map(|(id, _)| format!("\"{id}\""));
        let drops = format!("drop = [{}]\n", drops.collect::<Vec<_>>().join(", "));
        let changes = map.iter().filter(|(_, it)| !it.2).map(|(id, (otherwise, unread, _))| {
            let unread = unread.map(|it| format!("unread = \"{it}\"\n")).unwrap_or_default();
            format!("[[change]]\nid = \"{id}\"\notherwise = \"{otherwise}\"\n{unread}")
        });
        drops + &changes.collect::<String>()
    })
}

proptest! {
    /// The same files give the same policy; written out flat it is the same, too. Whatever is
    /// changed, a fact that was not read never passes, and the differences tell it all.
    #[test]
    fn resolving_is_deterministic_and_keeps_what_policies_promise(more in changes()) {
        let built = on_default(&more);
        prop_assert_eq!(&built, &on_default(&more));
        match built {
            Err(problem) => {
                prop_assert!(matches!(problem, PolicyProblem::Unread(_)));
                prop_assert!(more.contains("unread = \"SUCCESS\""));
            }
            Ok(policy) => {
                prop_assert!(policy.rules.iter().all(|it| it.unread < Score::Success));
                let flat = resolved(&toml::to_string(&policy).unwrap());
                prop_assert_eq!(flat.digest(), policy.digest());
                let base = &*DEFAULT;
                let found = differences(base, &policy);
                prop_assert_eq!(found.is_empty(), base.rules == policy.rules);
                if found.is_empty() {
                    prop_assert_eq!(Relation::of(&policy, base), Relation::Same);
                }
            }
        }
    }

    /// Hostile bytes are refused or read, and never more than that.
    #[test]
    fn any_base_stays_in_its_folder(text in "[./\\\\a-z\\x00\n~-]{0,12}") {
        if let Ok(Base::File(name)) = Base::try_from(text.clone()) {
            let mut parts = std::path::Path::new(&name).components();
            let only = parts.next();
            prop_assert!(matches!(only, Some(std::path::Component::Normal(_))), "{text:?}");
            prop_assert_eq!(parts.next(), None, "{:?}", text);
        }
    }
}
