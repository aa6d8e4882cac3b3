//! A history and the rules it is looked at with: what terminal, files and pages of one question share,
//! so that they cannot disagree.

use domain::event::CheckWaived;
use domain::policy::Policy;

use crate::history::{CampaignHistory, History};
use crate::html::Audience;
use crate::json;
use crate::matrix::{Judged, Lens};
use crate::matrix_file::MatrixFile;
use crate::public::PublicView;
use crate::receipt::Receipt;

/// A history and what judges it.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// What is looked at, seen in the present or from where in time was asked.
    pub history: &'a History,
    /// The rules.
    pub policy: &'a Policy,
    /// The policy whose scores are called raw.
    pub raw: &'a Policy,
}

impl<'a> Sight<'a> {
    /// A campaign judged by the policy and these waivers, which are those in force, with raw scores
    /// where they differ.
    #[must_use]
    pub fn judged(
        &self,
        campaign: &'a CampaignHistory,
        waivers: &'a [&'a CheckWaived],
    ) -> Judged<'a> {
        Judged::through(campaign, &Lens { policy: self.policy, waivers, raw: self.raw })
    }

    /// The matrices as JSON for an audience.
    #[must_use]
    pub fn file(&self, judged: &Judged<'_>, audience: Audience) -> MatrixFile {
        match audience {
            Audience::Public => json::public(&PublicView::from(judged).of_history(self.history)),
            Audience::Operator | Audience::Auditor => json::operator(judged, self.history),
        }
    }

    /// How to get the same view again. The policy is named as a command line spells it; none for the
    /// default one.
    ///
    /// # Errors
    /// When the view cannot be written as JSON; that does not happen.
    pub fn receipt(
        &self,
        judged: &Judged<'_>,
        audience: Audience,
        policy: Option<&str>,
    ) -> serde_json::Result<Receipt> {
        Receipt::new(&self.file(judged, audience), policy)
    }
}
