//! The command line of operating machines.

use clap::Args as Group;
use domain::ids::{GuestId, PlatformId};

use super::running::{Cache, Gate};

pub(super) const OPS: &str = "Examples:\n  portolan ops small\n  \
                              portolan ops libvirt --platform libvirt --fail-on failure --json";

#[derive(Debug, Group)]
pub(crate) struct Ops {
    /// Testbed file, or `default`, `small` or `libvirt` for the embedded ones
    pub(crate) testbed: String,
    /// Only this platform; may be repeated
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) platform: Vec<PlatformId>,
    /// This guest; may be repeated [default: the testbed's first]
    #[arg(long, value_name = "GUEST")]
    pub(crate) guest: Vec<GuestId>,
    /// Exit with 1 when a platform scores this or lower
    #[arg(long, value_name = "SCORE")]
    pub(crate) fail_on: Option<Gate>,
    #[command(flatten)]
    pub(crate) cache: Cache,
}
