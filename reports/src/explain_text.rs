//! The derivation of a cell for a terminal.

use std::fmt::Write as _;

use crate::comparison::Change;
use crate::derivation::{RouteDerived, TrialDerived};
use crate::explain::Explanation;
use crate::step_derivation::{Concern, Kept, StepDerived, StepRecord};
use crate::text::{Colour, paint, printable, signed};
use crate::tool::Tool;

/// How ties between routes are broken.
const TIES: &str = "best first; ties go to fewer tools, then to less time";

/// Who carries what travels on a route without a tool.
const ALONE: &str = "the platforms themselves";

/// A cell with its routes, their repetitions, steps and the checks that do not hold.
#[must_use]
pub fn explanation(told: &Explanation, colour: Colour) -> String {
    let mut text = head(told);
    if !told.routes.is_empty() {
        let _ = writeln!(text, "\nRoutes ({TIES})");
    }
    for route in &told.routes {
        text.push_str(&self::route(route));
    }
    if !told.notices.is_empty() {
        let _ = writeln!(text, "\n{}", told.notices.join("\n"));
    }
    paint(&printable(&text), colour)
}

fn head(told: &Explanation) -> String {
    let mut lines = vec![
        format!("{}: {} → {}", told.guest, told.source, told.target),
        format!("  standing  {}{}{}", signed(told.standing), unstable(told.unstable), raw(told)),
        format!("  trials    {} of {} scored", told.scored, told.planned),
        format!("  campaign  {}, policy {}", told.campaign, told.policy),
    ];
    if let Some(reason) = &told.reason {
        lines.push(format!("  limiting  {reason}"));
    }
    if !told.remedies.is_empty() {
        lines.push("\nWhat would turn it green".to_owned());
    }
    lines.extend(told.remedies.iter().map(|it| format!("  - {}", one_line(it))));
    lines.join("\n") + "\n"
}

/// How it stands raw, where that is another standing.
fn raw(told: &Explanation) -> String {
    let raw = told.raw_standing.filter(|raw| *raw != told.standing);
    raw.map(|it| format!(" (raw {})", signed(it))).unwrap_or_default()
}

fn route(route: &RouteDerived) -> String {
    let mark = if route.best { "*" } else { " " };
    let tools: Vec<String> = route.tools.iter().map(tool).collect();
    let tools = if tools.is_empty() { ALONE.to_owned() } else { tools.join(", then ") };
    let mut text = format!(
        "\n{mark} {}. {} by {}\n     {}{}, {} of {} scored, {} on average\n",
        route.number,
        route.route,
        tools,
        signed(route.standing),
        unstable(route.unstable),
        route.scored,
        route.planned,
        route.took(),
    );
    for (place, it) in route.trials.iter().enumerate() {
        let alike = route.trials.iter().take(place).find(|earlier| earlier.tells_the_same(it));
        text.push_str(&match alike {
            Some(earlier) => repeated(it, earlier.repetition),
            None => trial(it),
        });
    }
    text
}

fn tool(tool: &Tool) -> String {
    let retired = if tool.retired { " (no longer made)" } else { "" };
    let version = if tool.version.is_empty() { "version unknown" } else { &tool.version };
    format!("{} {version}{retired}", one_line(&tool.product))
}

fn trial(trial: &TrialDerived) -> String {
    let mut text = format!("   repetition {}: {}\n", trial.repetition, signed(trial.standing));
    if let Some(told) = &trial.told {
        let _ = writeln!(text, "     {}", one_line(told));
        return text;
    }
    trial.steps.iter().for_each(|it| text.push_str(&step(it)));
    let unchanged = trial.facts.unchanged;
    let title = format!("facts that changed ({unchanged} did not)");
    text.push_str(&facts(&title, &trial.facts.changed));
    text.push_str(&facts("facts read on one side only", &trial.facts.one_sided));
    text
}

fn facts(title: &str, facts: &[Change]) -> String {
    let mut text = String::new();
    if !facts.is_empty() {
        let _ = writeln!(text, "     {title}");
    }
    for Change { fact, before, after, .. } in facts {
        let _ = writeln!(text, "       {fact}: {} → {}", one_line(before), one_line(after));
    }
    text
}

/// A repetition that went as an earlier one.
fn repeated(trial: &TrialDerived, earlier: u32) -> String {
    let TrialDerived { repetition, standing, .. } = trial;
    let events = match trial.positions() {
        Some((first, last)) => format!(", events {first} to {last}"),
        None => String::new(),
    };
    format!("   repetition {repetition}: {} as repetition {earlier}{events}\n", signed(*standing))
}

fn step(step: &StepDerived) -> String {
    let mut text = step_line(step) + "\n";
    let detail = "         ";
    if let Some(reason) = step.reason_not_repeated() {
        let _ = writeln!(text, "{detail}{}", one_line(reason));
    }
    if let Some(cause) = step.cause {
        let _ = writeln!(text, "{detail}cause: {}", cause.words());
    }
    for it in &step.concerns {
        let _ = writeln!(text, "{detail}{}", concern(it));
    }
    let kept: Vec<String> = step.record.iter().flat_map(|it| &it.evidence).map(kept).collect();
    if !kept.is_empty() {
        let _ = writeln!(text, "{detail}kept {}", kept.join("; "));
    }
    text
}

fn step_line(step: &StepDerived) -> String {
    let record = match &step.record {
        Some(it) => format!("{:>9}  event {}{}", it.took(), it.position, leaf(it)),
        None => String::new(),
    };
    let checks = step.checks_in_words();
    let separator = if checks.is_empty() { "" } else { ", " };
    let standing = signed(step.standing);
    let line =
        format!("     {} {standing:<13} {:<31} {record}{separator}{checks}", step.step, step.title);
    line.trim_end().to_owned()
}

/// The first digits of the event's hash, enough to compare.
fn leaf(record: &StepRecord) -> String {
    record.leaf.map(|it| format!(" (leaf {:.12}…)", it.to_string())).unwrap_or_default()
}

fn concern(concern: &Concern) -> String {
    let Concern { rule, title, score, waived, why, .. } = concern;
    let waived = if *waived { "waived: " } else { "" };
    format!("{waived}{} {} {rule} {title}: {}", score.symbol(), score.word(), one_line(why))
}

fn kept(kept: &Kept) -> String {
    format!("{} ({}, sha256 {}…)", one_line(&kept.name), kept.size(), kept.short_digest())
}

fn unstable(unstable: bool) -> &'static str {
    if unstable { " ~ unstable" } else { "" }
}

/// A text of several lines as one.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" / ")
}
