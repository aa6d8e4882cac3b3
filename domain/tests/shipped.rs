//! The policies that are shipped: what they say, how they lie to each other, and what the documents
//! tell of them.

use domain::policy::{Base, Kind, Misfit, Policy, PolicyFile, Relation, Rule, Way, differences};
use domain::score::Score;
use domain::testbed::Migration;

/// The digest that logs recorded for version 2 of the default policy. It changes with the version
/// alone.
const DEFAULT_SHA256: &str = "6de3df327cdd9a36a0053655c3f5df68370ca5afbc957836e861045fce2f8241";
/// What logs recorded for version 1: of the default policy, and the beginnings of those of the profiles.
const FORMER: [(&str, &str, &str); 5] = [
    (
        "default",
        include_str!("../policy/1/default.toml"),
        "b9acbe0daca1486c85f785bd7d78296cfbae335e281bbb46b997979727f04095",
    ),
    ("bronze", include_str!("../policy/1/bronze.toml"), "02c29766ab22"),
    ("silver", include_str!("../policy/1/silver.toml"), "6d77b8035d57"),
    ("gold", include_str!("../policy/1/gold.toml"), "5007c71979f2"),
    ("platinum", include_str!("../policy/1/platinum.toml"), "96011733e0d2"),
];

const DEFAULT: &str = include_str!("../policy/default.toml");
const PROFILES: [(&str, &str); 4] = [
    ("bronze", include_str!("../policy/bronze.toml")),
    ("silver", include_str!("../policy/silver.toml")),
    ("gold", include_str!("../policy/gold.toml")),
    ("platinum", include_str!("../policy/platinum.toml")),
];

/// The default policy.
pub(crate) fn default_policy() -> Policy {
    resolved(DEFAULT)
}

/// The four profiles, from the first to the last.
pub(crate) fn profiles() -> Vec<Policy> {
    PROFILES.iter().map(|(_, text)| resolved(text)).collect()
}

/// A policy file that builds on nothing but shipped ones.
pub(crate) fn resolved(text: &str) -> Policy {
    let file: PolicyFile = toml::from_str(text).unwrap();
    file.resolve("test", None, |base| Ok::<_, Misfit>(shipped(base))).unwrap().policy
}

fn shipped(base: &Base) -> PolicyFile {
    let is = |name: &str| *base == Base::Shipped(name.to_owned());
    assert!(is("default") || is("default-1"), "nothing else is built on: {base}");
    let text = if is("default") { DEFAULT } else { FORMER[0].1 };
    toml::from_str(text).unwrap()
}

#[test]
fn the_first_version_of_each_policy_means_what_it_meant() {
    for (name, text, digest) in FORMER {
        let policy = resolved(text);
        assert_eq!(policy.label(), format!("portolan-{name} 1"));
        assert!(policy.digest().to_string().starts_with(digest), "{name}: {}", policy.digest());
    }
}

#[test]
fn the_second_version_has_every_rule_of_the_first_on_the_same_terms() {
    let (old, new) = (resolved(FORMER[0].1), default_policy());
    for rule in &old.rules {
        let kept = new.rule(&rule.id).unwrap();
        assert!(kept.is_for(Migration::Cold), "{}: the first version knew cold alone", rule.id);
        assert_eq!(&Rule { types: Vec::new(), ..kept.clone() }, rule);
    }
    let added = new.rules.iter().filter(|it| old.rule(&it.id).is_none());
    let cold = added.filter(|it| it.is_for(Migration::Cold));
    assert!(cold.clone().count() > 0 && cold.clone().all(|it| it.where_observable));
}

#[test]
fn the_default_policy_has_the_digest_that_logs_recorded() {
    assert_eq!(default_policy().digest().to_string(), DEFAULT_SHA256);
    let flat: Policy = toml::from_str(DEFAULT).unwrap();
    assert_eq!(flat.validate().unwrap(), default_policy(), "read at once or as a file: the same");
}

#[test]
fn the_default_policy_has_at_least_forty_rules() {
    assert!(default_policy().rules.len() >= 40);
}

#[test]
fn every_rule_is_in_the_scoring_document_with_its_default_score() {
    let document = include_str!("../../docs/scoring.md");
    for rule in default_policy().rules {
        let row = document.lines().find(|line| line.starts_with(&format!("| `{}` |", rule.id)));
        let row = row.unwrap_or_else(|| panic!("docs/scoring.md lacks `{}`", rule.id));
        assert!(row.contains(rule.otherwise.word()), "{row}");
        assert!(row.contains(&rule.title), "{row} does not say {:?}", rule.title);
    }
}

#[test]
fn a_comment_does_not_change_the_digest_but_a_score_does() {
    let read = |text: &str| resolved(text).digest();
    assert_eq!(read(DEFAULT), read(&format!("# a comment\n{DEFAULT}")));
    assert_ne!(read(DEFAULT), read(&DEFAULT.replacen("\"FAILURE\"", "\"WARNING\"", 1)));
}

