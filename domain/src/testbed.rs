//! The testbed: platforms, guests, converters, routes and slots, declared in one file.
//!
//! Serde reads the declaration; [`Testbed::validate`] turns it into one that can be trusted.
//! Versions are not declared here but discovered and pinned when a campaign starts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{ConverterId, GuestId, PlatformId, RouteId, VendorId};

/// Most entries of one kind a testbed may declare; keeps plans and matrices bounded.
pub const MOST_ENTRIES: usize = 64;

/// One declared testbed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Testbed {
    /// What people call it.
    pub name: String,
    /// How much of the lab's machine trials may use at once.
    pub slots: Slots,
    /// Longest time each step may take.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// The makers named by platforms and converters.
    #[serde(rename = "vendor", default)]
    pub vendors: Vec<Vendor>,
    /// The hypervisor environments.
    #[serde(rename = "platform")]
    pub platforms: Vec<Platform>,
    /// The operating system images.
    #[serde(rename = "guest")]
    pub guests: Vec<Guest>,
    /// The conversion tools.
    #[serde(rename = "converter")]
    pub converters: Vec<Converter>,
    /// The ways from source to target.
    #[serde(rename = "route")]
    pub routes: Vec<Route>,
}

/// How much of the lab's machine trials may use at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slots {
    /// VMs and conversions that may run at the same time.
    pub cpu: u32,
    /// Memory that running VMs may claim together, in MiB.
    pub memory_mib: u32,
}

/// Longest time each step may take, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timeouts {
    /// From power-on to the guest's facts.
    pub boot_s: u32,
    /// From the power button to power-off, before it is forced.
    pub shutdown_s: u32,
    /// One conversion, check or comparison of a disk.
    pub convert_s: u32,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { boot_s: 180, shutdown_s: 30, convert_s: 300 }
    }
}

/// A maker of platforms or converters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// Its identifier.
    pub id: VendorId,
    /// Its name.
    pub name: String,
}

/// A hypervisor environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Its identifier.
    pub id: PlatformId,
    /// Its maker.
    pub vendor: VendorId,
    /// Product name.
    pub product: String,
    /// Management console, empty when there is none.
    #[serde(default)]
    pub console: String,
    /// True when something else plays this platform; every report says so.
    #[serde(default)]
    pub stand_in: bool,
    /// The driver that reaches it.
    pub driver: String,
    /// What that driver needs to know.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
}

/// An operating system image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guest {
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
    /// How the lab makes its image.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
}

/// A conversion tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Converter {
    /// Its identifier.
    pub id: ConverterId,
    /// Its maker.
    pub vendor: VendorId,
    /// Product name.
    pub product: String,
    /// Whether it is still made.
    #[serde(default)]
    pub status: ConverterStatus,
}

/// Whether a conversion tool is still made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConverterStatus {
    /// Still made.
    #[default]
    Current,
    /// No longer made or shipped.
    Retired,
}

/// A way from source to target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Its identifier.
    pub id: RouteId,
    /// What travels between the two platforms.
    pub through: Package,
    /// The tools it needs, in order: one, or two with a package between them.
    pub converters: Vec<ConverterId>,
}

/// What travels between two platforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Package {
    /// A bare disk in the target's format; the VM around it is made at the target.
    Disk,
    /// An OVF package: descriptor, streamOptimized VMDK and manifest.
    Ovf,
}

/// Why a declared testbed cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TestbedProblem {
    /// Two entries share an identifier.
    #[error("{kind} `{id}` is declared twice: give each its own id")]
    Twice {
        /// The kind of entry.
        kind: &'static str,
        /// The shared identifier.
        id: String,
    },
    /// An entry names something that is not declared.
    #[error("{by} names {kind} `{id}`, which is not declared: declare it or correct the name")]
    Unknown {
        /// Who names it.
        by: String,
        /// The kind of entry.
        kind: &'static str,
        /// The missing identifier.
        id: String,
    },
    /// Too few or too many entries.
    #[error("a testbed needs {least} to {MOST_ENTRIES} {kind}, this one has {found}")]
    Count {
        /// The kind of entry.
        kind: &'static str,
        /// Fewest allowed.
        least: usize,
        /// How many there are.
        found: usize,
    },
    /// A number outside its bounds.
    #[error("{what} is {found}: it must be between {least} and {most}")]
    Bounds {
        /// Which number.
        what: String,
        /// Smallest allowed.
        least: u32,
        /// Largest allowed.
        most: u32,
        /// What was declared.
        found: u32,
    },
    /// A route with no tool, or with more than two.
    #[error("route `{0}` must name one converter, or two with a package between them")]
    RouteLength(String),
}

