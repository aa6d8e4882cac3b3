//! The first screen of a letter: what matters, in 40 lines of 72 columns whatever there is to tell. What
//! does not fit stands below, and is counted here.

use super::line::Line;
use super::setting::LetterSetting;
use super::since::{Changed, Since};
use super::text::{heading, marked};
use super::vendor_letter::VendorLetter;
use super::wrap::{WIDTH, clipped, filled, one_line};
use crate::tally::Tally;
use crate::text::signed;
use crate::units::count;

/// Most lines of the first screen.
pub const LINES: usize = 40;

/// Most changes on the first screen.
pub(super) const MOST_CHANGES: usize = 3;

/// Most counts on the first screen: of the vendor's platforms, and of its first tools.
const MOST_COUNTS: usize = 3;

/// Most lines of a title, which names a guest and two platforms.
const MOST_OF_TITLE: usize = 3;

/// Most lines of anything else that is told of a result.
const MOST_OF_PART: usize = 2;

/// The first screen.
pub(super) fn first_screen(letter: &VendorLetter) -> String {
    let (head, short, answer) = (greeting(letter), short(letter), answer(&letter.setting));
    // Blank lines stand between parts, and one behind the last.
    let room = LINES.saturating_sub(head.len() + short.len() + answer.len() + 3);
    let briefly = letter.since.as_ref().map(|it| since(it, 0).len() + 1).unwrap_or_default();
    let pressing = pressing(letter, room.saturating_sub(briefly + 1));
    let taken = if pressing.is_empty() { 0 } else { pressing.len() + 1 };
    let room = room.saturating_sub(taken + 1);
    let since = letter.since.as_ref().map(|it| fullest(it, room)).unwrap_or_default();
    let parts = [head, short, pressing, since, answer].into_iter().filter(|it| !it.is_empty());
    parts.map(|it| it.join("\n")).collect::<Vec<_>>().join("\n\n")
}

fn greeting(letter: &VendorLetter) -> Vec<String> {
    let view = &letter.results;
    let setting = &letter.setting;
    let lines = [
        format!("How virtual machines travel: results of {}", view.name),
        format!("Campaign {}, started {}", view.campaign, view.started),
        format!("From {} to {}", setting.organisation, setting.contact),
    ];
    let mut told: Vec<String> =
        lines.iter().flat_map(|it| clipped(it, ("", ""), MOST_OF_PART)).collect();
    told.push(String::new());
    told.extend(clipped(&setting.confidence(), ("", ""), 3));
    told
}

fn short(letter: &VendorLetter) -> Vec<String> {
    let mut lines = vec![heading("In short")];
    let verdict = letter.verdict.iter();
    lines.extend(verdict.flat_map(|it| clipped(it, ("  ", "  "), MOST_OF_PART)));
    let mut counts = vec![("your platforms".to_owned(), letter.tally())];
    counts.extend(letter.tool_tallies());
    counts.retain(|(_, tally)| tally.total() > 0);
    let shown = &counts[..counts.len().min(MOST_COUNTS)];
    let widest = shown.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).min(28);
    lines.extend(shown.iter().flat_map(|it| tallied(it, widest)));
    lines.extend(more(counts.len() - shown.len(), "tool"));
    lines
}

fn tallied((name, tally): &(String, Tally), widest: usize) -> Vec<String> {
    let mut entries: Vec<String> =
        tally.entries().map(|(it, count)| format!("{count} {},", signed(it))).collect();
    if let Some(last) = entries.last_mut() {
        last.pop();
    }
    let name: String = one_line(name).chars().take(widest).collect();
    let (first, others) = (format!("  {name:<widest$}  "), " ".repeat(widest + 4));
    let all = filled(entries.iter().map(String::as_str), &first, &others);
    all.lines().map(ToOwned::to_owned).collect()
}

/// The worst results, as many as there is room for.
fn pressing(letter: &VendorLetter, room: usize) -> Vec<String> {
    let (mut lines, mut shown) = (vec![heading("What to look at first")], 0);
    for it in letter.pressing.iter().map(told) {
        // The last line may be needed to say how many there are besides.
        if lines.len() + it.len() >= room {
            break;
        }
        lines.extend(it);
        shown += 1;
    }
    if letter.pressing.is_empty() || lines.len() >= room {
        return Vec::new();
    }
    lines.extend(more(Line::held(&letter.lines()) - shown, "result"));
    lines
}

/// A result in a few lines: what it is, what holds it back, what would turn it green.
fn told(line: &Line) -> Vec<String> {
    let mut told = clipped(&line.title(), (&marked(line), "      "), MOST_OF_TITLE);
    if !line.reason.is_empty() {
        told.extend(clipped(&line.reason, ("    ", "    "), MOST_OF_PART));
    }
    let remedy = line.remedy_in_words();
    told.extend(remedy.iter().flat_map(|it| clipped(it, ("    ", "      "), MOST_OF_PART)));
    told
}

/// What changed, with as many changes as there is room for.
fn fullest(it: &Since, room: usize) -> Vec<String> {
    let all = (0..=MOST_CHANGES).rev().map(|most| since(it, most));
    all.into_iter().find(|it| it.len() <= room).unwrap_or_else(|| since(it, 0))
}

fn since(since: &Since, most: usize) -> Vec<String> {
    let mut lines = vec![heading("Since the last letter")];
    lines.extend(clipped(&since.words(), ("  ", "  "), MOST_OF_PART));
    let shown = since.pressing(most);
    lines.extend(shown.iter().flat_map(|it| changed(it)));
    lines.extend(more(since.changes.len() - shown.len(), "change"));
    let versions = since.versions.iter();
    let told = versions.clone().take(most).flat_map(|it| clipped(it, ("  version of ", "    "), 1));
    lines.extend(told);
    lines.extend(more(since.versions.len().saturating_sub(most), "version"));
    lines
}

fn changed(it: &Changed) -> Vec<String> {
    let first = format!("  {} ", it.became.symbol());
    let words = format!("{}: {} ({})", it.became.word(), it.title, it.words());
    clipped(&words, (&first, "      "), MOST_OF_PART)
}

fn more(number: usize, what: &str) -> Option<String> {
    (number > 0).then(|| format!("  and {} below", count(number, &format!("more {what}"))))
}

fn answer(setting: &LetterSetting) -> Vec<String> {
    let page = format!("  {}", one_line(&setting.page));
    let is_short = page.chars().count() <= WIDTH;
    let words = format!(
        "You can answer, and dispute a result that you hold to be wrong, {}. All results, with \
         what each is made of, are on your own page{}",
        setting.before(),
        if is_short { ":" } else { ", whose address is the last line of this letter." }
    );
    let mut lines = vec![heading("Your answer")];
    lines.extend(clipped(&words, ("  ", "  "), 4));
    lines.extend(is_short.then_some(page));
    lines
}

/// The address of the vendor's page where it is too long for the first screen.
pub(super) fn long_address(setting: &LetterSetting) -> Option<String> {
    let page = one_line(&setting.page);
    (page.chars().count() + 2 > WIDTH).then_some(page)
}
