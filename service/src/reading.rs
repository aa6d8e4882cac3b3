//! Reading for somebody: what is shown, to whom, and from where in time.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::access::{Role, Scope, Viewer};
use domain::event::CheckWaived;
use domain::ids::CampaignId;
use domain::plan::CellId;
use domain::policy::Policy;
use reports::chronicle::CampaignRecord;
use reports::history::{CampaignHistory, History};
use reports::html::Audience;
use reports::leak;
use reports::matrix::Judged;
use reports::pages::frame;
use reports::pages::links;
use reports::public::PublicView;
use reports::redaction::for_operators;
use reports::sight::Sight;
use reports::viewpoint::Viewpoint;

use crate::asked::When;
pub(crate) use crate::kept::{Key, answer, work};
use crate::library::{Past, Unseen};
use crate::problem::Problem;
use crate::service::Service;

/// For whom something is made: never an account, only what it may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reader {
    /// As what the reader is signed in; none for the public.
    pub(crate) role: Option<Role>,
    /// What the reader may see.
    pub(crate) audience: Audience,
}

/// One campaign as somebody asked to see it.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) history: Arc<History>,
    pub(crate) policy: Policy,
    raw: Policy,
    id: CampaignId,
    asked: When,
    /// Nobody has published it.
    is_embargoed: bool,
    /// Cells that the public is not told of.
    withheld: BTreeSet<CellId>,
}

impl Reader {
    /// Anybody.
    pub(crate) fn public() -> Self {
        Self { role: None, audience: Audience::Public }
    }

    /// Whoever is looking, as far as it matters to what is shown.
    pub(crate) fn of(viewer: &Viewer) -> Self {
        let role = viewer.role().cloned();
        let audience = match viewer.may(Scope::Read) {
            true => frame::audience(role.as_ref()),
            false => Audience::Public,
        };
        Self { role, audience }
    }

    /// Whether tools may be named.
    pub(crate) fn is_insider(&self) -> bool {
        self.audience != Audience::Public
    }

    /// The part of a page's key that says for whom it is.
    pub(crate) fn word(&self) -> String {
        let role = self.role.as_ref().map_or("public".to_owned(), ToString::to_string);
        format!("{role}/{}", self.audience_word())
    }

    /// What the reader may see, in a word.
    pub(crate) fn audience_word(&self) -> &'static str {
        match self.audience {
            Audience::Public => "public",
            Audience::Operator => "operator",
            Audience::Auditor => "auditor",
        }
    }
}

impl Service {
    /// The policy of this name, or of this name and version; the usual one when none is asked for.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn policy(&self, asked: Option<&str>) -> Result<&Policy, Problem> {
        let usual = &self.settings.policy;
        let Some(asked) = asked else { return Ok(usual) };
        let is_asked = |it: &&Policy| it.label() == asked || it.name == asked;
        let all = || std::iter::once(usual).chain(&self.settings.policies);
        all().find(is_asked).ok_or_else(|| {
            let known: BTreeSet<String> = all().map(Policy::label).collect();
            let known: Vec<String> = known.into_iter().collect();
            let words =
                format!("There is no policy of that name here; known: {}.", known.join(", "));
            Problem::not_found(words)
        })
    }

    /// The policy whose scores are called raw.
    pub(crate) fn raw(&self) -> &Policy {
        self.settings.policies.first().unwrap_or(&self.settings.policy)
    }

    /// One campaign as it is asked for. Blocks while it is read.
    ///
    /// # Errors
    /// When it is not seen from there, or the question makes no sense.
    pub(crate) fn reading(&self, id: &CampaignId, asked: &When) -> Result<Reading, Problem> {
        let viewpoint = asked.viewpoint();
        let policy = self.policy(asked.policy.as_deref())?.clone();
        self.library.check(viewpoint)?;
        let history = self.library.history(id, viewpoint, self.now())?;
        let history = history.ok_or_else(|| no_campaign(id))?;
        let raw = self.raw().clone();
        let (is_embargoed, withheld) = (self.is_embargoed(id), self.withheld(id));
        let (id, asked) = (id.clone(), asked.clone());
        Ok(Reading { history, policy, raw, id, asked, is_embargoed, withheld })
    }

    /// The campaign as comparing over time needs it.
    ///
    /// # Errors
    /// As [`Service::reading`].
    pub(crate) fn record(&self, reading: &Reading) -> Result<CampaignRecord, Problem> {
        let by = (&reading.policy, reading.asked.viewpoint());
        let record = self.library.record(&reading.id, by, self.now())?;
        record.ok_or_else(|| no_campaign(&reading.id))
    }

    /// Every campaign as it stood, as far as this reader may see it.
    ///
    /// # Errors
    /// When the question makes no sense.
    pub(crate) fn past(&self, asked: &When, reader: &Reader) -> Result<Past, Problem> {
        let past = self.whole_past(asked)?;
        match reader.is_insider() {
            true => Ok(past),
            false if past.records.iter().all(|it| self.is_whole(it)) => Ok(past),
            false => {
                let told = past.records.iter().filter_map(|it| self.told(it));
                Ok(Past { records: Arc::new(told.collect()), ..past })
            }
        }
    }

    /// Every campaign as it stands, as far as a vendor's own page may tell of it: published or not.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub(crate) fn past_for_vendors(&self) -> Result<Past, Problem> {
        Ok(self.whole_past(&When::default())?.only(|it| !self.library.names_a_tool(it)))
    }

    fn whole_past(&self, asked: &When) -> Result<Past, Problem> {
        let viewpoint = asked.viewpoint();
        self.library.check(viewpoint)?;
        let policy = self.policy(asked.policy.as_deref())?;
        if policy.digest() == self.settings.policy.digest() {
            return Ok(self.library.past(viewpoint, self.now())?);
        }
        // The whole log is read: one at a time.
        let busy = "Somebody else has the whole log judged anew: try again soon.";
        let Ok(_turn) = self.judging.try_lock() else { return Err(Problem::busy(busy)) };
        Ok(self.library.past_by(policy, viewpoint, self.now())?)
    }
}

