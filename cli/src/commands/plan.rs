//! `portolan plan`.

use crate::args::{Args, Plan};
use crate::exit::Exit;

pub(super) fn execute(_args: &Args, _command: &Plan) -> Result<(), Exit> {
    Err(Exit::usage("not yet"))
}
