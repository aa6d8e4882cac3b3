//! What makes a declared testbed one that can be trusted.

use std::collections::BTreeSet;

use super::{MOST_ENTRIES, Probe, Testbed};
use crate::ids::VendorId;

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
    /// A route with no tool where it needs one, or with more than two.
    #[error("route `{0}` must name one converter, or two with a package between them")]
    RouteLength(String),
    /// A probe that nobody can ask.
    #[error("{of}: {why}")]
    Probe {
        /// Which probe of which guest.
        of: String,
        /// Why not.
        why: String,
    },
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

    fn check_counts(&self) -> Result<(), TestbedProblem> {
        let needs_tool = self.routes.iter().any(|route| !route.through.needs_no_tool());
        let counts = [
            ("platforms", 2, self.platforms.len()),
            ("guests", 1, self.guests.len()),
            ("converters", usize::from(needs_tool), self.converters.len()),
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
            let least = usize::from(!route.through.needs_no_tool());
            if !(least..=2).contains(&route.converters.len()) {
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
            unique("probe", guest.probes.iter().map(|probe| probe.id.as_str()))?;
            Probe::check(guest.id.as_str(), &guest.probes)?;
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
#[path = "validation_tests.rs"]
mod tests;
