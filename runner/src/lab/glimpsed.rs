//! What drivers told of source machines that are only looked at: no run has shut them down and kept what they are.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use platforms::words::VmSpec;

use super::layout::SourceKey;

/// Machines by the sources that they are.
#[derive(Debug, Default)]
pub(crate) struct Glimpsed(Mutex<BTreeMap<SourceKey, VmSpec>>);

impl Glimpsed {
    pub(crate) fn lock(&self) -> MutexGuard<'_, BTreeMap<SourceKey, VmSpec>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
