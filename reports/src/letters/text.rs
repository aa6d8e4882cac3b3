//! The text of a letter: what matters on one screen, then everything.

use super::answer::Answer;
use super::excerpt::Excerpt;
use super::line::Line;
use super::screen::{first_screen, long_address};
use super::since::{Changed, Since};
use super::vendor_letter::VendorLetter;
use super::wrap::{WIDTH, indented};

/// The letter as plain text, 72 columns wide.
#[must_use]
pub fn text(letter: &VendorLetter) -> String {
    let rest = [results(letter), excerpts(letter), answers(letter), reach(letter)];
    let rest: Vec<String> = rest.into_iter().filter(|it| !it.is_empty()).collect();
    let line = "-".repeat(WIDTH);
    let page = long_address(&letter.setting).map(|it| format!("\n{it}\n")).unwrap_or_default();
    format!("{}\n\n{line}\n\n{}\n{page}", first_screen(letter), rest.join("\n\n"))
}

/// A result in up to three paragraphs: what it is, what holds it back, what would turn it green.
fn told(line: &Line) -> String {
    let mut told = vec![indented(&line.title(), &marked(line), "      ")];
    if !line.reason.is_empty() {
        told.push(indented(&line.reason, "    ", "    "));
    }
    told.extend(line.remedy_in_words().map(|it| indented(&it, "    ", "      ")));
    told.join("\n")
}

/// How a result stands, before its name.
pub(super) fn marked(line: &Line) -> String {
    format!("  {} {}  ", line.standing.symbol(), line.word())
}

fn changed(it: &Changed) -> String {
    let first = format!("  {} ", it.became.symbol());
    indented(&format!("{}: {} ({})", it.became.word(), it.title, it.words()), &first, "      ")
}

fn results(letter: &VendorLetter) -> String {
    let mut lines = vec![heading("All results")];
    let view = &letter.results;
    lines.extend(view.platforms.iter().map(|it| {
        let stand_in = if it.stand_in { ", played by a stand-in" } else { "" };
        let version = if it.version.is_empty() { "version not found" } else { &it.version };
        indented(&format!("{} ({}): {version}{stand_in}", it.id, it.product), "  ", "    ")
    }));
    let tools = view.tools.iter().filter(|it| !it.results.is_empty());
    lines.extend(tools.map(|it| {
        let version = if it.version.is_empty() { "version not found" } else { &it.version };
        indented(&format!("{} ({}): {version}", it.id, it.product), "  ", "    ")
    }));
    lines.extend(letter.lines().iter().map(told));
    lines.extend(view.withheld.iter().map(|it| format!("  {}: {it}", crate::withheld::SIGNED)));
    let changes = letter.since.as_ref();
    let changes = changes.filter(|it| !it.changes.is_empty() || !it.versions.is_empty());
    lines.extend(changes.map(all_changes));
    lines.join("\n")
}

fn all_changes(since: &Since) -> String {
    let mut lines = vec![String::new(), heading("All changes since the last letter")];
    lines.extend(since.changes.iter().map(changed));
    lines.extend(since.versions.iter().map(|it| indented(it, "  version of ", "    ")));
    lines.join("\n")
}

fn excerpts(letter: &VendorLetter) -> String {
    let all: Vec<&Excerpt> = letter.results.tools.iter().flat_map(|it| &it.excerpts).collect();
    if all.is_empty() {
        return String::new();
    }
    let mut lines = vec![heading("What was written down")];
    for it in all {
        let Excerpt { guest, source, target, step, title, from, .. } = it;
        let words = format!("{guest}: {source} → {target}, step {step} ({title}), {from}:");
        lines.push(indented(&words, "  ", "    "));
        lines.extend(it.lines.iter().map(|it| format!("  > {it}")));
    }
    lines.join("\n")
}

fn answers(letter: &VendorLetter) -> String {
    if letter.answers.is_empty() {
        return String::new();
    }
    let told = |it: &Answer| {
        let mut lines = vec![indented(&format!("{}, {}:", it.at, it.about()), "  ", "    ")];
        lines.push(indented(&it.text, "    ", "    "));
        lines.push(match &it.reply {
            Some(reply) => {
                indented(&format!("Reply of {}: {}", reply.at, reply.text), "    ", "    ")
            }
            None if it.disputes => "    No reply yet.".to_owned(),
            None => String::new(),
        });
        lines.retain(|it| !it.is_empty());
        lines.join("\n")
    };
    let told: Vec<String> = letter.answers.iter().map(told).collect();
    format!("{}\n{}", heading("What you answered"), told.join("\n"))
}

fn reach(letter: &VendorLetter) -> String {
    let view = &letter.results;
    let mut lines = vec![heading("How far this reaches")];
    let disclosed = "Of a move between two platforms, both makers are told what the public will be \
                     told of it. What a conversion tool did is told to its maker alone.";
    let notices = view.notices.iter().map(String::as_str).chain([disclosed]);
    lines.extend(notices.map(|it| indented(it, "  ", "  ")));
    lines.push(indented(
        &format!(
            "Judged by policy {} (sha256 {:.16}…).",
            view.policy,
            view.policy_sha256.to_string()
        ),
        "  ",
        "  ",
    ));
    lines.join("\n")
}

pub(super) fn heading(text: &str) -> String {
    text.to_uppercase()
}
