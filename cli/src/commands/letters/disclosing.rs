//! Who would be told what by letters, and what everybody would be: for the operator alone.

use domain::event::CheckWaived;
use reports::letters::disclosing::{Addressed, Disclosing};
use reports::public::PublicView;
use reports::redaction::RecordJudged;

use super::desk::Desk;
use super::writing::Written;
use crate::exit::Exit;

impl Desk<'_> {
    /// Who would be told what by these letters, and what everybody would be.
    pub(super) fn disclosing(&self, written: &[Written<'_>]) -> Result<Disclosing, Exit> {
        let guarded = self.guarded(self.known_at)?;
        let shown = guarded.record.clone().without(&guarded.hidden);
        let waivers: Vec<&CheckWaived> = guarded.waivers.iter().collect();
        let (record, policy) = (&shown, &self.policy);
        // Only how cells stand is told, and how many are not shown: what raw scores are is not asked.
        let view = PublicView::from(&RecordJudged { record, policy, waivers: &waivers, raw: None });
        let addressed = written.iter().map(|it| Addressed {
            contact: &it.prepared.contact,
            form: it.prepared.form,
            letter: &it.letter,
        });
        let addressed: Vec<Addressed<'_>> = addressed.collect();
        let earlier = guarded.earlier.as_ref();
        Ok(Disclosing::new(&view, &guarded.record, earlier, guarded.guard, &addressed))
    }
}
