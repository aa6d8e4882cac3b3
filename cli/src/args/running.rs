//! The command line of planning and walking trials.

use std::path::PathBuf;

use clap::{Args as Group, ValueEnum};
use domain::ids::{BaselineName, GuestId, PlatformId};
use domain::testbed::{Migration, Mode};

use super::remote::Remote;

/// Where built images are kept.
#[derive(Debug, Group)]
pub(crate) struct Cache {
    /// Folder of built guest images and downloaded packages [default: ~/.cache/portolan]
    #[arg(long, env = "PORTOLAN_CACHE", hide_env_values = true, value_name = "DIR")]
    cache: Option<PathBuf>,
    #[arg(long, env = "XDG_CACHE_HOME", hide = true)]
    xdg_cache_home: Option<PathBuf>,
    #[arg(long, env = "HOME", hide = true)]
    home: Option<PathBuf>,
}

impl Cache {
    /// The cache folder: named, or the user's, or one beside where the program was started.
    pub(crate) fn folder(&self) -> PathBuf {
        let user = self.xdg_cache_home.clone();
        let user = user.or_else(|| self.home.as_ref().map(|home| home.join(".cache")));
        let user = user.map(|folder| folder.join("portolan"));
        let folder = self.cache.clone().or(user);
        let folder = folder.unwrap_or_else(|| PathBuf::from("portolan-cache"));
        // Tools are started elsewhere: a relative path would mean another folder to them.
        std::path::absolute(&folder).unwrap_or(folder)
    }
}

/// Which part of a testbed.
#[derive(Debug, Group)]
pub(crate) struct Part {
    /// Only this guest; may be repeated
    #[arg(long, value_name = "GUEST")]
    pub(crate) guest: Vec<GuestId>,
    /// Only this source platform; may be repeated
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) source: Vec<PlatformId>,
    /// Only this target platform; may be repeated
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) target: Vec<PlatformId>,
    /// Type of migration: a campaign walks one [default: the only one that the testbed has routes
    /// for, or cold]
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) migration: Option<Type>,
    /// What becomes of the VM at the source [default: the testbed's own, or move]
    #[arg(long, value_name = "MODE")]
    pub(crate) mode: Option<SourceMode>,
    /// Repetitions of every trial
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) repeat: u32,
}

#[derive(Debug, Group)]
pub(crate) struct Plan {
    /// Testbed file, or `default`, `small`, `live`, `apps` or `libvirt` for the embedded ones; with --stale [default: the one
    /// recorded with the baseline]
    #[arg(required_unless_present = "stale")]
    pub(crate) testbed: Option<String>,
    #[command(flatten)]
    pub(crate) part: Part,
    /// Show which conversion tools would lead from each platform to each other, alone or by twos, and the entries
    /// for the testbed that say so
    #[arg(long, conflicts_with_all = ["stale", "out", "guest", "source", "target", "migration", "mode", "repeat"])]
    pub(crate) routes: bool,
    /// Plan the smallest set of trials that brings a baseline up to date after upgrades
    #[arg(long, conflicts_with_all = ["guest", "source", "target", "migration", "mode", "repeat"])]
    pub(crate) stale: bool,
    /// Which baseline [default: the one set last]
    #[arg(long, value_name = "NAME", requires = "stale")]
    pub(crate) baseline: Option<BaselineName>,
    /// Write the plan to this file, for `portolan run --plan`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Group)]
pub(crate) struct Run {
    /// Testbed file, or `default`, `small`, `live`, `apps` or `libvirt` for the embedded ones
    #[arg(required_unless_present_any = ["resume", "plan"])]
    pub(crate) testbed: Option<String>,
    #[command(flatten)]
    pub(crate) part: Part,
    /// Take up the last campaign that did not end; its testbed is the recorded one
    #[arg(long, conflicts_with_all = ["testbed", "guest", "source", "target", "migration", "mode", "repeat", "plan"])]
    pub(crate) resume: bool,
    /// Walk the trials of a plan file, as `portolan plan --out` writes it
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["testbed", "guest", "source", "target", "migration", "mode", "repeat"])]
    pub(crate) plan: Option<PathBuf>,
    /// Exit with 1 when a cell scores this or lower
    #[arg(long, value_name = "SCORE")]
    pub(crate) fail_on: Option<Gate>,
    /// Walk trials one after the other and share nothing, to compare with
    #[arg(long)]
    pub(crate) sequential: bool,
    #[command(flatten)]
    pub(crate) remote: Remote,
    #[command(flatten)]
    pub(crate) cache: Cache,
}

/// A type of migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Type {
    /// Type 1: the VM runs on while it moves; between platforms of one vendor and product only
    Live,
    /// Type 2: it is switched off, travels, and is started again
    Cold,
    /// Type 3: its environment is made anew at the target, and its data attached
    Loose,
}

impl From<Type> for Migration {
    fn from(it: Type) -> Self {
        match it {
            Type::Live => Self::Live,
            Type::Cold => Self::Cold,
            Type::Loose => Self::Loose,
        }
    }
}

/// What becomes of the VM at the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceMode {
    /// It stays off; after a trial that failed it is started again, to see that it still can be
    Move,
    /// It is started again after each trial: there are two of it, never both at once on one network
    Copy,
}

impl From<SourceMode> for Mode {
    fn from(it: SourceMode) -> Self {
        match it {
            SourceMode::Move => Self::Move,
            SourceMode::Copy => Self::Copy,
        }
    }
}

/// The score that makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Gate {
    /// WARNING or FAILURE
    Warning,
    /// FAILURE
    Failure,
}
