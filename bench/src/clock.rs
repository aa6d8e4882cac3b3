//! Time: the one place that reads the clock, and the rates made of it.

use std::time::{Duration, Instant};

/// Measures from its start on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "the benchmark's one reading of the clock")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    pub(crate) fn seconds(self) -> f64 {
        self.elapsed().as_secs_f64()
    }
}

/// Processor time of all threads of this process so far.
pub(crate) fn processor_time() -> Duration {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(spent).unwrap_or_default()
}

/// What a call returns, and how many seconds it took.
pub(crate) fn timed<T>(call: impl FnOnce() -> T) -> (T, f64) {
    let clock = Stopwatch::start();
    let value = call();
    (value, clock.seconds())
}
