//! Letters as a terminal shows them.

use std::fmt::Write as _;

use domain::event::{About, Fate};
use domain::ids::{CampaignId, LetterId, VendorId};
use domain::letter::{Letter, LetterRegistry, Stage};
use jiff::Timestamp;
use reports::units::{count, instant};
use serde::Serialize;

use super::super::listing::Listing;
use super::known::Known;
use super::sending::Sent;
use super::{no_letter, print, print_json};
use crate::args::Args;
use crate::exit::Exit;

/// One letter in a list.
#[derive(Debug, Serialize)]
struct Line<'a> {
    letter: &'a LetterId,
    about: &'a About,
    contact: &'a str,
    form: domain::event::LetterForm,
    stage: &'static str,
    prepared: Timestamp,
    sent: Option<Timestamp>,
    attempts: u32,
    message_id: Option<&'a str>,
}

impl<'a> From<&'a Letter> for Line<'a> {
    fn from(letter: &'a Letter) -> Self {
        let what = &letter.prepared.what;
        let sent = letter.sent.as_ref();
        Self {
            letter: &what.letter,
            about: &what.about,
            contact: what.contact.as_str(),
            form: what.form,
            stage: letter.stage().word(),
            prepared: letter.prepared.at,
            sent: sent.map(|it| it.at),
            attempts: sent.map_or(letter.next_attempt() - 1, |it| it.what.attempt),
            message_id: sent.map(|it| it.what.message_id.as_str()),
        }
    }
}

pub(super) fn list(args: &Args, campaign: Option<&CampaignId>) -> Result<(), Exit> {
    let known = Known::read(args, None)?;
    let letters = of(&known.letters, campaign);
    if args.json {
        return print_json(&letters.iter().map(|it| Line::from(*it)).collect::<Vec<_>>());
    }
    if letters.is_empty() {
        return print("no letter yet: portolan letters preview CAMPAIGN\n");
    }
    print(&table(&letters))
}

/// The letters of a campaign or all, in the order they were written.
fn of<'a>(letters: &'a LetterRegistry, campaign: Option<&CampaignId>) -> Vec<&'a Letter> {
    let is_of = |it: &&Letter| match (&it.prepared.what.about, campaign) {
        (_, None) => true,
        (About::Results { campaign: of, .. }, Some(wanted)) => of == wanted,
        (About::Digest { .. }, Some(_)) => false,
    };
    let mut all: Vec<&Letter> = letters.letters().filter(is_of).collect();
    all.sort_by_key(|it| it.prepared.position);
    all
}

fn table(letters: &[&Letter]) -> String {
    let row = |it: &&Letter| {
        let what = &it.prepared.what;
        let about = match &what.about {
            About::Results { campaign, vendor } => format!("{campaign} to {vendor}"),
            About::Digest { from, to } => format!("events {from} to {to}"),
        };
        let stage = it.stage();
        [
            what.letter.to_string(),
            format!("{} {}", symbol(stage), stage.word()),
            about,
            what.contact.to_string(),
            instant(it.sent.as_ref().map_or(it.prepared.at, |it| it.at)),
        ]
    };
    let heads = ["letter", "stands", "about", "contact", "since"].map(ToOwned::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(heads).chain(letters.iter().map(row)).collect();
    let width = |at: usize| rows.iter().map(|it| it[at].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3, 4].map(width);
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(it, width)| format!("{it:<width$}"));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}

fn symbol(stage: Stage) -> char {
    match stage {
        Stage::Prepared => '·',
        Stage::Previewed => '○',
        Stage::Delayed => '~',
        Stage::Failed | Stage::Bounced => '✗',
        Stage::Sent => '→',
        Stage::Delivered | Stage::Acknowledged => '✓',
    }
}

pub(super) fn status(args: &Args, id: &LetterId) -> Result<(), Exit> {
    let known = Known::read(args, None)?;
    let letter = known.letters.letter(id).ok_or_else(|| no_letter(id))?;
    if args.json {
        return print_json(&Line::from(letter));
    }
    print(&story(letter))
}

/// Everything that happened to a letter, in its order.
fn story(letter: &Letter) -> String {
    let what = &letter.prepared.what;
    let mut told = vec![(
        letter.prepared.position,
        letter.prepared.at,
        format!(
            "prepared by {} for `{}`: the log up to position {}, policy {}, {} of {}",
            what.by,
            what.contact,
            what.known_at,
            what.policy,
            count(usize::try_from(what.content_bytes).unwrap_or(usize::MAX), "byte"),
            what.content_sha256,
        ),
    )];
    let previews = letter.previewed.iter();
    told.extend(previews.map(|it| (it.position, it.at, format!("looked at by {}", it.what.by))));
    told.extend(letter.failed.iter().map(|it| {
        let end = if it.what.permanent { "; not tried again" } else { "" };
        let words = format!("attempt {} failed: {}{end}", it.what.attempt, it.what.reason);
        (it.position, it.at, words)
    }));
    told.extend(letter.sent.iter().map(|it| {
        let words = format!(
            "sent as <{}>, attempt {}: {}",
            it.what.message_id,
            it.what.attempt,
            if it.what.reply.is_empty() { "written" } else { &it.what.reply }
        );
        (it.position, it.at, words)
    }));
    told.extend(letter.reported.iter().map(|it| {
        let fate = match it.what.fate {
            Fate::Delivered => "delivered",
            Fate::Delayed => "delayed",
            Fate::Bounced => "bounced",
        };
        let words = format!("{fate}, as was reported: {} {}", it.what.status, it.what.words);
        (it.position, it.at, words.trim_end().to_owned())
    }));
    let acknowledged = letter.acknowledged.iter();
    told.extend(
        acknowledged.map(|it| (it.position, it.at, format!("confirmed by {}", it.what.account))),
    );
    told.sort();
    let mut listing = Listing::new(20);
    listing.row("letter", &what.letter);
    for (_, at, words) in told {
        listing.row(&instant(at), words);
    }
    listing.text().to_owned()
}

/// What became of the letters of a campaign.
pub(super) fn sent(sent: &Sent, without_contact: &[&VendorId]) -> String {
    let mut listing = Listing::new(10);
    for letter in &sent.sent {
        listing.row("→ sent", letter);
    }
    for (letter, at) in &sent.delayed {
        listing.row("~ delayed", format!("{letter}: tried again from {} on", instant(*at)));
    }
    for (letter, why) in &sent.failed {
        listing.row("✗ failed", format!("{letter}: {why}"));
    }
    for letter in &sent.unseen {
        listing.row("· unseen", format!("{letter}: look at it first, portolan letters preview"));
    }
    for letter in &sent.changed {
        listing.row("✗ changed", format!("{letter}: would say something else than was looked at"));
    }
    for letter in &sent.gone {
        listing.row("· nobody", format!("{letter}: its contact is not in the settings any more"));
    }
    for vendor in without_contact {
        listing.row("· nobody", format!("{vendor} has no contact in the settings"));
    }
    match listing.text() {
        "" => "nothing is owed\n".to_owned(),
        text => text.to_owned(),
    }
}
