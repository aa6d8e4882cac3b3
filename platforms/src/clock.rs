//! Time, as it is given.

use std::pin::Pin;
use std::time::Duration;

/// A future in a box: what a trait object can give.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A clock that never goes back.
pub trait Clock: Send + Sync {
    /// Time since some moment that stays the same.
    fn now(&self) -> Duration;

    /// Waits.
    fn sleep(&self, how_long: Duration) -> Pending<'_, ()>;
}
