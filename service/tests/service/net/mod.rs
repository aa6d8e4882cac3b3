//! Safe on a network: encryption, headers, limits, slow clients, an orderly end, counts and the log.

mod fixture;

mod counting;
mod fronting;
mod limits;
mod slowness;
mod stopping;
mod tls;
