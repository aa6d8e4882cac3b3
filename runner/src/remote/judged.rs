//! How a service judges a campaign that a lab has walked, by the policy and the waivers of the service.

use domain::event::Ending;
use domain::ids::{GuestId, PlatformId};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::fault::plain;

/// The scores of a campaign at a service. Of the matrices that it tells only this is read.
#[derive(Debug, Clone, Deserialize)]
pub struct JudgedThere {
    policy: String,
    waivers: Vec<IgnoredAny>,
    course: Course,
    matrices: Vec<OfGuest>,
}

#[derive(Debug, Clone, Deserialize)]
struct Course {
    ending: Option<Ending>,
}

#[derive(Debug, Clone, Deserialize)]
struct OfGuest {
    guest: GuestId,
    cells: Vec<OfCell>,
}

#[derive(Debug, Clone, Deserialize)]
struct OfCell {
    source: PlatformId,
    target: PlatformId,
    standing: String,
}

impl JudgedThere {
    /// Whether the service has seen the campaign to its end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.course.ending.is_some()
    }

    /// By what it judges, in words: the policy and how many waivers are in force.
    #[must_use]
    pub fn by(&self) -> String {
        let policy = plain(&self.policy);
        match self.waivers.len() {
            0 => format!("policy {policy}"),
            1 => format!("policy {policy} and one waiver"),
            count => format!("policy {policy} and {count} waivers"),
        }
    }

    /// Every cell and how it stands, in the order of the service.
    pub fn cells(&self) -> impl Iterator<Item = (&GuestId, &PlatformId, &PlatformId, String)> {
        let of = |it: &'_ OfCell| plain(&it.standing);
        self.matrices.iter().flat_map(move |matrix| {
            let cells = matrix.cells.iter();
            cells.map(move |it| (&matrix.guest, &it.source, &it.target, of(it)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_judgement_is_read_out_of_more_and_cannot_write_to_a_terminal() {
        let text = r#"{"policy": "strict\u001b[2J 2", "waivers": [{"rule": "G.cpu.model"}], "told": false,
            "course": {"started": "x", "ending": "completed"}, "matrices": [{"guest": "lean", "cells":
            [{"source": "a", "target": "b", "standing": "WARNING\u0007", "score": "WARNING"}]}]}"#;
        let judged: JudgedThere = serde_json::from_str(text).expect("a judgement");
        assert!(judged.is_over());
        assert_eq!(judged.by(), "policy strict [2J 2 and one waiver");
        let cells: Vec<String> = judged.cells().map(|(.., standing)| standing).collect();
        assert_eq!(cells, ["WARNING "]);
    }
}
