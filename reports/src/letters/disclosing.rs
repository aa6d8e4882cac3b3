//! Who would be told what: for the operator, before anything is sent or published. Names vendors and
//! tells reasons: for operators only.

use std::collections::BTreeMap;

use comfy_table::{Table, presets};
use domain::event::LetterForm;
use domain::ids::{CampaignId, ContactId, VendorId};
use serde::Serialize;

use super::guard::{Guard, Revealed};
use super::since::Since;
use super::vendor_letter::VendorLetter;
use crate::chronicle::CampaignRecord;
use crate::public::PublicView;
use crate::tally::Tally;
use crate::text::{printable, signed};
use crate::units::count;
use crate::withheld;

/// The version of this shape. Fields are added under the same number, never renamed or removed.
pub const SCHEMA: &str = "portolan.disclosing/1";

/// Who would be told what of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disclosing {
    /// The version of this shape.
    pub schema: &'static str,
    /// Which campaign.
    pub campaign: CampaignId,
    /// By how few tools a public cell may be carried.
    pub fewest_tools: u32,
    /// What each contact of a vendor would be told.
    pub letters: Vec<ToVendor>,
    /// Vendors of the testbed to whom nobody writes.
    pub unwritten: Vec<VendorId>,
    /// What everybody would be told.
    pub public: ToPublic,
}

/// What one contact of a vendor would be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToVendor {
    /// Which vendor.
    pub vendor: VendorId,
    /// To whom.
    pub contact: ContactId,
    /// How.
    pub form: LetterForm,
    /// Cells from or to one of its platforms.
    pub cells: usize,
    /// Such cells that it is not told, because the public is not.
    pub withheld: usize,
    /// Its tools.
    pub tools: usize,
    /// Routes with one of its tools.
    pub routes: usize,
    /// Proofs that are quoted.
    pub excerpts: usize,
    /// Results that stand otherwise than in its last letter; null in the first.
    pub changes: Option<usize>,
}

/// What everybody would be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToPublic {
    /// Cells that are shown.
    pub shown: usize,
    /// How many of those stand how.
    pub counts: BTreeMap<&'static str, usize>,
    /// Cells that are withheld, each with the reason.
    pub withheld: Vec<Told>,
    /// Cells that are shown although somebody could infer something, each with what.
    pub notes: Vec<Told>,
}

/// A cell and what an outsider could infer of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Which cell, in words.
    pub cell: String,
    /// What and why.
    pub why: String,
}

/// A letter as it would be sent.
#[derive(Debug, Clone, Copy)]
pub struct Addressed<'a> {
    /// To whom.
    pub contact: &'a ContactId,
    /// In which form.
    pub form: LetterForm,
    /// What it tells.
    pub letter: &'a VendorLetter,
}

impl Disclosing {
    /// Who would be told what. `view` is what the public would see; `earlier` the campaign that is
    /// public already, if there is one.
    #[must_use]
    pub fn new(
        view: &PublicView,
        record: &CampaignRecord,
        earlier: Option<&CampaignRecord>,
        guard: Guard,
        letters: &[Addressed<'_>],
    ) -> Self {
        let mut revealed = guard.revealed(record);
        revealed.extend(earlier.map(|it| guard.revealed_beside(record, it)).unwrap_or_default());
        let is_written = |id: &VendorId| letters.iter().any(|it| it.letter.results.vendor == *id);
        let vendors = record.testbed.vendors.iter().map(|it| &it.id);
        Self {
            schema: SCHEMA,
            campaign: record.id.clone(),
            fewest_tools: guard.fewest_tools,
            letters: letters.iter().map(ToVendor::from).collect(),
            unwritten: vendors.filter(|it| !is_written(it)).cloned().collect(),
            public: ToPublic::new(view, &revealed),
        }
    }

    /// The same as aligned text.
    #[must_use]
    pub fn text(&self) -> String {
        let head = format!("Campaign {}: who would be told what", self.campaign);
        let mut parts = vec![head, self.letters_in_words()];
        if !self.unwritten.is_empty() {
            let names: Vec<&str> = self.unwritten.iter().map(VendorId::as_str).collect();
            parts.push(format!("No contact, so told nothing: {}", names.join(", ")));
        }
        parts.push(self.public.in_words(self.fewest_tools));
        printable(&parts.join("\n\n")) + "\n"
    }

    fn letters_in_words(&self) -> String {
        if self.letters.is_empty() {
            return "Nobody would be written to.".to_owned();
        }
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        let heads = [
            "vendor", "contact", "form", "cells", "withheld", "tools", "routes", "quotes",
            "changes",
        ];
        table.set_header(heads);
        table.add_rows(self.letters.iter().map(ToVendor::row));
        table.to_string()
    }
}

impl From<&Addressed<'_>> for ToVendor {
    fn from(it: &Addressed<'_>) -> Self {
        let results = &it.letter.results;
        let tells = it.form != LetterForm::Link;
        let told = |count: usize| if tells { count } else { 0 };
        Self {
            vendor: results.vendor.clone(),
            contact: it.contact.clone(),
            form: it.form,
            cells: told(results.cells.len()),
            withheld: results.withheld.len(),
            tools: told(results.tools.len()),
            routes: told(results.tools.iter().map(|it| it.results.len()).sum()),
            excerpts: told(results.tools.iter().map(|it| it.excerpts.len()).sum()),
            changes: it.letter.since.as_ref().map(|it: &Since| told(it.changes.len())),
        }
    }
}

