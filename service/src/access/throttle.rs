//! How often somebody may try a password: few times for an account from one network, some more from an
//! address, and far more for an account from everywhere. Whoever tries too often waits; nobody else
//! does, until very many networks try the same account.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::ops::Add;
use std::time::Duration;

use domain::ids::Sha256Digest;
use governor::clock::{Clock as Instants, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::peers::group;
use crate::settings::Clock;

/// Tries for one account from one network at once, and after how long there is one more.
const FROM_NETWORK: (u32, Duration) = (10, Duration::from_secs(12));
/// Tries for one account from everywhere: a guard against very many networks. It is so high that few
/// of them cannot keep the account's owner out.
const FOR_ACCOUNT: (u32, Duration) = (1_000, Duration::from_secs(1));
/// Tries from one address at once, and after how long there is one more.
const FROM_ADDRESS: (u32, Duration) = (30, Duration::from_secs(2));
/// More than so many keys are looked through for those that count no more.
const MANY_KEYS: usize = 10_000;
/// With more than so many keys in use at the same time everybody waits.
const MOST_KEYS: usize = 1_000_000;

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, OfService, NoOpMiddleware<Moment>>;

/// Counts tries.
#[derive(Debug)]
pub(crate) struct Throttle {
    accounts: Limiter<Sha256Digest>,
    networks: Limiter<(Sha256Digest, Option<IpAddr>)>,
    addresses: Limiter<Option<IpAddr>>,
    clock: OfService,
}

impl Throttle {
    /// Nobody has tried yet.
    pub(crate) fn new(clock: Clock) -> Self {
        let clock = OfService(clock);
        Self {
            accounts: limiter(FOR_ACCOUNT, &clock),
            networks: limiter(FROM_NETWORK, &clock),
            addresses: limiter(FROM_ADDRESS, &clock),
            clock,
        }
    }

    /// Counts one try.
    ///
    /// # Errors
    /// How long to wait when it is one too many.
    pub(crate) fn count(&self, account: &str, from: Option<IpAddr>) -> Result<(), Duration> {
        self.count_address(from)?;
        // The digest: what somebody types may be long, and may be a password in the wrong field.
        let account = Sha256Digest::of(account.as_bytes());
        check(&self.networks, &(account, from.map(group)), &self.clock)?;
        check(&self.accounts, &account, &self.clock)
    }

    /// Counts one try that names no account.
    ///
    /// # Errors
    /// As [`Throttle::count`].
    pub(crate) fn count_address(&self, from: Option<IpAddr>) -> Result<(), Duration> {
        check(&self.addresses, &from.map(group), &self.clock)
    }
}

fn limiter<K: Hash + Eq + Clone>(bound: (u32, Duration), clock: &OfService) -> Limiter<K> {
    RateLimiter::new(quota(bound), DashMapStateStore::default(), clock.clone())
}

fn check<K: Hash + Eq + Clone>(
    limiter: &Limiter<K>,
    key: &K,
    clock: &OfService,
) -> Result<(), Duration> {
    if limiter.len() > MANY_KEYS {
        limiter.retain_recent();
        limiter.shrink_to_fit();
        if limiter.len() > MOST_KEYS {
            return Err(FROM_NETWORK.1);
        }
    }
    limiter.check_key(key).map_err(|not_until| not_until.wait_time_from(clock.now()))
}

fn quota((burst, period): (u32, Duration)) -> Quota {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    // None only for a period of nothing, which none of ours is.
    Quota::with_period(period).unwrap_or(Quota::per_minute(NonZeroU32::MIN)).allow_burst(burst)
}

/// The clock of the service.
#[derive(Clone)]
struct OfService(Clock);

/// An instant by it, in nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moment(u64);

impl Instants for OfService {
    type Instant = Moment;

    fn now(&self) -> Moment {
        Moment(u64::try_from((self.0)().as_nanosecond()).unwrap_or(0))
    }
}

impl Reference for Moment {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_sub(earlier.0).into()
    }

    fn saturating_sub(&self, duration: Nanos) -> Self {
        Self(self.0.saturating_sub(duration.as_u64()))
    }
}

impl Add<Nanos> for Moment {
    type Output = Self;

    fn add(self, duration: Nanos) -> Self {
        Self(self.0.saturating_add(duration.as_u64()))
    }
}

impl std::fmt::Debug for OfService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OfService")
    }
}
