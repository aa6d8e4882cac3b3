//! Whether a comparison passes a gate.

use domain::change::Change;

use super::{CellDiff, Diff};
use crate::units::count;

/// What makes a comparison fail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FailOn {
    /// A cell is worse than in the baseline, or was and has not been as good since.
    Regression,
    /// Anything changed.
    Change,
    /// Nothing.
    #[default]
    Nothing,
}

impl Diff {
    /// Why the comparison does not pass, in words; none when it does.
    #[must_use]
    pub fn gate(&self, fail_on: FailOn) -> Option<String> {
        let open = |it: &CellDiff| it.open_since.is_some();
        let (what, stopped): (_, Vec<&CellDiff>) = match fail_on {
            FailOn::Nothing => return None,
            FailOn::Regression => {
                let worse = |it: &&CellDiff| it.change.is_regression() || open(it);
                ("worse than in", self.cells.iter().filter(worse).collect())
            }
            FailOn::Change => {
                let changed = |it: &&CellDiff| it.change.is_change() || open(it);
                ("not as in", self.cells.iter().filter(changed).collect())
            }
        };
        let each = Change::ALL.into_iter().filter_map(|change| {
            let number = stopped.iter().filter(|it| it.change == change).count();
            (number > 0).then(|| format!("{number} {change}"))
        });
        let each = each.collect::<Vec<_>>().join(", ");
        let (cells, from) = (count(stopped.len(), "cell"), &self.from.campaign);
        let open = count(self.open().count(), "open regression");
        (!stopped.is_empty()).then(|| format!("{cells} {what} {from}: {each}; {open}"))
    }
}
