//! What a campaign took place in, as anyone may see it: its course, platforms, guests and versions.

use std::fmt;

use domain::event::{CheckWaived, Cost, Ending, VersionChanged};
use domain::ids::{GuestId, PlatformId, WaiverId};
use jiff::Timestamp;
use serde::Serialize;

use crate::units::instant;

/// When a campaign started and how it went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Course {
    /// When it started.
    pub started: Timestamp,
    /// When its last event was recorded.
    pub last_recorded: Timestamp,
    /// Position of its first event in the log.
    pub first_position: u64,
    /// Position of its last event in the log.
    pub last_position: u64,
    /// How often it was resumed.
    pub resumed: u32,
    /// How it ended, if it did.
    pub ending: Option<Ending>,
    /// What it cost, if it ended.
    pub cost: Option<Cost>,
}

/// How much was done. Trials that need the same act share it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Work {
    /// Steps that came to an end.
    pub steps: usize,
    /// Physical acts that carried them out.
    pub acts: usize,
    /// Wall time of all steps one after the other, each with an act of its own, in milliseconds.
    pub unshared_ms: u64,
}

/// A hypervisor environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicPlatform {
    /// Its identifier.
    pub id: PlatformId,
    /// Its maker's name.
    pub vendor: String,
    /// Product name.
    pub product: String,
    /// Management console, empty when there is none.
    pub console: String,
    /// Something else plays this platform.
    pub stand_in: bool,
    /// The version found at the start, empty when none was found.
    pub version: String,
}

/// An operating system image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicGuest {
    /// Its identifier.
    pub id: GuestId,
    /// Name and what is special about it.
    pub name: String,
    /// Processor architecture.
    pub architecture: String,
    /// `bios` or `uefi`.
    pub firmware: String,
    /// Memory it is given, in MiB.
    pub memory_mib: u32,
    /// Virtual processors it is given.
    pub cpus: u32,
    /// The images found at the start: one, or one for each platform it was made for.
    pub versions: Vec<Pin>,
}

/// A waiver in force, without the words of whoever declared it: they might name a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicWaiver {
    /// Which waiver.
    pub waiver: WaiverId,
    /// The rule that costs nothing meanwhile.
    pub rule: String,
    /// Only this guest; null for all.
    pub guest: Option<GuestId>,
    /// Only this source; null for all.
    pub source: Option<PlatformId>,
    /// Only this target; null for all.
    pub target: Option<PlatformId>,
    /// It applies to one route alone.
    pub one_route: bool,
    /// From when on it waives nothing any more.
    pub expires: Timestamp,
}

impl From<&CheckWaived> for PublicWaiver {
    fn from(waived: &CheckWaived) -> Self {
        let scope = waived.scope.clone();
        Self {
            waiver: waived.waiver.clone(),
            rule: waived.rule.clone(),
            guest: scope.guest,
            source: scope.source,
            target: scope.target,
            one_route: scope.route.is_some(),
            expires: waived.expires,
        }
    }
}

impl fmt::Display for PublicWaiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { waiver, rule, guest, source, target, one_route, expires } = self;
        write!(f, "Rule {rule} is waived until {} (waiver {waiver}", instant(*expires))?;
        let scope = [
            guest.as_ref().map(|it| format!("for {it}")),
            source.as_ref().map(|it| format!("from {it}")),
            target.as_ref().map(|it| format!("to {it}")),
            one_route.then(|| "by one route".to_owned()),
        ];
        scope.into_iter().flatten().try_for_each(|it| write!(f, ", {it}"))?;
        f.write_str(")")
    }
}

/// A version and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pin {
    /// Whose version.
    pub subject: String,
    /// The version.
    pub version: String,
}

/// A version that changed in mid-campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PinChange {
    /// Whose version.
    pub subject: String,
    /// The version before; empty when there was none.
    pub from: String,
    /// The version after; empty when it is gone.
    pub to: String,
}

impl From<&VersionChanged> for PinChange {
    fn from(change: &VersionChanged) -> Self {
        let VersionChanged { subject, from, to, .. } = change;
        Self { subject: subject.clone(), from: from.clone(), to: to.clone() }
    }
}
