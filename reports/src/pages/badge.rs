//! Badges to put elsewhere: how a guest or a cell stands, as a small picture that needs nothing else.

use askama::Template;
use domain::ids::GuestId;
use domain::plan::CellId;
use domain::score::{Score, Standing};

use crate::chronicle::CampaignRecord;
use crate::picture::label::{short, width};
use crate::tally::Tally;
use crate::withheld::SIGNED;

/// Longest text of either half of a badge, in characters.
const LONGEST: usize = 40;

/// A badge.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "pages/badge.svg")]
pub struct Badge {
    label: String,
    words: String,
    title: String,
    label_width: u32,
    words_width: u32,
    colours: [&'static str; 2],
}

impl Badge {
    /// How many cells of a guest are a SUCCESS; none where the campaign planned none.
    #[must_use]
    pub fn of_guest(record: &CampaignRecord, guest: &GuestId) -> Option<Self> {
        let cells = record.cells.iter().filter(|(id, _)| id.guest == *guest);
        let tally: Tally = cells.map(|(_, it)| it.stand.standing).collect();
        let success = tally.of(Standing::Scored(Score::Success));
        let words = format!("{success} of {} SUCCESS", tally.total());
        let title = format!("{guest}: {words}: {tally}; campaign {}", record.id);
        let worst =
            tally.entries().map(|(it, _)| it).max_by_key(|it| it.score() == Some(Score::Failure));
        let standing = match (success == tally.total(), worst) {
            (true, _) => Standing::Scored(Score::Success),
            (false, Some(Standing::Scored(Score::Failure))) => Standing::Scored(Score::Failure),
            (false, _) => Standing::Scored(Score::Warning),
        };
        (tally.total() > 0).then(|| Self::new(guest.as_str(), words, (title, standing)))
    }

    /// How a cell stands; none where the campaign did not plan it.
    #[must_use]
    pub fn of_cell(record: &CampaignRecord, id: &CellId) -> Option<Self> {
        let CellId { guest, source, target } = id;
        if record.withheld.contains(id) {
            let label = format!("{guest}: {source} → {target}");
            let title = format!("{label}: withheld; campaign {}", record.id);
            return Some(Self::new(&label, SIGNED.to_owned(), (title, Standing::NotRun)));
        }
        let cell = record.cells.get(id)?;
        let standing = cell.stand.standing;
        let unstable = if cell.stand.unstable { ", unstable" } else { "" };
        let words = format!("{} {standing}{unstable}", standing.symbol());
        let label = format!("{guest}: {source} → {target}");
        let title = format!("{label}: {standing}{unstable}; campaign {}", record.id);
        Some(Self::new(&label, words, (title, standing)))
    }

    /// The badge as SVG.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn svg(&self) -> Result<String, askama::Error> {
        self.render()
    }

    fn new(label: &str, words: String, (title, standing): (String, Standing)) -> Self {
        let (label, words) = (short(label, LONGEST), short(&words, LONGEST));
        Self {
            label_width: width(&label) + 16,
            words_width: width(&words) + 16,
            title: short(&title, 4 * LONGEST),
            colours: colours(standing),
            label,
            words,
        }
    }

    fn whole_width(&self) -> u32 {
        self.label_width + self.words_width
    }

    fn middles(&self) -> [u32; 2] {
        [self.label_width / 2, self.label_width + self.words_width / 2]
    }
}

/// Ground and ink of a standing, as light pages show it.
fn colours(standing: Standing) -> [&'static str; 2] {
    match standing {
        Standing::Scored(Score::Success) => ["#e2f0e4", "#14502a"],
        Standing::Scored(Score::Warning) => ["#fbeecb", "#634000"],
        Standing::Scored(Score::Failure) => ["#f9deda", "#86190f"],
        Standing::LabError => ["#eae3f5", "#48287c"],
        Standing::NotRun | Standing::Blocked | Standing::NotApplicable => ["#ecedef", "#46505c"],
    }
}
