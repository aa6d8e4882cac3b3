//! What is shown of a small campaign, through the front door of the room.

mod fixture;
mod tale;

mod files;
mod history;
mod html;
mod insights;
mod privacy;
mod text;
