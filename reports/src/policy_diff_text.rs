//! Two policies over recorded campaigns, for a terminal: the cells that would change, and the rules
//! that differ.

use domain::check::Finding;
use domain::policy::{Difference, FieldChange, Kind, Relation, Way};

use crate::policy_diff::{CampaignDiff, CellDiff, PolicyDiff, PolicyNamed, RuleTurn};
use crate::text::{Colour, paint, printable, signed};
use crate::turn::{Counts, Turn};
use crate::units::{count, instant};

/// The whole comparison.
#[must_use]
pub fn comparison(diff: &PolicyDiff, colour: Colour) -> String {
    let mut parts = vec![header(diff)];
    parts.extend(diff.campaigns.iter().map(campaign));
    if diff.campaigns.len() > 1 {
        let campaigns = count(diff.campaigns.len(), "campaign");
        parts.push(format!("In all {campaigns}: {}", counts(diff.cells_total, diff.counts)));
    }
    parts.push(rules_between(&diff.rules));
    paint(&printable(&parts.join("\n\n")), colour) + "\n"
}

/// Rules and gates that differ from a first policy to a second, each with what about it.
#[must_use]
pub fn rules_between(found: &[Difference]) -> String {
    if found.is_empty() {
        return "No rule and no gate differs.".to_owned();
    }
    let mut lines = vec![format!("{}:", differing(found))];
    lines.extend(found.iter().map(difference));
    lines.join("\n")
}

/// How scores under the second policy lie to those under the first, in a sentence.
#[must_use]
pub fn relation_in_words(relation: Relation, second: &str, first: &str) -> String {
    match relation {
        Relation::Same => format!("{second} scores every cell as {first} does."),
        Relation::NeverHigher => format!("{second} never scores a cell higher than {first}."),
        Relation::NeverLower => format!("{second} never scores a cell lower than {first}."),
        Relation::Mixed => {
            format!("{second} may score a cell higher or lower than {first}, as it was observed.")
        }
    }
}

fn header(diff: &PolicyDiff) -> String {
    let lines =
        [named("A", &diff.a), named("B", &diff.b), relation_in_words(diff.relation, "B", "A")];
    lines.join("\n")
}

fn named(letter: &str, policy: &PolicyNamed) -> String {
    let note = if policy.note.is_empty() { String::new() } else { format!("\n   {}", policy.note) };
    format!("{letter}  {} (sha256 {:.12}…){note}", policy.policy, policy.sha256.to_string())
}

fn campaign(diff: &CampaignDiff) -> String {
    let title = format!("Campaign {}, started {}", diff.campaign, instant(diff.started));
    let mut lines = vec![title, format!("  {}", counts(diff.cells_total, diff.counts))];
    lines.extend(diff.cells.iter().filter(|it| it.change != Turn::Same).map(cell));
    lines.join("\n")
}

fn counts(total: usize, counts: Counts) -> String {
    let Counts { better, worse, same } = counts;
    format!("{}: {better} better under B, {worse} worse, {same} the same", count(total, "cell"))
}

fn cell(cell: &CellDiff) -> String {
    let CellDiff { guest, source, target, .. } = cell;
    let (a, b) = (signed(cell.a), signed(cell.b));
    let mut lines = vec![format!("  {guest}: {source} → {target}: {a} → {b}")];
    lines.extend(cell.rules.iter().map(rule));
    if let Some(routes) = &cell.routes {
        let name = |it: &Option<_>| it.as_ref().map_or("none".to_owned(), ToString::to_string);
        let (a, b, of) = (name(&routes.a), name(&routes.b), name(&routes.rules_of));
        lines.push(format!("    best route {a} → {b}; the rules are those of {of}"));
    }
    lines.join("\n")
}

fn rule(rule: &RuleTurn) -> String {
    let RuleTurn { rule: id, title, step, topic, a, b } = rule;
    let topic = topic.word();
    format!("    {id} (step {step}, {topic}): {} → {}: {title}", found(*a), found(*b))
}

fn found(finding: Option<Finding>) -> String {
    match finding {
        None => "no such rule".to_owned(),
        Some(Finding::NotApplicable) => "not applicable".to_owned(),
        Some(Finding::Scored(score)) => score.word().to_owned(),
        Some(Finding::Waived(score)) => format!("{} (waived)", score.word()),
        Some(Finding::NotObserved(score)) => format!("{} (not observed)", score.word()),
    }
}

fn differing(found: &[Difference]) -> String {
    let of = |kind: Kind| found.iter().filter(|it| it.kind == kind).count();
    let (rules, gates) = (of(Kind::Rule), of(Kind::Gate));
    let verb = if found.len() == 1 { "differs" } else { "differ" };
    match (rules, gates) {
        (_, 0) => format!("{} {verb}", count(rules, "rule")),
        (0, _) => format!("{} {verb}", count(gates, "gate")),
        _ => format!("{} and {} {verb}", count(rules, "rule"), count(gates, "gate")),
    }
}

fn difference(it: &Difference) -> String {
    let (id, title) = (&it.id, &it.title);
    let costs = it.fields.iter().find_map(|it| it.to.as_ref().or(it.from.as_ref()));
    let costs = costs.map_or("nothing", String::as_str);
    match it.way {
        Way::Changed => {
            let fields: Vec<String> = it.fields.iter().map(field).collect();
            match fields.as_slice() {
                [only] => format!("  {id}: {only}: {title}"),
                several => format!("  {id}: {title}\n    {}", several.join("\n    ")),
            }
        }
        Way::Added => format!("  {id}: added, costs {costs}: {title}"),
        Way::Dropped => format!("  {id}: dropped, cost {costs}: {title}"),
    }
}

fn field(it: &FieldChange) -> String {
    let value = |it: &Option<String>| match it.as_deref() {
        None | Some("") => "none".to_owned(),
        Some(text) => text.to_owned(),
    };
    match it.field {
        // The new one stands beside the id.
        "title" => format!("title was {:?}", value(&it.from)),
        name => format!("{name} {} → {}", value(&it.from), value(&it.to)),
    }
}
