//! Time: two kinds of past, corrections, declarations, what is stale.

mod book;
mod declared;
mod outputs;
mod pinned;
mod random;
mod stale;
mod stale_plain;
mod told;
mod travel;
mod waived;
