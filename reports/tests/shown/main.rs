//! What is shown of a small campaign, through the front door of the room.
#![expect(clippy::unwrap_used, reason = "a test may end where it fails")]

mod eventful;
mod fixture;
mod tale;
mod years;

mod chronicle;
mod diff;
mod diff_culprits;
mod diff_laws;
mod diff_shown;
mod exports;
mod files;
mod history;
mod html;
mod insights;
mod letters;
mod outcomes;
mod pages;
mod pictures;
mod policies;
mod privacy;
mod reasons;
mod schemas;
mod strange;
#[cfg(feature = "tables")]
mod tables;
mod text;
mod time;
