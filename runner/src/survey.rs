//! The boundary for looking at a trial without touching anything: what `check` asks a platform.

use domain::foretell::Looked;
use domain::plan::Trial;

/// Looks at trials; starts no VM, writes nothing that stays, changes nothing anywhere.
pub trait Survey: Send + Sync {
    /// What can be seen of steps 1, 4 and 5 of a trial, in this order.
    fn look(&self, trial: &Trial) -> impl Future<Output = Vec<Looked>> + Send;
}
