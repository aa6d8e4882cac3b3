//! A letter to one vendor about one campaign. It is made from [`VendorView`] alone, and so can hold
//! nothing of another vendor that the public is not told.

use serde::Serialize;

use super::answer::{Answer, Talk};
use super::line::{Line, verdict};
use super::setting::LetterSetting;
use super::since::Since;
use crate::tally::Tally;
use crate::vendor::VendorView;

/// The version of this shape. Fields are added under the same number, never renamed or removed.
pub const SCHEMA: &str = "portolan.letter/1";

/// A letter to one vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VendorLetter {
    /// The version of this shape.
    pub schema: &'static str,
    /// Who writes to whom, and until when it is kept from others.
    pub setting: LetterSetting,
    /// What came out, in a sentence or two.
    pub verdict: Vec<String>,
    /// What to look at first, the worst first.
    pub pressing: Vec<Line>,
    /// What changed since the last letter; null in the first.
    pub since: Option<Since>,
    /// What it answered that still stands.
    pub answers: Vec<Answer>,
    /// All of its results.
    pub results: VendorView,
}

impl VendorLetter {
    /// The letter that tells this view. `before` is the view that the last letter told, if there was
    /// one.
    #[must_use]
    pub fn new(
        results: VendorView,
        before: Option<&VendorView>,
        talk: &Talk<'_>,
        setting: LetterSetting,
    ) -> Self {
        let lines = Line::all(&results);
        Self {
            schema: SCHEMA,
            verdict: sentences(&lines, &results),
            pressing: Line::pressing(&lines),
            since: before.map(|it| Since::between(it, &results)),
            answers: Answer::standing(talk, &results.vendor, &results.campaign),
            setting,
            results,
        }
    }

    /// The letter for programs; its digest is what the log keeps of it.
    ///
    /// # Errors
    /// None that is known: every part has a spelling.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }

    /// What the mail is called. It says nothing of results: subjects are not encrypted.
    #[must_use]
    pub fn subject(&self) -> String {
        subject(&self.results.name, self.results.campaign.as_str())
    }

    /// All its results, cells first.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        Line::all(&self.results)
    }

    /// How many of its cells stand how.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.results.cells.iter().map(|it| it.standing).collect()
    }

    /// How many routes stand how, tool by tool.
    #[must_use]
    pub fn tool_tallies(&self) -> Vec<(String, Tally)> {
        let tools = self.results.tools.iter().filter(|it| !it.results.is_empty());
        let tally = |it: &crate::vendor::VendorTool| {
            let name = format!("{} {}", it.product, it.version);
            (name.trim().to_owned(), it.results.iter().map(|it| it.standing).collect())
        };
        tools.map(tally).collect()
    }
}

/// What a mail about results is called, whatever its form.
pub(super) fn subject(vendor: &str, campaign: &str) -> String {
    let one_line = |it: &str| -> String {
        it.chars().map(|it| if it.is_control() { ' ' } else { it }).take(80).collect()
    };
    format!(
        "Confidential: interoperability campaign {}, for {} alone",
        one_line(campaign),
        one_line(vendor)
    )
}

fn sentences(lines: &[Line], results: &VendorView) -> Vec<String> {
    let (tools, cells): (Vec<_>, Vec<_>) = lines.iter().partition(|it| it.tool.is_some());
    let tally = |of: &[&Line]| of.iter().map(|it| it.standing).collect::<Tally>();
    let of_cells = verdict(&tally(&cells), "move", "from or to your platforms");
    let of_tools = verdict(&tally(&tools), "route", "with your conversion tools");
    let mut all: Vec<String> = of_cells.into_iter().chain(of_tools).collect();
    match results.withheld.len() {
        0 => {}
        1 => all.push("1 more move is withheld from everybody.".to_owned()),
        several => all.push(format!("{several} more moves are withheld from everybody.")),
    }
    if all.is_empty() {
        all.push("This campaign has no result of yours.".to_owned());
    }
    all
}
