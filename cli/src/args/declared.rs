//! What people declare about history.

use clap::{Args as Group, Subcommand};
use domain::ids::{BaselineName, CampaignId, GuestId, PlatformId, RouteId, WaiverId};
use jiff::Timestamp;

use super::Past;
use super::past::instant;

pub(super) const UPGRADE: &str = "Examples:\n  portolan upgrade platform:kvm-like \"QEMU 7.2.22, q35\" \
                                  \"QEMU 10.1.0, q35\"\n  portolan upgrade kvm-like 7.2.22 10.1.0";

pub(super) const WITHDRAW: &str = "Example: portolan withdraw 812 --reason \"the switch was off\"\n\n\
                                   portolan explain names the position of every step. The step stays in the log \
                                   as it was; it counts as a lab error from now on, and earlier views asked for \
                                   with --known-at stay as they were.";

/// Who declares something.
#[derive(Debug, Group)]
pub(crate) struct By {
    /// Who says so
    #[arg(long, env = "USER", hide_env_values = true, value_name = "NAME")]
    #[arg(default_value = "operator")] // a container may have no USER
    pub(crate) by: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Baseline {
    /// Name a campaign as the reference
    #[command(after_help = "Example: portolan baseline set autumn --reason \"new hosts\"")]
    Set(BaselineSet),
    /// Every baseline and the campaign it stands for
    #[command(after_help = "Example: portolan baseline list")]
    List {
        #[command(flatten)]
        past: Past,
    },
    /// A baseline with its versions and its lineage
    #[command(after_help = "Example: portolan baseline show autumn")]
    Show {
        /// Which one
        name: BaselineName,
        #[command(flatten)]
        past: Past,
    },
}

#[derive(Debug, Group)]
pub(crate) struct BaselineSet {
    /// What to call it
    pub(crate) name: BaselineName,
    /// Which campaign [default: the last]
    #[arg(long, value_name = "ID")]
    pub(crate) campaign: Option<CampaignId>,
    /// The baseline that it continues under a new name
    #[arg(long, value_name = "NAME")]
    pub(crate) follows: Option<BaselineName>,
    /// Why
    #[arg(long, default_value = "")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) by: By,
}

#[derive(Debug, Group)]
pub(crate) struct Upgrade {
    /// What is upgraded: a subject as `baseline show` lists them, or the name alone where one has it
    pub(crate) subject: String,
    /// The version before, or the part of it that changes
    pub(crate) from: String,
    /// The version from now on, or what stands for that part
    pub(crate) to: String,
    #[command(flatten)]
    pub(crate) by: By,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Waiver {
    /// Waive one rule until a date
    #[command(
        after_help = "Example: portolan waiver add cpu-model G.cpu.model --until 2027-03-31 \\\n    \
                            --reason \"hosts are replaced in spring\" --target xen-like"
    )]
    Add(WaiverAdd),
    /// Every waiver, in force or not
    #[command(after_help = "Example: portolan waiver list")]
    List {
        #[command(flatten)]
        past: Past,
    },
    /// End a waiver before its date
    #[command(after_help = "Example: portolan waiver end cpu-model --reason \"replaced already\"")]
    End {
        /// Which one
        waiver: WaiverId,
        /// Why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
}

#[derive(Debug, Group)]
pub(crate) struct WaiverAdd {
    /// What to call it
    pub(crate) waiver: WaiverId,
    /// The id of the rule, as `portolan explain` shows it
    pub(crate) rule: String,
    /// The last day on which it waives anything (UTC), or an instant
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) until: Timestamp,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
    /// Only for this guest
    #[arg(long)]
    pub(crate) guest: Option<GuestId>,
    /// Only from this platform
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) source: Option<PlatformId>,
    /// Only to this platform
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) target: Option<PlatformId>,
    /// Only by this route
    #[arg(long)]
    pub(crate) route: Option<RouteId>,
    #[command(flatten)]
    pub(crate) by: By,
}

#[derive(Debug, Group)]
pub(crate) struct Withdraw {
    /// Position of the step in the log
    pub(crate) position: u64,
    /// What had broken
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) by: By,
}
