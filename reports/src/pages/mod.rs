//! The pages of the service, as pure functions: plain views, and templates over them.
//!
//! Each page is a view that serializes to JSON and renders to HTML, so that the two cannot disagree.
//! Read in this order: the frame around every page, how links are spelled, the parts that pages
//! share, then one module for each page. Nothing here knows of HTTP.

/// Why a page could not be written; in memory that does not happen.
pub use askama::Error as NotWritten;

pub mod assets;
pub mod frame;
pub mod links;

pub mod bar;
pub mod campaign_line;
pub mod meaning;
pub mod open_regression;
pub mod stale_line;
pub mod table;

pub mod campaign;
pub mod campaigns;
pub mod cell;
pub mod cell_past;
pub mod changes;
pub mod live;
pub mod matrices;
pub mod overview;
pub mod past;
pub mod said;

pub mod badge;
pub mod feed;

pub mod audit;
pub mod audit_event;

pub mod converters;
pub mod vendor;
pub mod vendors;

pub mod disclosures;
pub mod grant_line;
pub mod grants;

pub mod search;
pub mod searching;

pub mod help;

pub mod account;
pub mod confirm;
pub mod problem;
pub mod sign_in;
