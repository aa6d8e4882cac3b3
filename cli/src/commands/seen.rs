//! The history in the store, seen from where in time the call asks, and by what it is judged.

use domain::event::CheckWaived;
use domain::policy::Policy;
use reports::history::{CampaignHistory, History};
use reports::json;
use reports::matrix::{Judged, Lens};
use reports::matrix_file::MatrixFile;
use reports::public::PublicView;
use reports::receipt::Receipt;

use super::{history_from, pick};
use crate::args::{self, Args, Past};
use crate::exit::Exit;
use crate::{clock, settings};

/// A history and what judges it.
pub(super) struct Seen {
    pub(super) history: History,
    pub(super) policy: Policy,
    raw: Policy,
}

impl Seen {
    /// The history of the store that the call names.
    pub(super) fn open(args: &Args, past: Past) -> Result<Self, Exit> {
        let policy = settings::policy(args.policy.as_deref())?;
        let history = history_from(args, past.viewpoint())?;
        Self::of(history, policy)
    }

    /// A history at hand.
    pub(super) fn of(history: History, policy: Policy) -> Result<Self, Exit> {
        let (history, raw) = (history.at_present(clock::now()), settings::policy(None)?);
        Ok(Self { history, policy, raw })
    }

    /// The campaign that was asked for, or the last.
    pub(super) fn pick(
        &self,
        wanted: Option<&domain::ids::CampaignId>,
    ) -> Result<&CampaignHistory, Exit> {
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
        Judged::through(campaign, &Lens { policy: &self.policy, waivers, raw: &self.raw })
    }

    /// The matrices as JSON for an audience.
    pub(super) fn file(&self, judged: &Judged<'_>, audience: args::Audience) -> MatrixFile {
        match audience {
            args::Audience::Public => {
                json::public(&PublicView::from(judged).of_history(&self.history))
            }
            args::Audience::Operator | args::Audience::Auditor => {
                json::operator(judged, &self.history)
            }
        }
    }

    /// How to get the same view again.
    pub(super) fn receipt(
        &self,
        args: &Args,
        judged: &Judged<'_>,
        audience: args::Audience,
    ) -> Result<Receipt, Exit> {
        let mut words = vec![format!("portolan matrix --campaign {}", judged.campaign.id)];
        if let [only] = judged.matrices.as_slice()
            && judged.campaign.testbed.guests.len() > 1
        {
            words.push(format!("--guest {}", only.guest));
        }
        let viewpoint = self.history.viewpoint_of(judged.campaign);
        words.extend(viewpoint.as_of.map(|it| format!("--as-of {it}")));
        words.extend(viewpoint.known_at.map(|it| format!("--known-at {it}")));
        words.extend(
            args.policy
                .as_ref()
                .and_then(|it| it.file_name())
                .map(|it| format!("--policy {}", it.display())),
        );
        if audience == args::Audience::Public {
            words.push("--audience public".to_owned());
        }
        words.push("--format json".to_owned());
        let receipt = Receipt::new(&self.file(judged, audience), words.join(" "));
        receipt.map_err(|error| Exit::Lab(error.into()))
    }
}
