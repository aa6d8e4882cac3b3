//! The command line of looking before anything is touched.

use clap::Args as Group;
use domain::ids::{GuestId, PlatformId};

use super::running::{Cache, Gate};

pub(super) const CHECK: &str = "Examples:\n  portolan check default\n  \
                                portolan check small --guest lean --verbose --commands\n  \
                                portolan check small --fail-on failure --json";

#[derive(Debug, Group)]
pub(crate) struct Check {
    /// Testbed file, or `default`, `small` or `libvirt` for the embedded ones
    pub(crate) testbed: String,
    /// Only this guest; may be repeated
    #[arg(long, value_name = "GUEST")]
    pub(crate) guest: Vec<GuestId>,
    /// Only this source platform; may be repeated
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) source: Vec<PlatformId>,
    /// Only this target platform; may be repeated
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) target: Vec<PlatformId>,
    /// Exit with 1 when a trial scores this or lower, as far as it can be foretold
    #[arg(long, value_name = "SCORE")]
    pub(crate) fail_on: Option<Gate>,
    /// Print every rule: also what holds, and what only a run can judge
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Print every command that a run would do, too
    #[arg(long)]
    pub(crate) commands: bool,
    #[command(flatten)]
    pub(crate) cache: Cache,
}
