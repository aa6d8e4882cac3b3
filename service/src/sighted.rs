//! One campaign as anyone may see it: made from what is kept of all campaigns, read in full where that
//! does not say it.

use std::collections::BTreeSet;

use domain::ids::{CampaignId, GuestId};
use domain::plan::CellId;
use domain::policy::Policy;
use reports::chronicle::CampaignRecord;
use reports::json;
use reports::leak;
use reports::pages::links;
use reports::public::PublicView;
use reports::receipt::Receipt;
use reports::viewpoint::Viewpoint;

use crate::asked::When;
use crate::library::Brief;
use crate::problem::Problem;
use crate::reading::{Reader, no_campaign, unpublishable, view};
use crate::service::Service;

/// One campaign as anyone may see it.
#[derive(Debug, Clone)]
pub(crate) struct Sighted {
    /// A line for each cell.
    pub(crate) record: CampaignRecord,
    /// What anyone may see.
    pub(crate) view: PublicView,
    /// How a command line names the policy; none for the default one.
    policy: Option<String>,
}

impl Service {
    /// One campaign as anyone may see it. Blocks while it is read, if it has to be.
    ///
    /// # Errors
    /// When it is not seen from there, or the question makes no sense; when it names a tool; and when
    /// nobody has published it.
    pub(crate) fn sighted(&self, id: &CampaignId, asked: &When) -> Result<Sighted, Problem> {
        if self.is_embargoed(id) {
            return Err(no_campaign(id));
        }
        let brief = match self.is_usual(self.policy(asked.policy.as_deref())?) {
            true => {
                self.library.check(asked.viewpoint())?;
                self.library.brief(id, asked.viewpoint(), self.now())?
            }
            false => None,
        };
        let withheld = self.withheld(id);
        match brief {
            Some(Brief { record, view }) => {
                match leak::tool_named_in_view(&view, &record.testbed) {
                    Some(_) => Err(unpublishable()),
                    None => Ok(Sighted { record, view, policy: None }.without(&withheld)),
                }
            }
            None => Ok(self.read_in_full(id, asked)?.without(&withheld)),
        }
    }

    fn read_in_full(&self, id: &CampaignId, asked: &When) -> Result<Sighted, Problem> {
        let (reader, reading) = (Reader::public(), self.reading(id, asked)?);
        let record = self.record(&reading)?;
        let view = reading.judged(&reader, |sight, judged| Ok(view(&reader, sight, judged)))?;
        Ok(Sighted { record, view, policy: reading.policy_word().map(ToOwned::to_owned) })
    }

    /// Whether everything is judged by this policy already, and its scores are the raw ones.
    fn is_usual(&self, policy: &Policy) -> bool {
        let usual = self.settings.policy.digest();
        policy.digest() == usual && self.raw().digest() == usual
    }
}

impl Sighted {
    fn without(self, withheld: &BTreeSet<CellId>) -> Self {
        if withheld.is_empty() {
            return self;
        }
        let Self { record, view, policy } = self;
        Self { record: record.without(withheld), view: view.without(withheld), policy }
    }

    /// From where it is seen, nailed down.
    pub(crate) fn pinned(&self) -> links::Asked {
        let Viewpoint { as_of, known_at } = self.view.viewpoint;
        links::Asked { known_at, as_of, policy: Some(self.view.policy.clone()) }
    }

    /// What anyone may see of this guest alone; of all without one.
    pub(crate) fn of_guest(&self, guest: Option<&GuestId>) -> PublicView {
        let mut view = self.view.clone();
        view.matrices.retain(|it| guest.is_none_or(|guest| *guest == it.guest));
        view
    }

    /// How to get the same view again, of this guest or of all.
    ///
    /// # Errors
    /// When it could not be made.
    pub(crate) fn receipt(&self, guest: Option<&GuestId>) -> Result<Receipt, Problem> {
        let file = json::public(&self.of_guest(guest));
        let receipt = Receipt::new(&file, self.policy.as_deref());
        receipt.map_err(|error| Problem::internal(&error))
    }
}
