//! `portolan report`.

use crate::args::{Args, Report};
use crate::exit::Exit;

pub(super) fn execute(_args: &Args, _command: &Report) -> Result<(), Exit> {
    Err(Exit::usage("not yet"))
}
