//! What would be told to whom: as a table, as one letter, or as files. Who has looked is recorded.

use std::path::Path;

use anyhow::Context as _;
use domain::event::LetterPreviewed;
use domain::letter::LetterCommand;
use reports::units::count;
use serde_json::json;

use super::super::listing::Listing;
use super::desk::Desk;
use super::parcels::Parts;
use super::place::Place;
use super::writing::Written;
use super::{print, print_json};
use crate::args::{Args, Preview};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &Preview) -> Result<(), Exit> {
    let place = Place::find(args)?;
    let desk = Desk::open(args, (&command.writing, &place), &command.campaign)?;
    let written = desk.write(command.vendor.as_ref())?;
    if written.is_empty() {
        return Err(nobody(command, &desk));
    }
    let is_seen = command.vendor.is_some() || command.out.is_some();
    record(&place, &desk, (&written, is_seen), &command.writing.by.by)?;
    if let Some(folder) = &command.out {
        written.iter().try_for_each(|it| to_folder(folder, it))?;
    }
    if args.json {
        let letters: Vec<_> = written.iter().map(|it| &it.letter).collect();
        let told = command.vendor.is_none().then(|| desk.disclosing(&written)).transpose()?;
        return print_json(&json!({ "disclosing": told, "letters": letters }));
    }
    match (&command.vendor, &command.out) {
        (Some(_), None) => written.iter().try_for_each(|it| show(it)),
        (_, Some(folder)) => {
            print(&format!("{} in {}\n", count(written.len(), "letter"), folder.display()))
        }
        (None, None) => print(&table(&desk, &written)?),
    }
}

fn nobody(command: &Preview, desk: &Desk<'_>) -> Exit {
    let known: Vec<&str> = desk.vendors().map(|it| it.as_str()).collect();
    let known = known.join(", ");
    match &command.vendor {
        Some(vendor) => Exit::usage(format!(
            "nobody can be written to at `{vendor}`: no such vendor in the campaign, or no contact \
             in the settings; vendors: {known}"
        )),
        None => Exit::usage(format!("no vendor has a contact in the settings; vendors: {known}")),
    }
}

/// Notes what was written, once, and who has looked at it.
fn record(
    place: &Place,
    desk: &Desk<'_>,
    (written, is_seen): (&[Written<'_>], bool),
    by: &str,
) -> Result<(), Exit> {
    let is_new = |it: &&Written<'_>| desk.known.letters.letter(&it.prepared.letter).is_none();
    let new = written.iter().filter(is_new);
    let mut commands: Vec<_> = new.map(|it| LetterCommand::Prepare(it.prepared.clone())).collect();
    let seen = |it: &Written<'_>| {
        let letter = it.prepared.letter.clone();
        LetterCommand::NotePreview(LetterPreviewed { letter, by: by.to_owned() })
    };
    // Behind all that is new: commands about different letters wait for the disk together.
    commands.extend(written.iter().filter(|_| is_seen).map(seen));
    for told in place.record(&desk.known.answers, commands)? {
        told.map_err(Exit::usage)?;
    }
    Ok(())
}

fn show(written: &Written<'_>) -> Result<(), Exit> {
    let parts = Parts::of(written)?;
    let mut head = Listing::new(8);
    head.row("letter", &written.prepared.letter).row("to", &written.contact.id);
    head.row("form", form(written)).row("subject", &parts.subject);
    for (name, kind, bytes) in &parts.files {
        head.row("file", format!("{name} ({kind}, {} bytes)", bytes.len()));
    }
    print(&format!("{}\n{}", head.text(), parts.text))
}

/// A letter as files that a person can open.
fn to_folder(folder: &Path, written: &Written<'_>) -> Result<(), Exit> {
    let parts = Parts::of(written)?;
    let place = folder.join(written.prepared.letter.as_str());
    let write = |name: &str, bytes: &[u8]| {
        let path = place.join(name);
        let cannot = || format!("cannot write {}", path.display());
        std::fs::write(&path, bytes).with_context(cannot).map_err(Exit::Usage)
    };
    let cannot = || format!("cannot make {}", place.display());
    std::fs::create_dir_all(&place).with_context(cannot).map_err(Exit::Usage)?;
    write("letter.txt", format!("Subject: {}\n\n{}", parts.subject, parts.text).as_bytes())?;
    if let Some(html) = &parts.html {
        write("letter.html", html.as_bytes())?;
    }
    parts.files.iter().try_for_each(|(name, _, bytes)| write(name, bytes))
}

/// What would be told to whom.
fn table(desk: &Desk<'_>, written: &[Written<'_>]) -> Result<String, Exit> {
    let (told, campaign) = (desk.disclosing(written)?, &desk.campaign);
    Ok(format!(
        "{}\nRead them: portolan letters preview {campaign} --vendor ID, or --out FOLDER\nThen: \
         portolan letters send {campaign}\n",
        told.text()
    ))
}

fn form(written: &Written<'_>) -> &'static str {
    use domain::event::LetterForm::{Encrypted, Link, Plain};
    match written.prepared.form {
        Encrypted => "encrypted mail",
        Plain => "plain mail",
        Link => "link alone",
    }
}