#[test]
fn each_profile_is_at_least_as_strict_as_the_one_before_it() {
    let profiles = profiles();
    for pair in profiles.windows(2) {
        let (looser, stricter) = (&pair[0], &pair[1]);
        let relation = Relation::of(stricter, looser);
        assert_eq!(relation, Relation::NeverHigher, "{} and {}", stricter.name, looser.name);
    }
    assert_eq!(Relation::of(&profiles[2], &default_policy()), Relation::Same, "gold scores alike");
}

#[test]
fn no_profile_silences_a_rule_or_lets_an_unread_fact_pass() {
    for policy in profiles() {
        assert_eq!(policy.rules.len(), default_policy().rules.len(), "{}", policy.name);
        for rule in &policy.rules {
            assert!(rule.otherwise < Score::Success && rule.unread < Score::Success, "{}", rule.id);
        }
    }
    let platinum = &profiles()[3];
    assert!(platinum.rules.iter().all(|it| it.unread == Score::Failure));
    assert!(platinum.gates.iter().all(|it| it.otherwise == Score::Failure));
}

/// A rule that is new in the default policy is a FAILURE in bronze until somebody decides.
#[test]
fn bronze_fails_what_does_not_boot_and_what_touches_data_and_nothing_else() {
    let bronze = &profiles()[0];
    let failing = bronze.rules.iter().filter(|it| it.otherwise == Score::Failure);
    let failing: Vec<&str> = failing.map(|it| it.id.as_str()).collect();
    let boot_and_data = [
        "H.canary",
        "R.splitbrain",
        "R.source.export",
        "P.bytes",
        "P.check.corruption",
        "P.disk.content",
        "P.capacity.kept",
        "P.ref.escape",
        "P.ref.size",
        "P.mf.digest",
        "P.import.capacity",
        "P.import.corruption",
        "G.boot.fresh",
        "G.disk.count",
        "G.disk.size",
        "G.mounts.kept",
        "G.root.rw",
        "G.canary",
        "G.canary.same",
        "R.source.safe",
        "H.live.storage",
        "R.live.one",
        "R.live.gone",
        "G.live.bootid",
    ];
    assert_eq!(failing, boot_and_data);
}

#[test]
fn silver_adds_the_network_to_bronze() {
    let [bronze, silver, ..] = &profiles()[..] else { panic!("there are four") };
    let found = differences(bronze, silver);
    assert!(found.iter().all(|it| it.way == Way::Changed && it.kind == Kind::Rule));
    let ids: Vec<&str> = found.iter().map(|it| it.id.as_str()).collect();
    let network = [
        "H.res.network",
        "H.mac.conflict",
        "H.net.map",
        "G.nic.count",
        "G.nic.link",
        "G.ip",
        "G.route.default",
        "G.route.gateway",
        "G.dns.any",
        "G.live.connection",
        "A.answers",
    ];
    assert_eq!(ids, network);
}

#[test]
fn each_profile_says_whose_proposal_it_is_and_what_it_builds_on() {
    for (name, text) in PROFILES {
        let file: PolicyFile = toml::from_str(text).unwrap();
        assert_eq!(file.name, format!("portolan-{name}"));
        assert_eq!(file.extends, Some(Base::Shipped("default".to_owned())));
        assert!(file.note.starts_with("Portolan's own proposal, not an industry standard"));
        assert!(text.contains("is Portolan's own\n# proposal and no standard"));
    }
    let documents = include_str!("../../docs/policies.md");
    assert!(documents.contains("own proposal"));
}

#[test]
fn the_document_has_every_rule_that_the_profiles_judge_differently() {
    let document = include_str!("../../docs/policies.md");
    let profiles = profiles();
    for rule in default_policy().rules {
        let scores: Vec<&str> =
            profiles.iter().map(|it| it.rule(&rule.id).unwrap().otherwise.word()).collect();
        let row = format!("| `{}` | {} |", rule.id, scores.join(" | "));
        let differs = scores.iter().any(|it| *it != scores[0]);
        let told = document.lines().any(|line| line.starts_with(&row));
        assert_eq!(told, differs, "docs/policies.md and {row}");
    }
}

#[test]
fn the_examples_of_the_document_can_be_used() {
    let document = include_str!("../../docs/policies.md");
    let blocks: Vec<&str> = document.split("```toml\n").skip(1).collect();
    let blocks: Vec<&str> = blocks.iter().map(|it| it.split("```").next().unwrap()).collect();
    let [whole, gate] = blocks[..] else { panic!("two examples") };
    let policy = resolved(&format!("{whole}\n{gate}"));
    assert_eq!((policy.rules.len(), policy.gates.len()), (default_policy().rules.len(), 1));
    assert!(policy.rule("L.clock").is_some() && policy.rule("G.timezone").is_none());
}