/// The answer to a question about a campaign that is not seen.
pub(crate) fn no_campaign(id: &CampaignId) -> Problem {
    Problem::not_found(format!("There is no campaign `{id}`, as far as can be seen from there."))
}

impl Reading {
    /// What is made of the campaign, judged.
    ///
    /// # Errors
    /// What making it said; and when it is not for this reader.
    pub(crate) fn judged<T>(
        &self,
        reader: &Reader,
        make: impl FnOnce(&Sight<'_>, &Judged<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if self.is_embargoed && !reader.is_insider() {
            return Err(no_campaign(&self.id));
        }
        let whole = self.campaign()?;
        let is_told_less = !reader.is_insider() && !self.withheld.is_empty();
        let less = is_told_less.then(|| whole.clone().without(&self.withheld));
        let campaign = less.as_ref().unwrap_or(whole);
        let waivers: Vec<&CheckWaived> = self.history.in_force();
        let sight = Sight { history: &self.history, policy: &self.policy, raw: &self.raw };
        let judged = sight.judged(campaign, &waivers);
        if !reader.is_insider() && leak::tool_named(&judged).is_some() {
            return Err(unpublishable());
        }
        make(&sight, &judged)
    }

    /// The campaign.
    ///
    /// # Errors
    /// When it is not there.
    pub(crate) fn campaign(&self) -> Result<&CampaignHistory, Problem> {
        self.history.campaign(&self.id).ok_or_else(|| no_campaign(&self.id))
    }

    /// From where it is seen, nailed down.
    pub(crate) fn pinned(&self) -> Result<links::Asked, Problem> {
        let Viewpoint { as_of, known_at } = self.history.viewpoint_of(self.campaign()?);
        Ok(links::Asked { known_at, as_of, policy: Some(self.policy.label()) })
    }

    /// How a command line names the policy; none for the default one.
    pub(crate) fn policy_word(&self) -> Option<&str> {
        (self.policy.digest() != self.raw.digest()).then_some(self.policy.name.as_str())
    }
}

/// The campaign as this reader may see it.
pub(crate) fn view(reader: &Reader, sight: &Sight<'_>, judged: &Judged<'_>) -> PublicView {
    let view = match reader.is_insider() {
        true => for_operators(judged),
        false => PublicView::from(judged),
    };
    view.of_history(sight.history)
}

/// The answer to somebody who may not know why: the words themselves name a tool.
pub(crate) fn unpublishable() -> Problem {
    Problem::not_allowed(
        "A text of this campaign is not for the public: only auditors and operators see it.",
    )
}

impl From<Unseen> for Problem {
    fn from(error: Unseen) -> Self {
        match error {
            Unseen::Beyond { .. } => Problem::bad_request(format!("{error}.")),
            Unseen::Store(error) => Problem::internal(&error),
        }
    }
}
