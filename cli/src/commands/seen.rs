//! The history in the store, seen from where in time the call asks, and by what it is judged.

use domain::event::CheckWaived;
use domain::policy::Policy;
use reports::history::{CampaignHistory, History};
use reports::leak;
use reports::matrix::Judged;
use reports::matrix_file::MatrixFile;
use reports::receipt::Receipt;
use reports::sight::Sight;
use reports::units::instant;
use reports::viewpoint::Viewpoint;

use super::{history_from, matrix, pick};
use crate::args::{self, Args, Past};
use crate::exit::Exit;
use crate::quoting::quoted;
use crate::{clock, settings};

/// A history and what judges it.
pub(super) struct Seen {
    pub(super) history: History,
    pub(super) policy: Policy,
    raw: Policy,
    /// From where in time the call asks.
    asked: Viewpoint,
}

impl Seen {
    /// The history of the store that the call names.
    pub(super) fn open(args: &Args, past: Past) -> Result<Self, Exit> {
        let (policy, asked) = (settings::policy(args.policy.as_deref())?, past.viewpoint());
        let history = history_from(args, asked)?;
        Ok(Self { asked, ..Self::of(history, policy)? })
    }

    /// A history at hand.
    pub(super) fn of(history: History, policy: Policy) -> Result<Self, Exit> {
        let (history, raw) = (history.at_present(clock::now()), settings::policy(None)?);
        Ok(Self { history, policy, raw, asked: Viewpoint::default() })
    }

    /// The campaign that was asked for, or the last.
    pub(super) fn pick(
        &self,
        wanted: Option<&domain::ids::CampaignId>,
    ) -> Result<&CampaignHistory, Exit> {
        if self.history.campaigns().is_empty() {
            nothing_by(self.asked)?;
        }
        pick(&self.history, wanted)
    }

    /// The waivers in force.
    pub(super) fn waivers(&self) -> Vec<&CheckWaived> {
        self.history.in_force()
    }

    /// A campaign judged by the policy and the waivers in force, with raw scores where they differ.
    pub(super) fn judged<'a>(
        &'a self,
        campaign: &'a CampaignHistory,
        waivers: &'a [&'a CheckWaived],
    ) -> Judged<'a> {
        self.sight().judged(campaign, waivers)
    }

    fn sight(&self) -> Sight<'_> {
        Sight { history: &self.history, policy: &self.policy, raw: &self.raw }
    }

    /// The matrices as JSON for an audience.
    pub(super) fn file(&self, judged: &Judged<'_>, audience: args::Audience) -> MatrixFile {
        self.sight().file(judged, matrix::audience(audience))
    }

    /// How to get the same view again.
    pub(super) fn receipt(
        &self,
        args: &Args,
        judged: &Judged<'_>,
        audience: args::Audience,
    ) -> Result<Receipt, Exit> {
        let policy = args.policy.as_ref().and_then(|it| it.file_name());
        let policy = policy.map(|it| it.to_string_lossy().into_owned());
        if audience == args::Audience::Public {
            no_tool_in(judged, policy.as_deref())?;
        }
        let policy = policy.as_deref().map(quoted);
        let audience = matrix::audience(audience);
        let receipt = self.sight().receipt(judged, audience, policy.as_deref());
        receipt.map_err(|error| Exit::Lab(error.into()))
    }
}

/// Why there is nothing to see from there, if that is asked for.
fn nothing_by(asked: Viewpoint) -> Result<(), Exit> {
    let words = match (asked.as_of.map(instant), asked.known_at) {
        (None, None) => return Ok(()),
        (Some(instant), None) => {
            format!("no campaign had started by {instant}: ask for a later time (--as-of)")
        }
        (None, Some(position)) => {
            format!(
                "no campaign was known at position {position}: ask for a later one (--known-at)"
            )
        }
        (Some(instant), Some(position)) => {
            format!("no campaign that had started by {instant} was known at position {position}")
        }
    };
    Err(Exit::usage(words))
}

/// Refuses to publish the name of a policy file that names a tool.
fn no_tool_in(judged: &Judged<'_>, policy: Option<&str>) -> Result<(), Exit> {
    let texts: Vec<(String, &str)> =
        policy.map(|it| ("the name of the policy's file".to_owned(), it)).into_iter().collect();
    leak::tool_named_in(&judged.campaign.testbed, &texts)
        .map_or(Ok(()), |words| Err(Exit::usage(words)))
}
