//! How fast each grant may send.

use std::num::NonZeroU32;

use domain::ids::GrantId;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::{LabLimits, too_large, too_many};
use crate::problem::Problem;

/// Limits by grant. A token that does not exist never gets here, so there are never more keys than
/// grants.
#[derive(Debug)]
pub(super) struct Rates {
    clock: DefaultClock,
    commands: DefaultKeyedRateLimiter<GrantId>,
    evidence_kib: DefaultKeyedRateLimiter<GrantId>,
}

impl Rates {
    pub(super) fn new(limits: &LabLimits) -> Self {
        let quota = |per_second: u32, at_once: u32| {
            let least = |it: u32| NonZeroU32::new(it).unwrap_or(NonZeroU32::MIN);
            RateLimiter::keyed(Quota::per_second(least(per_second)).allow_burst(least(at_once)))
        };
        Self {
            clock: DefaultClock::default(),
            commands: quota(limits.commands_per_second, limits.commands_at_once),
            evidence_kib: quota(limits.evidence_kib_per_second, limits.evidence_kib_at_once),
        }
    }

    /// Lets so many commands pass.
    ///
    /// # Errors
    /// 429 with the time to wait, 413 when so many never pass at once.
    pub(super) fn commands(&self, grant: &GrantId, count: usize) -> Result<(), Problem> {
        self.pass(&self.commands, grant, (count, "commands"))
    }

    /// Lets so many bytes of evidence pass.
    ///
    /// # Errors
    /// As [`Rates::commands`].
    pub(super) fn evidence(&self, grant: &GrantId, bytes: usize) -> Result<(), Problem> {
        self.pass(&self.evidence_kib, grant, (bytes.div_ceil(1024), "KiB of evidence"))
    }

    /// Forgets grants that have not sent anything for a while.
    pub(super) fn sweep(&self) {
        self.commands.retain_recent();
        self.evidence_kib.retain_recent();
    }

    fn pass(
        &self,
        limiter: &DefaultKeyedRateLimiter<GrantId>,
        grant: &GrantId,
        (count, what): (usize, &str),
    ) -> Result<(), Problem> {
        let count = NonZeroU32::new(u32::try_from(count).unwrap_or(u32::MAX));
        let Some(count) = count else { return Ok(()) };
        match limiter.check_key_n(grant, count) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_yet)) => {
                let wait = not_yet.wait_time_from(self.clock.now());
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                Err(too_many(format!("Too many {what} of this grant: wait a while."), seconds))
            }
            Err(most) => Err(too_large(format!("{count} {what} at once are too many: {most}"))),
        }
    }
}
