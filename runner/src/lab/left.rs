//! How many trials still need each source VM: what they share goes with the last of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::layout::SourceKey;

/// How many trials still need each source VM.
#[derive(Debug, Default)]
pub(crate) struct Left(Mutex<BTreeMap<SourceKey, usize>>);

impl Left {
    /// One more needs it.
    pub(crate) fn one_more(&self, key: SourceKey) {
        *self.counts().entry(key).or_default() += 1;
    }

    /// One less needs it. Whether it was the last: of trials that end at the same time one is told so.
    pub(crate) fn one_less(&self, key: &SourceKey) -> bool {
        let mut counts = self.counts();
        let count = counts.entry(key.clone()).or_default();
        *count = count.saturating_sub(1);
        *count == 0
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, BTreeMap<SourceKey, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn of_trials_that_end_at_once_exactly_one_is_the_last() {
        const TRIALS: usize = 4;
        let (guest, source) = ("lean".parse().unwrap(), "kvm-like".parse().unwrap());
        let key = SourceKey { guest, source, repetition: 1, alone: String::new() };
        for round in 0..500 {
            let (left, together) = (Left::default(), Barrier::new(TRIALS));
            (0..TRIALS).for_each(|_| left.one_more(key.clone()));
            let ended = || {
                together.wait();
                left.one_less(&key)
            };
            let last = std::thread::scope(|scope| {
                let all: Vec<_> = (0..TRIALS).map(|_| scope.spawn(ended)).collect();
                all.into_iter().map(|it| it.join().unwrap()).filter(|it| *it).count()
            });
            assert_eq!(last, 1, "in round {round}");
        }
    }
}
