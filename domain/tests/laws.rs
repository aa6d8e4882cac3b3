//! Laws of the domain, checked against second, plain implementations.

mod aggregation;
mod decisions;
mod judging;
mod support;
