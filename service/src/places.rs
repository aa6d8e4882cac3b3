//! Places that many want: so many in all, and for each only a share, so that one cannot take them all
//! from the others.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Places, and who has how many.
#[derive(Debug)]
pub(crate) struct Places<K: Ord> {
    most: usize,
    taken: Mutex<Taken<K>>,
}

/// How many are taken, in all and by whom.
#[derive(Debug)]
struct Taken<K> {
    all: usize,
    of: BTreeMap<K, usize>,
}

/// A place that is taken until this is dropped.
#[derive(Debug)]
pub(crate) struct Place<K: Ord> {
    places: Arc<Places<K>>,
    whose: K,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// All are taken.
    AllTaken,
    /// Whoever asks has its share.
    ShareTaken,
}

impl<K: Ord + Clone> Places<K> {
    /// So many, all free.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::new(Taken { all: 0, of: BTreeMap::new() }) })
    }

    /// A place, of which this one may have at most `share`.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn take(self: &Arc<Self>, whose: K, share: usize) -> Result<Place<K>, NoPlace> {
        let mut taken = self.taken();
        if taken.of.get(&whose).copied().unwrap_or_default() >= share {
            return Err(NoPlace::ShareTaken);
        }
        if taken.all >= self.most {
            return Err(NoPlace::AllTaken);
        }
        taken.all += 1;
        *taken.of.entry(whose.clone()).or_default() += 1;
        Ok(Place { places: Arc::clone(self), whose })
    }

    /// How many are taken.
    pub(crate) fn count(&self) -> usize {
        self.taken().all
    }
}

impl<K: Ord> Places<K> {
    fn taken(&self) -> MutexGuard<'_, Taken<K>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Ord> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        if let Some(count) = taken.of.get_mut(&self.whose) {
            *count -= 1;
            if *count == 0 {
                taken.of.remove(&self.whose);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_more_than_a_share_and_what_is_let_go_is_free() {
        let places = Places::new(3);
        let first = places.take("a", 2).expect("a place");
        let second = places.take("a", 2).expect("a place");
        assert_eq!(places.take("a", 2).expect_err("its share"), NoPlace::ShareTaken);
        let _other = places.take("b", 2).expect("a place");
        assert_eq!(places.take("c", 2).expect_err("all"), NoPlace::AllTaken);
        drop((first, second));
        assert_eq!(places.count(), 1);
        assert!(places.take("c", 2).is_ok());
    }
}
