//! Labs far from their service: its door, what waits to be delivered, and how trials are leased.
//!
//! Read in this order: the token, the way and the door, what can go wrong, the spool, the courier who
//! empties it, the recorder that fills it, and the life of a lease.

mod token;
mod way;

mod exchange;
mod judged;

mod door;

mod fault;
mod patience;

mod spool;

mod courier;

mod recorder;

mod lease;

pub use courier::{Courier, Delivery};
pub use door::{Door, LONGEST_WAIT};
pub use fault::{Fault, Refusal};
pub use judged::JudgedThere;
pub use lease::{Held, LeaseEnd};
pub use patience::{Patience, Waits};
pub use recorder::{Heard, RemoteError, RemoteRecorder, standing};
pub use spool::{Consignment, Entry, Parcel, SPOOL_BYTES, Spool, SpoolFault};
pub use token::{NotAToken, Token};
pub use way::{NoWay, Way};
