//! Letters to vendors, and what the public is told beside them.

mod guard;
mod withheld;
