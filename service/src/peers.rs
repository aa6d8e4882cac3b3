//! Who is at the other end: its address, as far as it can be believed, and how much it may ask for.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::header::HeaderMap;
use actix_web::{HttpMessage as _, HttpRequest};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::settings::{Limits, Network};

/// After so many requests, peers that have been quiet are forgotten.
const SWEEP_EVERY: u64 = 1024;

/// Who is at the other end of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its address; a trusted proxy's word for it when there is such a proxy between.
    pub address: IpAddr,
    /// Whether what it sees travelled encrypted, to us or to a trusted proxy.
    pub is_encrypted: bool,
}

/// Who is at the other end of this request; nobody in a test without a network.
#[must_use]
pub fn of(request: &HttpRequest) -> Option<Peer> {
    request.extensions().get::<Peer>().copied()
}

impl Peer {
    /// Believes the socket, and a proxy only if it is trusted: the last address in
    /// `X-Forwarded-For` that is not a trusted proxy's own.
    pub(crate) fn find(socket: SocketAddr, headers: &HeaderMap, network: &Network) -> Self {
        let direct = socket.ip().to_canonical();
        let is_trusted = |it: &IpAddr| network.trusted_proxies.contains(it);
        if !is_trusted(&direct) {
            return Self { address: direct, is_encrypted: network.tls.is_some() };
        }
        let told = |name| headers.get_all(name).filter_map(|it| it.to_str().ok());
        let hops = told("x-forwarded-for").flat_map(|it| it.split(','));
        let hops: Vec<IpAddr> = hops.map_while(|it| it.trim().parse().ok()).collect();
        let client = hops.iter().rev().map(IpAddr::to_canonical).find(|it| !is_trusted(it));
        let scheme = told("x-forwarded-proto").next_back();
        let is_encrypted = scheme.is_some_and(|it| it.trim().eq_ignore_ascii_case("https"));
        Self { address: client.unwrap_or(direct), is_encrypted }
    }
}

/// How much each peer asks for. An IPv6 peer is its /64: whoever has one has all of it.
#[derive(Debug)]
pub(crate) struct Peers {
    open: Mutex<HashMap<IpAddr, usize>>,
    most_open: usize,
    asked: DefaultKeyedRateLimiter<IpAddr>,
    count: AtomicU64,
}

/// A connection that counts as open until this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    peers: Arc<Peers>,
    peer: Option<IpAddr>,
}

impl Peers {
    /// Nobody yet.
    pub(crate) fn new(limits: &Limits) -> Self {
        let number = |it: u32| NonZeroU32::new(it).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(number(limits.requests_per_second));
        let quota = quota.allow_burst(number(limits.requests_at_once));
        Self {
            open: Mutex::default(),
            most_open: limits.connections_per_peer,
            asked: RateLimiter::keyed(quota),
            count: AtomicU64::new(0),
        }
    }

    /// A place for a connection, if this peer has not too many. A trusted proxy has as many as it
    /// likes: they are everybody's.
    pub(crate) fn place(self: &Arc<Self>, peer: IpAddr, network: &Network) -> Option<Place> {
        let peers = Arc::clone(self);
        if network.trusted_proxies.contains(&peer.to_canonical()) {
            return Some(Place { peers, peer: None });
        }
        let peer = group(peer);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(peer).or_default();
        if *count >= self.most_open {
            return None;
        }
        *count += 1;
        Some(Place { peers, peer: Some(peer) })
    }

    /// Whether this peer may ask once more now, or how long it has to wait. Programs on the same
    /// machine may always: who is there can do worse than ask.
    pub(crate) fn may_ask(&self, peer: IpAddr) -> Result<(), Duration> {
        if peer.is_loopback() {
            return Ok(());
        }
        if self.count.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY) {
            self.asked.retain_recent();
        }
        let now = DefaultClock::default().now();
        self.asked.check_key(&group(peer)).map_err(|until| until.wait_time_from(now))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(peer) = self.peer else { return };
        let mut open = self.peers.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&peer) {
            *count -= 1;
            if *count == 0 {
                open.remove(&peer);
            }
        }
    }
}

fn group(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(it) => IpAddr::V4(it),
        IpAddr::V6(it) => IpAddr::V6(Ipv6Addr::from_bits(it.to_bits() >> 64 << 64)),
    }
}
