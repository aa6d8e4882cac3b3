//! Who is at the other end: its address, as far as it can be believed, and how much it may ask for.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
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
    /// `X-Forwarded-For` that is not a trusted proxy's own. It is read from its end: what stands
    /// further in front anybody can write. Whom the proxy does not name rightly has no address
    /// (`0.0.0.0`), and least of all the proxy's own.
    pub(crate) fn find(socket: SocketAddr, headers: &HeaderMap, network: &Network) -> Self {
        let direct = socket.ip().to_canonical();
        let is_trusted = |it: &IpAddr| network.trusted_proxies.contains(it);
        if !is_trusted(&direct) {
            return Self { address: direct, is_encrypted: network.tls.is_some() };
        }
        let told = |name| headers.get_all(name).map(|it| it.to_str().unwrap_or("?"));
        let lines: Vec<&str> = told("x-forwarded-for").collect();
        let hops = lines.iter().rev().flat_map(|it| it.rsplit(','));
        let mut others = hops.map(hop).skip_while(|it| it.as_ref().is_some_and(is_trusted));
        let nobody = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let client = others.next().map_or(direct, |it| it.unwrap_or(nobody));
        let scheme = told("x-forwarded-proto").next_back();
        let is_encrypted = scheme.is_some_and(|it| it.trim().eq_ignore_ascii_case("https"));
        Self { address: client, is_encrypted }
    }
}

/// A hop as a proxy names it: an address, with its port or without.
fn hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse().or_else(|_| text.parse::<SocketAddr>().map(|it| it.ip()));
    address.ok().map(|it| it.to_canonical())
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

pub(crate) fn group(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(it) => IpAddr::V4(it),
        IpAddr::V6(it) => IpAddr::V6(Ipv6Addr::from_bits(it.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    /// Who is found behind a proxy on this machine that says this.
    fn behind_proxy(told: &[&str]) -> IpAddr {
        let proxy = "127.0.0.1:4711".parse::<SocketAddr>().unwrap();
        let network = Network { trusted_proxies: vec![proxy.ip()], ..Network::default() };
        let mut headers = HeaderMap::new();
        for it in told {
            let name = HeaderName::from_static("x-forwarded-for");
            headers.append(name, HeaderValue::from_str(it).unwrap());
        }
        Peer::find(proxy, &headers, &network).address
    }

    #[test]
    fn nobody_becomes_the_proxy_by_what_they_say_before_it() {
        for forged in ["127.0.0.1", "unknown", "", "x, 127.0.0.1", "::1, garbage", "10.0.0.1:80"] {
            let told = format!("{forged}, 203.0.113.5");
            assert_eq!(behind_proxy(&[&told]).to_string(), "203.0.113.5", "{told}");
            assert_eq!(behind_proxy(&[forged, "203.0.113.5"]).to_string(), "203.0.113.5");
        }
    }

    #[test]
    fn whom_the_proxy_does_not_name_rightly_is_nobody_on_this_machine() {
        for told in ["unknown", "203.0.113.5, unknown, 127.0.0.1", ""] {
            assert!(!behind_proxy(&[told]).is_loopback(), "{told}");
        }
        assert!(behind_proxy(&[]).is_loopback(), "asked on this machine, past the proxy");
        assert_eq!(behind_proxy(&["203.0.113.5:4711"]).to_string(), "203.0.113.5");
        assert_eq!(behind_proxy(&["[2001:db8::1]:4711"]).to_string(), "2001:db8::1");
    }
}
