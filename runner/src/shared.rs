//! Acts that several trials share: carried out once, by whoever comes first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

/// Results of acts by key.
///
/// When the one who carries an act out is stopped, the next who waits starts it anew.
#[derive(Debug)]
pub(crate) struct Shared<K, V> {
    cells: Mutex<BTreeMap<K, Arc<OnceCell<V>>>>,
}

impl<K: Ord, V: Clone> Shared<K, V> {
    /// Nothing done yet.
    pub(crate) fn new() -> Self {
        Self { cells: Mutex::new(BTreeMap::new()) }
    }

    /// The result of the act with this key, carrying it out if nobody has.
    pub(crate) async fn once<F: Future<Output = V>>(&self, key: K, act: impl FnOnce() -> F) -> V {
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            cells.entry(key).or_default().clone()
        };
        cell.get_or_init(act).await.clone()
    }

    /// Forgets results whose key is no longer wanted.
    pub(crate) fn retain(&self, wanted: impl Fn(&K) -> bool) {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        cells.retain(|key, _| wanted(key));
    }
}
