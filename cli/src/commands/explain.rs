//! `portolan explain`.

use crate::args::{Args, Explain};
use crate::exit::Exit;

pub(super) fn execute(_args: &Args, _command: &Explain) -> Result<(), Exit> {
    Err(Exit::usage("not yet"))
}
