//! How long to wait before a service that is away is asked again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

use super::fault::Fault;

/// How requests are repeated.
#[derive(Clone)]
pub struct Patience {
    /// Before the first repetition; each later one waits twice as long.
    pub least: Duration,
    /// No wait is longer.
    pub most: Duration,
    /// A random number from 0 to 1, new each time: many labs must not come back at the same moment.
    pub jitter: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patience({:?} to {:?})", self.least, self.most)
    }
}

/// The waits of one request, or of several that belong together.
#[derive(Debug)]
pub struct Waits {
    patience: Patience,
    next: ExponentialBackoff,
}

impl Patience {
    /// Waits from the shortest on; they never end.
    #[must_use]
    pub fn waits(&self) -> Waits {
        let next = ExponentialBuilder::default()
            .with_min_delay(self.least)
            .with_max_delay(self.most)
            .with_factor(2.0)
            .without_max_times()
            .build();
        Waits { patience: self.clone(), next }
    }

    /// Asks, and asks again so many times while the service is away.
    ///
    /// # Errors
    /// The last [`Fault`].
    pub async fn ask<T, F: Future<Output = Result<T, Fault>>>(
        &self,
        again: usize,
        mut ask: impl FnMut() -> F,
    ) -> Result<T, Fault> {
        let mut waits = self.waits();
        for _ in 0..again {
            match ask().await {
                Err(Fault::Away { after, .. }) => waits.wait(after).await,
                answered => return answered,
            }
        }
        ask().await
    }
}

impl Waits {
    /// Waits for the next time; at least as long as the service asks for.
    pub async fn wait(&mut self, asked: Option<Duration>) {
        let next = self.next.next().unwrap_or(self.patience.most);
        let jitter = (self.patience.jitter)().clamp(0.0, 1.0);
        let wait = next.mul_f64(0.5 + jitter / 2.0);
        tokio::time::sleep(wait.max(asked.unwrap_or_default())).await;
    }
}
