//! The types of migration, and between which platforms each is possible.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Platform, Testbed};
use crate::ids::{PlatformId, RouteId};

/// How a VM comes to its target: the three types of the seed.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Migration {
    /// Type 1: it runs on; between peers of one hypervisor only.
    Live,
    /// Type 2: it is switched off, travels, and is started again.
    #[default]
    Cold,
    /// Type 3: its environment is made anew at the target, and its data attached.
    Loose,
}

impl Migration {
    /// Its word in files and on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Cold => "cold",
            Self::Loose => "loose",
        }
    }

    /// Whether it makes sense from one platform to another. A running VM's state means something to
    /// the same product of the same maker only (seed, "migration types").
    #[must_use]
    pub fn applies(self, source: &Platform, target: &Platform) -> bool {
        match self {
            Self::Live => (&source.vendor, &source.product) == (&target.vendor, &target.product),
            Self::Cold | Self::Loose => true,
        }
    }
}

impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Testbed {
    /// The types of migration that its routes are for.
    #[must_use]
    pub fn migrations(&self) -> BTreeSet<Migration> {
        self.routes.iter().map(|route| route.through.migration()).collect()
    }

    /// The only type of migration that its routes are for; cold where there are several.
    #[must_use]
    pub fn usual_migration(&self) -> Migration {
        let known = self.migrations();
        known.first().copied().filter(|_| known.len() == 1).unwrap_or_default()
    }

    /// The type of migration that a route is for; cold where there is no such route.
    #[must_use]
    pub fn migration(&self, route: &RouteId) -> Migration {
        self.route(route).map(|it| it.through.migration()).unwrap_or_default()
    }

    /// Whether a type of migration makes sense between two of its platforms.
    #[must_use]
    pub fn applies(&self, migration: Migration, source: &PlatformId, target: &PlatformId) -> bool {
        match (self.platform(source), self.platform(target)) {
            (Some(source), Some(target)) => migration.applies(source, target),
            _ => false,
        }
    }
}
