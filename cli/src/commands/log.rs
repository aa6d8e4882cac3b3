//! `portolan log`.

use crate::args::{Args, Log};
use crate::exit::Exit;

pub(super) fn execute(_args: &Args, _command: &Log) -> Result<(), Exit> {
    Err(Exit::usage("not yet"))
}
