//! The service: one process owns the log, many people and labs use it over HTTP.
//!
//! Read in this order: settings and what the service is made of, the library (the read side), who is
//! looking and what they may reach, then one module for each group of addresses. Views and pages are
//! made in `reports`, decisions in `domain` and `ingest`; here they meet HTTP.

pub mod settings;

pub mod background;
pub mod library;
pub mod service;

pub mod address;
pub mod problem;
pub mod viewer;

pub mod cache;
pub mod routes;

pub mod connection;
pub mod metrics;
pub mod peers;
mod places;
pub mod tls;

pub mod bundling;
mod front;

mod asked;
pub mod door;
mod kept;
mod publicity;
mod reading;
mod sighted;
mod views;
mod visit;

pub mod access;
mod api;

mod audit;
pub mod bounces;
mod converters;
mod disclosures;
mod downloads;
mod grants;
mod health;
mod help;
mod letters;
pub mod live;
mod pages;
mod search;
mod showing;
mod vendors;

pub mod server;