impl Testbed {
    /// Checks that every name resolves and every number is in bounds.
    ///
    /// # Errors
    /// The first problem found, in the words of the file.
    pub fn validate(self) -> Result<Self, TestbedProblem> {
        unique("vendor", self.vendors.iter().map(|vendor| vendor.id.as_str()))?;
        unique("platform", self.platforms.iter().map(|platform| platform.id.as_str()))?;
        unique("guest", self.guests.iter().map(|guest| guest.id.as_str()))?;
        unique("converter", self.converters.iter().map(|converter| converter.id.as_str()))?;
        unique("route", self.routes.iter().map(|route| route.id.as_str()))?;
        self.check_counts()?;
        self.check_names()?;
        self.check_numbers()?;
        Ok(self)
    }

    /// The platform with this identifier.
    #[must_use]
    pub fn platform(&self, id: &PlatformId) -> Option<&Platform> {
        self.platforms.iter().find(|platform| platform.id == *id)
    }

    /// The guest with this identifier.
    #[must_use]
    pub fn guest(&self, id: &GuestId) -> Option<&Guest> {
        self.guests.iter().find(|guest| guest.id == *id)
    }

    /// The route with this identifier.
    #[must_use]
    pub fn route(&self, id: &RouteId) -> Option<&Route> {
        self.routes.iter().find(|route| route.id == *id)
    }

    fn check_counts(&self) -> Result<(), TestbedProblem> {
        let counts = [
            ("platforms", 2, self.platforms.len()),
            ("guests", 1, self.guests.len()),
            ("converters", 1, self.converters.len()),
            ("routes", 1, self.routes.len()),
            ("vendors", 0, self.vendors.len()),
        ];
        for (kind, least, found) in counts {
            if !(least..=MOST_ENTRIES).contains(&found) {
                return Err(TestbedProblem::Count { kind, least, found });
            }
        }
        Ok(())
    }

    fn check_names(&self) -> Result<(), TestbedProblem> {
        for platform in &self.platforms {
            self.know_vendor(format!("platform `{}`", platform.id), &platform.vendor)?;
        }
        for converter in &self.converters {
            self.know_vendor(format!("converter `{}`", converter.id), &converter.vendor)?;
        }
        for route in &self.routes {
            if !(1..=2).contains(&route.converters.len()) {
                return Err(TestbedProblem::RouteLength(route.id.to_string()));
            }
            for id in &route.converters {
                if !self.converters.iter().any(|converter| converter.id == *id) {
                    return Err(TestbedProblem::Unknown {
                        by: format!("route `{}`", route.id),
                        kind: "converter",
                        id: id.to_string(),
                    });
                }
            }
        }
        Ok(())
    }

    fn know_vendor(&self, by: String, id: &VendorId) -> Result<(), TestbedProblem> {
        if self.vendors.iter().any(|vendor| vendor.id == *id) {
            return Ok(());
        }
        Err(TestbedProblem::Unknown { by, kind: "vendor", id: id.to_string() })
    }

    fn check_numbers(&self) -> Result<(), TestbedProblem> {
        let within = |what: String, found: u32, least: u32, most: u32| {
            if (least..=most).contains(&found) {
                Ok(())
            } else {
                Err(TestbedProblem::Bounds { what, least, most, found })
            }
        };
        within("slots.cpu".into(), self.slots.cpu, 1, 256)?;
        within("timeouts.boot_s".into(), self.timeouts.boot_s, 1, 3600)?;
        within("timeouts.shutdown_s".into(), self.timeouts.shutdown_s, 1, 3600)?;
        within("timeouts.convert_s".into(), self.timeouts.convert_s, 1, 86_400)?;
        for guest in &self.guests {
            let memory = format!("memory_mib of guest `{}`", guest.id);
            within(memory, guest.memory_mib, 64, self.slots.memory_mib)?;
            within(format!("cpus of guest `{}`", guest.id), guest.cpus, 1, 64)?;
        }
        Ok(())
    }
}

fn unique<'a>(
    kind: &'static str,
    ids: impl Iterator<Item = &'a str>,
) -> Result<(), TestbedProblem> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(TestbedProblem::Twice { kind, id: id.to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "testbed_tests.rs"]
mod tests;
