//! Power: what can be asked of a machine, and what it comes to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PowerOp {
    /// Switch it on.
    Start,
    /// Ask the guest to shut down.
    ShutdownGraceful,
    /// Pull the plug.
    ForceOff,
    /// Stop its processors; it stays in memory.
    Pause,
    /// Let a paused machine go on.
    Unpause,
    /// Write its memory away and stop it.
    Suspend,
    /// Bring a suspended machine back.
    Resume,
    /// Press the reset button.
    Reset,
}

impl PowerOp {
    /// Every operation.
    pub const ALL: [Self; 8] = [
        Self::Start,
        Self::ShutdownGraceful,
        Self::ForceOff,
        Self::Pause,
        Self::Unpause,
        Self::Suspend,
        Self::Resume,
        Self::Reset,
    ];

    /// The verb of driver files.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::ShutdownGraceful => "shutdown",
            Self::ForceOff => "force-off",
            Self::Pause => "pause",
            Self::Unpause => "unpause",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Reset => "reset",
        }
    }

    /// The state it leads to.
    #[must_use]
    pub fn leads_to(self) -> PowerState {
        match self {
            Self::Start | Self::Unpause | Self::Resume | Self::Reset => PowerState::Running,
            Self::ShutdownGraceful | Self::ForceOff => PowerState::Off,
            Self::Pause => PowerState::Paused,
            Self::Suspend => PowerState::Suspended,
        }
    }
}

impl fmt::Display for PowerOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.verb())
    }
}

/// The state of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PowerState {
    /// Its processors run.
    Running,
    /// Switched off.
    Off,
    /// In memory, its processors stopped.
    Paused,
    /// Its memory is written away.
    Suspended,
    /// On its way to another state.
    Changing,
    /// It has crashed, or the platform cannot reach it.
    Failed,
}

impl PowerState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Running, Self::Off, Self::Paused, Self::Suspended, Self::Changing, Self::Failed];

    /// The name in driver files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Off => "off",
            Self::Paused => "paused",
            Self::Suspended => "suspended",
            Self::Changing => "changing",
            Self::Failed => "failed",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

impl fmt::Display for PowerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
