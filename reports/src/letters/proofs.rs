//! Which proofs may be quoted to whom, found in one walk over a campaign and without keeping more of it
//! than their digests.

use std::collections::{BTreeMap, HashMap};

use domain::event::{Event, Evidence, EvidenceKind, Recorded, StepFinished};
use domain::ids::{CampaignId, ConverterId, RouteId, Sha256Digest, VendorId};
use domain::plan::{CellId, Trial};
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::testbed::Route;

use super::excerpt::Proof;
use crate::chronicle::{CampaignRecord, RouteRecord};
use crate::reason::{Reason, Why};

/// The proofs of a campaign's steps that are running text.
#[derive(Debug)]
pub struct Proofs {
    campaign: CampaignId,
    trials: BTreeMap<Trial, BTreeMap<Step, Kept>>,
}

/// Where a step stands in the log, and its proofs.
type Kept = (u64, Vec<(&'static str, Sha256Digest)>);

impl Proofs {
    /// Those of this campaign; none yet.
    #[must_use]
    pub fn of(campaign: CampaignId) -> Self {
        Self { campaign, trials: BTreeMap::new() }
    }

    /// Takes in one more event.
    pub fn project(&mut self, recorded: &Recorded) {
        if let Event::StepFinished(it) = &recorded.event
            && it.campaign == self.campaign
        {
            self.keep(it, recorded.position);
        }
    }

    fn keep(&mut self, finished: &StepFinished, position: u64) {
        let quoted = |it: &Evidence| Some((quoted(it.kind)?, it.sha256));
        let kept = (position, finished.evidence.iter().filter_map(quoted).collect());
        match self.trials.get_mut(&finished.trial) {
            Some(steps) => steps.insert(finished.step, kept),
            None => {
                self.trials.entry(finished.trial.clone()).or_default().insert(finished.step, kept)
            }
        };
    }

    /// The proofs worth quoting to each vendor: of the limiting step of each route that needs tools of
    /// this vendor alone and came to a WARNING or a FAILURE. Whoever reads them gives their ends.
    #[must_use]
    pub fn wanted(&self, record: &CampaignRecord) -> BTreeMap<VendorId, Vec<Proof>> {
        let testbed = &record.testbed;
        let makers: HashMap<&ConverterId, &VendorId> =
            testbed.converters.iter().map(|it| (&it.id, &it.vendor)).collect();
        let routes: HashMap<&RouteId, &Route> =
            testbed.routes.iter().map(|it| (&it.id, it)).collect();
        let mut wanted: BTreeMap<VendorId, Vec<Proof>> = BTreeMap::new();
        for (cell, it) in
            record.cells.iter().flat_map(|(id, cell)| cell.routes.iter().map(move |it| (id, it)))
        {
            let Some(route) = routes.get(&it.verdict.route) else { continue };
            let Some(tool) = route.converters.first() else { continue };
            let Some(maker) = makers.get(tool) else { continue };
            if route.converters.iter().all(|it| makers.get(it) == Some(maker)) {
                let found = self.proofs((cell, it), tool);
                wanted.entry((*maker).clone()).or_default().extend(found);
            }
        }
        for proofs in wanted.values_mut() {
            proofs.sort_by(|a, b| (&a.tool, &a.cell, a.sha256).cmp(&(&b.tool, &b.cell, b.sha256)));
            proofs.dedup();
        }
        wanted
    }

    fn proofs(&self, (cell, route): (&CellId, &RouteRecord), tool: &ConverterId) -> Vec<Proof> {
        let Some(step) = limiting(route) else { return Vec::new() };
        let found = self.steps(cell, route).and_then(|it| it.get(&step));
        let proof = |(from, sha256): &(&'static str, Sha256Digest)| Proof {
            tool: tool.clone(),
            cell: cell.clone(),
            step,
            from,
            sha256: *sha256,
        };
        found.map(|(_, all)| all.iter().map(proof).collect()).unwrap_or_default()
    }

    /// The steps of the repetition that decides.
    fn steps(&self, cell: &CellId, route: &RouteRecord) -> Option<&BTreeMap<Step, Kept>> {
        let (_, last) = route.evidence?;
        let CellId { guest, source, target } = cell.clone();
        let first =
            Trial { guest, source, target, route: route.verdict.route.clone(), repetition: 0 };
        let end = Trial { repetition: u32::MAX, ..first.clone() };
        let mut repetitions = self.trials.range(first..=end).map(|(_, steps)| steps);
        repetitions.find(|it| it.values().any(|(position, _)| *position == last))
    }
}

/// The step that holds a route with a score back, when its own trials do.
fn limiting(route: &RouteRecord) -> Option<Step> {
    let holds_back =
        matches!(route.verdict.standing, Standing::Scored(Score::Failure | Score::Warning));
    let Reason { step, why } = route.reason.as_ref().filter(|_| holds_back)?;
    match why {
        // Repetitions differ, each of which is a SUCCESS.
        Why::AddressMoves => None,
        Why::Cause(_) | Why::Topics(_) | Why::NotCompleted | Why::LabBroke | Why::Told => {
            Some(*step)
        }
    }
}

/// Where quoted lines are from; what is no running text is not quoted.
fn quoted(kind: EvidenceKind) -> Option<&'static str> {
    match kind {
        EvidenceKind::Stdout => Some("what the tool printed"),
        EvidenceKind::Stderr => Some("what the tool complained about"),
        EvidenceKind::SerialLog => Some("the guest's serial console"),
        EvidenceKind::Argv
        | EvidenceKind::Screenshot
        | EvidenceKind::Descriptor
        | EvidenceKind::Manifest => None,
    }
}
