//! The documentation names every rule with its score, and no other.

use std::collections::BTreeSet;

#[test]
fn the_documentation_lists_every_rule_with_its_score() {
    let text = include_str!("../../../docs/ovf.md");
    let rows = text.lines().filter_map(|it| it.strip_prefix("| `P."));
    let listed: BTreeSet<String> = rows.map(|it| format!("| `P.{it}")).collect();
    let rules = package::rules::all();
    let expected: BTreeSet<String> = rules
        .iter()
        .map(|it| format!("| `{}` | {} | {} |", it.id, it.score.word(), it.holds))
        .collect();
    assert_eq!(listed, expected);
    assert_eq!(expected.len(), rules.len(), "an id is given twice");
}
