//! What a rule is about, in a word of a closed list. A closed list cannot name a tool.

use domain::policy::Policy;
use serde::Serialize;

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// The guest starts.
    Boot,
    /// Its data arrive unaltered.
    Data,
    /// The VM at the source is left as it was.
    Source,
    /// Its addresses.
    Address,
    /// Its routes and its gateway.
    Routing,
    /// Its name servers.
    NameService,
    /// Its firewall rules.
    Firewall,
    /// Its network adapters.
    NetworkAdapter,
    /// Its processor.
    Processor,
    /// Its memory.
    Memory,
    /// Its disks and file systems.
    Storage,
    /// Its firmware.
    Firmware,
    /// Its drivers.
    Drivers,
    /// Its clock.
    Clock,
    /// Its identity: host name, machine id, kernel.
    Identity,
    /// Its error log.
    ErrorLog,
    /// Power: shutting down, pausing and resuming, running on while it moves.
    Power,
    /// What a conversion tool complained about.
    Tool,
    /// The package that travels.
    Package,
    /// The VM as it was made at the target.
    Import,
    /// What the target has to offer.
    Resources,
    /// What its applications answer.
    Application,
    /// Anything else.
    Other,
}

/// First word of a fact's name and what a rule over it is about.
const FACTS: [(&str, Topic); 40] = [
    ("app", Topic::Application),
    ("boot", Topic::Boot),
    ("console", Topic::Boot),
    ("canary", Topic::Data),
    ("source", Topic::Source),
    ("ip", Topic::Address),
    ("route", Topic::Routing),
    ("dns", Topic::NameService),
    ("firewall", Topic::Firewall),
    ("nic", Topic::NetworkAdapter),
    ("mac", Topic::NetworkAdapter),
    ("cpu", Topic::Processor),
    ("memory", Topic::Memory),
    ("disk", Topic::Storage),
    ("mount", Topic::Storage),
    ("image", Topic::Storage),
    ("firmware", Topic::Firmware),
    ("drivers", Topic::Drivers),
    ("pci", Topic::Drivers),
    ("clock", Topic::Clock),
    ("host", Topic::Identity),
    ("machine", Topic::Identity),
    ("kernel", Topic::Identity),
    ("log", Topic::ErrorLog),
    ("pause", Topic::Power),
    ("shutdown", Topic::Power),
    ("live", Topic::Power),
    ("tool", Topic::Tool),
    ("ovf", Topic::Package),
    ("package", Topic::Package),
    ("import", Topic::Import),
    ("target", Topic::Resources),
    ("format", Topic::Resources),
    ("name", Topic::Resources),
    ("network", Topic::Resources),
    ("hardware", Topic::Resources),
    ("storage", Topic::Resources),
    ("vm", Topic::Source),
    ("secure_boot", Topic::Firmware),
    ("tpm", Topic::Firmware),
];

impl Topic {
    /// What the rule with this id is about; none for an id the policy does not have.
    #[must_use]
    pub fn of_rule(policy: &Policy, id: &str) -> Option<Topic> {
        let rule = policy.rules.iter().find(|rule| rule.id == id)?;
        Some(Topic::of_fact(rule.compare.fact()))
    }

    /// What a rule over this fact is about.
    #[must_use]
    pub fn of_fact(fact: &str) -> Topic {
        let first = fact.split('.').next().unwrap_or(fact);
        let found = FACTS.iter().find(|(word, _)| *word == first);
        found.map_or(Topic::Other, |(_, topic)| *topic)
    }

    /// The word shown everywhere.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Topic::Boot => "boot",
            Topic::Data => "data",
            Topic::Source => "source VM",
            Topic::Address => "IP address",
            Topic::Routing => "routes",
            Topic::NameService => "DNS",
            Topic::Firewall => "firewall",
            Topic::NetworkAdapter => "network adapter",
            Topic::Processor => "processor",
            Topic::Memory => "memory",
            Topic::Storage => "storage",
            Topic::Firmware => "firmware",
            Topic::Drivers => "drivers",
            Topic::Clock => "clock",
            Topic::Identity => "machine identity",
            Topic::ErrorLog => "error log",
            Topic::Power => "shutdown or pause",
            Topic::Tool => "warnings of a tool",
            Topic::Package => "package",
            Topic::Import => "VM made at the target",
            Topic::Resources => "target's resources",
            Topic::Application => "application",
            Topic::Other => "other rules",
        }
    }
}