impl ToVendor {
    fn row(&self) -> [String; 9] {
        [
            self.vendor.to_string(),
            self.contact.to_string(),
            form(self.form).to_owned(),
            self.cells.to_string(),
            self.withheld.to_string(),
            self.tools.to_string(),
            self.routes.to_string(),
            self.excerpts.to_string(),
            self.changes.map_or("first letter".to_owned(), |it| it.to_string()),
        ]
    }
}

/// A form with a sign that reads without colour.
fn form(form: LetterForm) -> &'static str {
    match form {
        LetterForm::Encrypted => "✓ encrypted",
        LetterForm::Plain => "! plain text",
        LetterForm::Link => "→ link only",
    }
}

impl ToPublic {
    fn new(view: &PublicView, revealed: &[Revealed]) -> Self {
        let tally: Tally = view.cells().map(|(_, it)| it.standing).collect();
        let is_shown = |it: &&Revealed| !view.withheld.contains(&it.cell);
        let (shown, withheld): (Vec<_>, Vec<_>) = revealed.iter().partition(is_shown);
        let reasons =
            |it: Vec<&Revealed>| -> Vec<Told> { it.into_iter().map(Told::from).collect() };
        let mut withheld = reasons(withheld.into_iter().filter(|it| it.why.withholds()).collect());
        let by_hand = view.withheld.iter().filter(|id| !revealed.iter().any(|it| it.cell == **id));
        withheld.extend(
            by_hand.map(|it| Told {
                cell: it.to_string(),
                why: "asked for by the operator".to_owned(),
            }),
        );
        Self {
            shown: tally.total(),
            counts: tally.entries().map(|(it, count)| (it.word(), count)).collect(),
            withheld,
            notes: reasons(shown),
        }
    }

    fn in_words(&self, fewest_tools: u32) -> String {
        let standings = crate::tally::ALL.iter();
        let counts = standings.filter_map(|it| {
            self.counts.get(it.word()).map(|count| format!("{count} {}", signed(*it)))
        });
        let counts: Vec<String> = counts.collect();
        let mut lines = vec![
            format!("The public would see {}: {}", count(self.shown, "cell"), counts.join(", ")),
            format!(
                "{} withheld; a cell needs {} with a score",
                count(self.withheld.len(), "cell"),
                count(fewest_tools as usize, "independent tool"),
            ),
        ];
        lines.extend(grouped(&self.withheld, withheld::SIGNED));
        lines.extend(grouped(&self.notes, "! shown"));
        lines.join("\n")
    }
}

/// Cells by what could be inferred of them, the reason once.
fn grouped(told: &[Told], sign: &str) -> Vec<String> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for it in told {
        groups.entry(&it.why).or_default().push(&it.cell);
    }
    let group = |(why, cells): (&str, Vec<&str>)| {
        let cells: Vec<String> = cells.iter().map(|it| format!("\n    {it}")).collect();
        format!("\n  {sign}: {why}{}", cells.concat())
    };
    groups.into_iter().map(group).collect()
}

impl From<&Revealed> for Told {
    fn from(it: &Revealed) -> Self {
        Self { cell: it.cell.to_string(), why: it.why.to_string() }
    }
}
