//! What labs may send and take before the service says no.

use std::time::Duration;

use domain::lease::Bounds;
use domain::wire::LARGEST_SUBMISSION;
use jiff::SignedDuration;

/// What labs may send and take. Rates are for each grant.
#[derive(Debug, Clone, Copy)]
pub struct LabLimits {
    /// Largest batch, in bytes, before and after it is inflated.
    pub batch_bytes: usize,
    /// How long a body may take to arrive.
    pub body: Duration,
    /// Memory for bodies of all labs together, in KiB; who finds it taken waits.
    pub memory_kib: u32,
    /// Commands in a second, for long.
    pub commands_per_second: u32,
    /// Commands at once, after a while without any.
    pub commands_at_once: u32,
    /// Evidence in a second, for long, in KiB.
    pub evidence_kib_per_second: u32,
    /// Evidence at once, after a while without any, in KiB.
    pub evidence_kib_at_once: u32,
    /// Campaigns offered at once.
    pub offers: usize,
    /// Leases at once.
    pub leases: usize,
    /// Trials of one lease.
    pub trials: usize,
    /// How long a lease holds without a sign of life.
    pub lease: Duration,
    /// How long a lab may wait for work.
    pub wait: Duration,
    /// Labs that may wait for work at once.
    pub waiting: usize,
    /// How many of them may be one account's.
    pub waiting_per_account: usize,
}

impl Default for LabLimits {
    fn default() -> Self {
        Self {
            batch_bytes: LARGEST_SUBMISSION,
            body: Duration::from_secs(60),
            memory_kib: 256 << 10,
            commands_per_second: 50_000,
            commands_at_once: 100_000,
            evidence_kib_per_second: 64 << 10,
            evidence_kib_at_once: 512 << 10,
            offers: 64,
            leases: 1024,
            trials: 64,
            lease: Duration::from_secs(60),
            wait: Duration::from_secs(25),
            waiting: 256,
            waiting_per_account: 64,
        }
    }
}

impl LabLimits {
    /// The part of it that the rules of leases need.
    pub(super) fn bounds(&self) -> Bounds {
        let length = SignedDuration::try_from(self.lease).unwrap_or(SignedDuration::MAX);
        Bounds { offers: self.offers, leases: self.leases, trials: self.trials, length }
    }

    /// How long a lease holds, in seconds.
    pub(super) fn lease_seconds(&self) -> u32 {
        u32::try_from(self.lease.as_secs()).unwrap_or(u32::MAX)
    }
}
