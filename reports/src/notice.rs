//! Words that stand on every report: what a score says, and what the platforms are.

use domain::ids::PlatformId;
use domain::testbed::{Migration, Mode, Testbed};

use crate::chronicle::CampaignRecord;
use crate::public::PublicView;
use crate::units::count;

/// How far a score reaches.
pub const SCORES: &str = "A score says how things stood on the day of the campaign, with the \
    versions listed. It says nothing about later versions, other settings or other guests; \
    whoever needs to know should repeat the trials.";

/// What a stand-in is.
pub const STAND_INS: &str = "Platforms marked as stand-ins are played by QEMU with each vendor's \
    family of virtual hardware and disk format. They are not the vendor's product, and their \
    scores are not scores of that product.";

/// What results are that another system told.
pub const TOLD: &str = "These results were told by another system and taken over as it told them: \
    nothing was observed here, and no policy can judge them anew.";

const RAW: &str = "where that makes a difference, the raw score stands beside the cell";

const WITHDRAWN: &str = "withdrawn after being recorded, because the lab had broken unseen: what was \
    recorded stands in the log as before, and counts as lab error.";

/// How scores come about, from a check up to a cell.
pub const AGGREGATION: [&str; 4] = [
    "A check compares facts and gives a score: FAILURE < WARNING < SUCCESS. A fact that could not \
     be read is never a SUCCESS.",
    "A step is as good as its lowest check; a step that cannot be completed is a FAILURE. A trial \
     is as good as its lowest step.",
    "A route is as good as its lowest repetition. Where repetitions disagree, or the address \
     differs on each re-run, it is marked unstable.",
    "A cell is as good as its best route: ties go to fewer tools, then to less time. Not run, \
     blocked, not applicable and lab error are no scores: an outage of the lab is never a FAILURE \
     of a product.",
];

/// Every notice that belongs to a view, in the order they are read.
#[must_use]
pub fn all(view: &PublicView) -> Vec<String> {
    let mut notices = of(view.has_stand_ins(), 0);
    notices.extend(travel(view.migration));
    notices.extend(stays(view.mode));
    if view.told {
        notices.push(TOLD.to_owned());
    }
    notices.extend(view.waivers.iter().map(|it| format!("{it}: {RAW}.")));
    if view.waivers.is_empty() && view.is_relaxed() {
        notices.push(format!("Scores stand under policy {}: {RAW}.", view.policy));
    }
    match view.withdrawn {
        0 => {}
        1 => notices.push(format!("1 step was {WITHDRAWN}")),
        count => notices.push(format!("{count} steps were {WITHDRAWN}")),
    }
    notices.extend(withheld(view.withheld.len()));
    notices.extend(without_place(view.unplaced));
    notices
}

/// What is said of a type of migration that is not the usual one.
pub(crate) fn travel(migration: Migration) -> Option<String> {
    let words = match migration {
        Migration::Cold => return None,
        Migration::Live => {
            "Live migration (type 1): each VM runs on while it moves. Between platforms of different \
             vendors or products that is not applicable, which is no score."
        }
        Migration::Loose => {
            "Loosely coupled migration (type 3): each VM's environment is made anew at the target, \
             and its data attached."
        }
    };
    Some(words.to_owned())
}

/// What is said of a campaign whose sources go on.
pub(crate) fn stays(mode: Mode) -> Option<String> {
    let words = "Mode copy: each source VM was started again after its trials. One that did not start fails its trial.";
    (mode == Mode::Copy).then(|| words.to_owned())
}

/// What is said when cells are not told.
#[must_use]
pub fn withheld(cells: usize) -> Option<String> {
    let are = if cells == 1 { "is" } else { "are" };
    (cells > 0).then(|| {
        format!(
            "{} {are} withheld, because too few conversion tools carry {}: a score would tell how \
             one of them did. No count includes them; the campaign's last event, its time and its \
             amount of work are not told either.",
            count(cells, "cell"),
            if cells == 1 { "it" } else { "each" }
        )
    })
}

/// Every notice for a report with stand-ins or without, and so many events that had no place.
#[must_use]
pub fn of(stand_ins: bool, unplaced: u64) -> Vec<String> {
    let mut notices = vec![SCORES.to_owned()];
    notices.extend(stand_ins.then(|| STAND_INS.to_owned()));
    notices.extend(without_place(unplaced));
    notices
}

fn without_place(unplaced: u64) -> Option<String> {
    match unplaced {
        0 => None,
        1 => Some("1 event of the log had no place in this history.".to_owned()),
        count => Some(format!("{count} events of the log had no place in this history.")),
    }
}

/// The notices that belong to a campaign as a chronicle keeps it.
#[must_use]
pub fn of_record(record: &CampaignRecord) -> Vec<String> {
    let stand_ins = record.testbed.platforms.iter().any(|it| it.stand_in);
    let mut notices = vec![SCORES.to_owned()];
    notices.extend(stand_ins.then(|| STAND_INS.to_owned()));
    notices.extend(travel(record.migration()));
    notices.extend(stays(record.testbed.mode));
    notices.extend(record.told.then(|| TOLD.to_owned()));
    notices.extend(withheld(record.withheld.len()));
    notices
}

/// What is said of one cell where something else plays its source or its target: a line each.
#[must_use]
pub fn of_cell(testbed: &Testbed, platforms: [&PlatformId; 2]) -> Vec<String> {
    let is_played =
        |id: &PlatformId| testbed.platforms.iter().any(|it| it.id == *id && it.stand_in);
    let played: Vec<&str> =
        platforms.into_iter().filter(|it| is_played(it)).map(PlatformId::as_str).collect();
    let stand_ins = match played.as_slice() {
        [] => return Vec::new(),
        [one] => {
            format!("{one} is a stand-in played by QEMU: this is no score of the vendor's product.")
        }
        several => format!(
            "{} are stand-ins played by QEMU: this is no score of the vendors' products.",
            several.join(" and ")
        ),
    };
    let day =
        "The score says how things stood on the day of the campaign, with the versions found then.";
    vec![stand_ins, day.to_owned()]
}

/// What is said when versions of conversion tools changed in a report that names none.
#[must_use]
pub fn untold(changes: usize) -> Option<String> {
    let told = match changes {
        0 => return None,
        1 => "1 change of a conversion tool's version in mid-campaign is".to_owned(),
        several => format!("{several} changes of conversion tools' versions in mid-campaign are"),
    };
    Some(format!("{told} not shown, because this report names no tool."))
}
