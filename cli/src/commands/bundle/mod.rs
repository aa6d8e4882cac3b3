//! Bundles: made by `portolan export --format bundle`, checked by `portolan verify`.

mod checking;
mod making;
mod proving;
mod statement;
mod telling;

pub(super) use making::make;
pub(super) use telling::verify;
