//! A letter to a maker of a platform and of a tool, with everything that a letter can hold.

use std::collections::BTreeMap;

use domain::event::{Answered, DisputeSettled, Event, LetterEvent, Recorded};
use domain::ids::{Sha256Digest, VendorId};
use domain::letter::LetterRegistry;
use domain::plan::CellId;
use domain::registry::Declared;
use reports::chronicle::CampaignRecord;
use reports::letters::answer::Talk;
use reports::letters::excerpt::Read;
use reports::letters::guard::{Guard, withheld};
use reports::letters::link::LinkLetter;
use reports::letters::names::Names;
use reports::letters::proofs::Proofs;
use reports::letters::setting::LetterSetting;
use reports::letters::vendor_letter::VendorLetter;
use reports::letters::{html, sheet, text};
use reports::vendor::VendorView;

use crate::fixture::{policy, record};
use crate::years::{four_years, records};

/// Acme makes canary-one, Libre canary-two, Toolsmith canary-packer.
pub(crate) const APART: [&str; 3] = ["acme", "libre", "toolsmith"];

/// The same events with other makers of canary-one, canary-two and canary-packer.
pub(crate) fn apart(mut events: Vec<Recorded>) -> Vec<Recorded> {
    for event in &mut events {
        if let Event::CampaignStarted(started) = &mut event.event {
            for converter in &mut started.testbed.converters {
                let maker = match converter.product.as_str() {
                    "Canary Converter One" => APART[0],
                    "Canary Converter Two" => APART[1],
                    _ => APART[2],
                };
                converter.vendor = maker.parse().unwrap();
            }
        }
    }
    events
}

pub(crate) fn setting() -> LetterSetting {
    LetterSetting {
        organisation: "Harbour Laboratory".to_owned(),
        contact: "Ann Able".to_owned(),
        page: "https://harbour.example/vendors/acme".to_owned(),
        until: Some("2026-12-24T00:00:00Z".parse().unwrap()),
    }
}

/// What was read of the proofs: an own tool's complaint, and a console that names another's tool.
pub(crate) fn read(other: &str) -> Read {
    let complaint = "reading header\n\u{1b}[31mcannot read the header: Invalid argument\u{7}\n\n";
    BTreeMap::from([
        (Sha256Digest::of(b"canary-one.stderr"), complaint.to_owned()),
        (Sha256Digest::of(b"serial.log"), format!("booted with drivers of {other}\n")),
    ])
}

/// What a vendor sees of a campaign, guarded as the public is.
pub(crate) fn view(records: &[CampaignRecord], campaign: &str, vendor: &str) -> VendorView {
    let record = records.iter().find(|it| it.id.as_str() == campaign).unwrap();
    let hidden = withheld(record, Guard::default()).into_iter().collect();
    let vendor: VendorId = vendor.parse().unwrap();
    VendorView::of(record, &policy(), &vendor).unwrap().without(&hidden)
}

/// What Acme answered to the last campaign: two words about it, and a dispute that was replied to.
fn answers() -> Vec<Declared<Answered>> {
    let cell = CellId {
        guest: "portable".parse().unwrap(),
        source: "acme-like".parse().unwrap(),
        target: "kvm".parse().unwrap(),
    };
    let said = [
        (None, false, "We are looking into it."),
        (None, false, "Version 2.1 mends the export."),
        (Some(cell), true, "The clock is as the guest's own settings want it."),
    ];
    let declared =
        |(place, (cell, disputes, text)): (usize, (Option<CellId>, bool, &str))| Declared {
            position: 2_000 + place as u64,
            at: "2026-11-25T09:00:00Z".parse().unwrap(),
            what: Answered {
                vendor: "acme".parse().unwrap(),
                campaign: "c-2016".parse().unwrap(),
                cell,
                disputes,
                may_be_public: false,
                text: text.to_owned(),
                account: "ann".parse().unwrap(),
                grant: serde_json::from_value("0".repeat(32).into()).unwrap(),
            },
        };
    said.into_iter().enumerate().map(declared).collect()
}

fn replies() -> LetterRegistry {
    let settled = DisputeSettled {
        answer: 2_002,
        text: "We repeat the trial with that setting.".to_owned(),
        by: "olga".to_owned(),
    };
    let mut letters = LetterRegistry::default();
    for event in record(vec![Event::Letter(LetterEvent::DisputeSettled(settled))]) {
        letters.evolve(&Recorded { at: "2026-11-26T10:00:00Z".parse().unwrap(), ..event });
    }
    letters
}

/// The letter of the last of four campaigns, after a letter of the first. `other` is how a console
/// names a tool of somebody else.
pub(crate) fn letter_of(events: &[Recorded], vendor: &str, other: &str) -> VendorLetter {
    let records = records(events);
    let mut proofs = Proofs::of("c-2016".parse().unwrap());
    events.iter().for_each(|it| proofs.project(it));
    let last = records.iter().find(|it| it.id.as_str() == "c-2016").unwrap();
    let wanted =
        proofs.wanted(last).remove(&vendor.parse::<VendorId>().unwrap()).unwrap_or_default();
    let names = Names::of(&last.testbed);
    let (before, now) = (view(&records, "c-2013", vendor), view(&records, "c-2016", vendor));
    let (answers, letters) = (answers(), replies());
    let talk = Talk { answers: &answers, letters: &letters };
    let now = now.with_excerpts(&wanted, &read(other), &names);
    VendorLetter::new(now, Some(&before), &talk, setting())
}

pub(crate) fn letter(vendor: &str) -> VendorLetter {
    letter_of(&apart(four_years().recorded()), vendor, "Canary-Two")
}

/// Every byte that leaves.
pub(crate) fn bytes(letter: &VendorLetter) -> Vec<String> {
    let link = LinkLetter::from(letter);
    vec![
        letter.subject(),
        text::text(letter),
        html::html(letter).unwrap(),
        sheet::csv(letter).unwrap(),
        letter.results.page().unwrap(),
        letter.json().unwrap(),
        link.subject,
        link.text,
    ]
}
