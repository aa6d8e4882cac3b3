//! The service, started for real on loopback and spoken to as others would.

#![expect(clippy::unwrap_used, reason = "a test may end where it fails")]

mod door;
mod net;
