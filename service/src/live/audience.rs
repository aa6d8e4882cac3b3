//! Who watches: so many in all, and nobody more than a share.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use domain::access::Viewer;
use domain::ids::AccountId;

use crate::peers;
use crate::places::{NoPlace, Place, Places};
use crate::problem::Problem;
use crate::settings::Limits;
use crate::viewer;

/// After how many seconds somebody who has too many streams may try again.
const AGAIN: u64 = 5;

/// One who watches, as far as it is known who that is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Watching {
    /// Somebody who has signed in, from wherever.
    Account(AccountId),
    /// Somebody at this address; none on this machine, where there is no share.
    Peer(Option<IpAddr>),
}

/// Everybody who watches.
#[derive(Debug)]
pub(super) struct Audience {
    places: Arc<Places<Watching>>,
    per_account: usize,
    per_peer: usize,
}

impl Audience {
    /// Nobody yet.
    pub(super) fn new(limits: &Limits) -> Self {
        let (per_account, per_peer) = (limits.watchers_per_account, limits.watchers_per_peer);
        Self { places: Places::new(limits.watchers), per_account, per_peer }
    }

    /// How many watch now.
    pub(super) fn count(&self) -> usize {
        self.places.count()
    }

    /// A place for whoever sends this request.
    ///
    /// # Errors
    /// 503 when all are taken, 429 when this one has its share.
    pub(super) fn place(&self, request: &HttpRequest) -> Result<Place<Watching>, Problem> {
        let (who, share) = match (viewer::of(request), peers::of(request)) {
            (Viewer::Known(known), _) => (Watching::Account(known.account), self.per_account),
            (Viewer::Public, Some(peer)) if !peer.address.is_loopback() => {
                (Watching::Peer(Some(peers::group(peer.address))), self.per_peer)
            }
            (Viewer::Public, Some(_) | None) => (Watching::Peer(None), usize::MAX),
        };
        self.places.take(who, share).map_err(|why| match why {
            NoPlace::AllTaken => {
                Problem::busy("As many watch as the service bears: try again soon.")
            }
            NoPlace::ShareTaken => {
                let words = "You watch in too many places at once: close some of them.";
                let status = StatusCode::TOO_MANY_REQUESTS;
                Problem::new(status, "too-many", words).retry_after(AGAIN)
            }
        })
    }
}
