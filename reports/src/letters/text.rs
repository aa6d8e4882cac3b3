//! The text of a letter: what matters on one screen, then everything.

use super::answer::Answer;
use super::excerpt::Excerpt;
use super::line::Line;
use super::since::{Changed, Since};
use super::vendor_letter::VendorLetter;
use super::wrap::{WIDTH, filled, indented, one_line, paragraph};
use crate::tally::Tally;
use crate::text::signed;
use crate::units::count;

/// Most changes on the first screen.
const MOST_CHANGES: usize = 3;

/// The letter as plain text, 72 columns wide.
#[must_use]
pub fn text(letter: &VendorLetter) -> String {
    let first = [greeting(letter), short(letter), pressing(letter), since(letter), answer(letter)];
    let rest = [results(letter), excerpts(letter), answers(letter), reach(letter)];
    let shown = |parts: Vec<String>| {
        parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n\n")
    };
    let line = "-".repeat(WIDTH);
    format!("{}\n\n{line}\n\n{}\n", shown(first.into()), shown(rest.into()))
}

fn greeting(letter: &VendorLetter) -> String {
    let view = &letter.results;
    [
        paragraph(&format!("How virtual machines travel: results of {}", view.name)),
        paragraph(&format!("Campaign {}, started {}", view.campaign, view.started)),
        paragraph(&format!("From {} to {}", letter.setting.organisation, letter.setting.contact)),
        String::new(),
        paragraph(&letter.setting.confidence()),
    ]
    .join("\n")
}

fn short(letter: &VendorLetter) -> String {
    let mut lines = vec![heading("In short")];
    lines.extend(letter.verdict.iter().map(|it| indented(it, "  ", "  ")));
    let platforms = ("your platforms".to_owned(), letter.tally());
    let mut counts = vec![platforms];
    counts.extend(letter.tool_tallies());
    counts.retain(|(_, tally)| tally.total() > 0);
    let widest = counts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).min(28);
    lines.extend(counts.iter().map(|it| tallied(it, widest)));
    lines.join("\n")
}

fn tallied((name, tally): &(String, Tally), widest: usize) -> String {
    let mut entries: Vec<String> =
        tally.entries().map(|(it, count)| format!("{count} {},", signed(it))).collect();
    if let Some(last) = entries.last_mut() {
        last.pop();
    }
    let name: String = one_line(name).chars().take(widest).collect();
    let (first, others) = (format!("  {name:<widest$}  "), " ".repeat(widest + 4));
    filled(entries.iter().map(String::as_str), &first, &others)
}

fn pressing(letter: &VendorLetter) -> String {
    if letter.pressing.is_empty() {
        return String::new();
    }
    let mut lines = vec![heading("What to look at first")];
    lines.extend(letter.pressing.iter().map(told));
    lines.join("\n")
}

/// A result in up to three lines: what it is, what holds it back, what would turn it green.
fn told(line: &Line) -> String {
    let first = format!("  {} {}  ", line.standing.symbol(), line.word());
    let mut told = vec![indented(&line.title(), &first, "      ")];
    if !line.reason.is_empty() {
        told.push(indented(&line.reason, "    ", "    "));
    }
    told.extend(line.remedy_in_words().map(|it| indented(&it, "    ", "      ")));
    told.join("\n")
}

fn since(letter: &VendorLetter) -> String {
    let Some(since) = &letter.since else { return String::new() };
    let mut lines = vec![heading("Since the last letter"), indented(&since.words(), "  ", "  ")];
    let pressing = since.pressing(MOST_CHANGES);
    lines.extend(pressing.iter().map(|it| changed(it)));
    let more = since.changes.len() - pressing.len();
    lines.extend((more > 0).then(|| format!("  and {} below", count(more, "more change"))));
    lines.extend(since.versions.iter().map(|it| indented(it, "  version of ", "    ")));
    lines.join("\n")
}

fn changed(it: &Changed) -> String {
    let first = format!("  {} ", it.became.symbol());
    indented(&format!("{}: {} ({})", it.became.word(), it.title, it.words()), &first, "      ")
}

fn answer(letter: &VendorLetter) -> String {
    let page = one_line(&letter.setting.page);
    let words = format!(
        "You can answer, and dispute a result that you hold to be wrong, {}. All results, with \
         what each is made of, are on your own page:",
        letter.setting.before()
    );
    [heading("Your answer"), indented(&words, "  ", "  "), format!("  {page}")].join("\n")
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
    let changes: Option<&Since> = letter.since.as_ref();
    let changes = changes.filter(|it| it.changes.len() > it.pressing(MOST_CHANGES).len());
    if let Some(since) = changes {
        lines.push(String::new());
        lines.push(heading("All changes since the last letter"));
        lines.extend(since.changes.iter().map(changed));
    }
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

fn heading(text: &str) -> String {
    text.to_uppercase()
}
