//! The block of facts a guest reports about itself, and the observations it turns into.
//!
//! The block is printed by `lab/guests/facts.sh`; every text in it is a guest's word and may be
//! anything: control characters are dropped here, lengths are bounded where it is recorded.

use serde::Deserialize;

use crate::observation::{Channel, Observation, Value};

/// Facts as the guest reports them, schema 1. Field names are the guest's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GuestFacts {
    /// Version of this shape; 1.
    pub schema: u32,
    /// Fresh at every boot.
    pub boot_id: String,
    /// Kept over boots.
    pub machine_id: String,
    /// Host name.
    pub hostname: String,
    /// Kernel release.
    pub kernel: String,
    /// Time since boot, in milliseconds.
    pub uptime_ms: i64,
    /// The guest's clock, in seconds since 1970.
    pub epoch_s: i64,
    /// Time zone name.
    pub timezone: String,
    /// Clock source in use.
    pub clocksource: String,
    /// `bios` or `uefi`.
    pub firmware: String,
    /// Processor.
    pub cpu: Cpu,
    /// Memory the kernel sees, in KiB.
    pub memory_kib: i64,
    /// Network adapters that have a driver.
    pub nics: Vec<Nic>,
    /// Storage and network controllers without a driver, `class:vendor:device`.
    pub unbound_pci: Vec<String>,
    /// `dhcp` or `static`.
    pub address_mode: String,
    /// How the address came: `bound`, `no-offer`, `no-nic` or `static`.
    pub dhcp: String,
    /// The routing table, normalised.
    pub routes: Vec<String>,
    /// Default gateway, empty when there is none.
    pub gateway: String,
    /// Whether the gateway answered.
    pub gateway_reachable: bool,
    /// DNS servers.
    pub dns: Vec<String>,
    /// DNS search domains.
    pub dns_search: Vec<String>,
    /// The firewall's rules, normalised, in order; none when they could not be read.
    pub firewall: Option<Vec<String>>,
    /// Disks.
    pub disks: Vec<Disk>,
    /// Mounted file systems, `target type mode`.
    pub mounts: Vec<String>,
    /// Whether the root file system is writable.
    pub root_rw: bool,
    /// Digest of the canary file as read now.
    pub canary_sha256: String,
    /// Digest of the canary file as written when the image was made.
    pub canary_expected: String,
    /// What the firmware says about the machine.
    pub dmi: Dmi,
    /// Drivers that can load before the root file system is found.
    pub boot_drivers: Vec<String>,
    /// Drivers the image has at all.
    pub drivers: Vec<String>,
    /// How often this disk has booted.
    pub boots: i64,
    /// First lines of the kernel log at level error or worse.
    pub log_errors: Vec<String>,
}

/// Processor.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Cpu {
    /// Maker.
    pub vendor: String,
    /// Model name.
    pub model: String,
    /// Clock rate, in MHz.
    pub mhz: i64,
    /// How many.
    pub count: i64,
    /// Feature flags, sorted.
    pub flags: Vec<String>,
}

/// Network adapter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Nic {
    /// Interface name.
    pub name: String,
    /// Driver.
    pub driver: String,
    /// Hardware address.
    pub mac: String,
    /// `up` or `down`.
    pub link: String,
    /// IPv4 addresses with prefix length.
    pub ipv4: Vec<String>,
}

/// Disk.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Disk {
    /// Device name.
    pub name: String,
    /// Driver of its controller.
    pub driver: String,
    /// Size, in bytes.
    pub bytes: i64,
}

/// What the firmware says about the machine (SMBIOS type 1).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Dmi {
    /// Maker.
    pub vendor: String,
    /// Product.
    pub product: String,
    /// UUID.
    pub uuid: String,
}

/// Drivers that speak a hypervisor's own protocol instead of imitating old hardware.
const PARAVIRTUAL: [&str; 10] = [
    "virtio_blk",
    "virtio_scsi",
    "virtio_net",
    "vmw_pvscsi",
    "vmxnet3",
    "hv_storvsc",
    "hv_netvsc",
    "xen_blkfront",
    "xen_netfront",
    "virtio-pci",
];

/// Host names of a guest that nobody has named.
const DEFAULT_NAMES: [&str; 4] = ["", "(none)", "localhost", "localhost.localdomain"];

/// Facts that every machine has: empty means that they could not be read.
const READ_OR_EMPTY: [&str; 11] = [
    "boot.id",
    "machine.id",
    "host.name",
    "kernel.release",
    "clock.timezone",
    "clock.source",
    "firmware.kind",
    "firmware.uuid",
    "cpu.model",
    "cpu.mhz",
    "memory.total_kib",
];

impl GuestFacts {
    /// The observations these facts amount to, all read by the serial console.
    #[must_use]
    pub fn observations(&self) -> Vec<Observation> {
        let mut seen = [self.system(), self.hardware(), self.network(), self.storage()].concat();
        // A file the guest could not read arrives as an empty text or a zero: not observed.
        seen.retain(|it| !READ_OR_EMPTY.contains(&it.fact.as_str()) || !is_empty(&it.value));
        if self.canary_sha256.is_empty() {
            seen.retain(|it| !it.fact.starts_with("canary."));
        }
        seen
    }

    fn system(&self) -> Vec<Observation> {
        vec![
            flag("boot.reached", true),
            text("boot.id", &self.boot_id),
            integer("boot.count", self.boots),
            integer("boot.uptime_ms", self.uptime_ms),
            text("machine.id", &self.machine_id),
            text("host.name", &self.hostname),
            flag("host.name_own", is_own_name(&self.hostname)),
            text("kernel.release", &self.kernel),
            integer("clock.epoch_s", self.epoch_s),
            text("clock.timezone", &self.timezone),
            text("clock.source", &self.clocksource),
            list("log.errors", &self.log_errors),
            flag("canary.intact", self.canary_sha256 == self.canary_expected),
            text("canary.sha256", &self.canary_sha256),
            list("drivers.boot", &self.boot_drivers),
            list("drivers.image", &self.drivers),
        ]
    }

    fn hardware(&self) -> Vec<Observation> {
        let cpu = &self.cpu;
        vec![
            text("firmware.kind", &self.firmware),
            text("firmware.vendor", &self.dmi.vendor),
            text("firmware.product", &self.dmi.product),
            text("firmware.uuid", &self.dmi.uuid),
            text("cpu.vendor", &cpu.vendor),
            text("cpu.model", &cpu.model),
            integer("cpu.mhz", cpu.mhz),
            integer("cpu.count", cpu.count),
            list("cpu.flags", &cpu.flags),
            integer("memory.total_kib", self.memory_kib),
            list("pci.without_driver", &self.unbound_pci),
        ]
    }

    fn network(&self) -> Vec<Observation> {
        let nics = &self.nics;
        let each = |field: fn(&Nic) -> &String| nics.iter().map(|nic| field(nic).clone()).collect();
        let addresses: Vec<String> = nics.iter().flat_map(|nic| nic.ipv4.clone()).collect();
        let usable = addresses.iter().any(|ip| !ip.starts_with("169.254.") && !ip.is_empty());
        let default = self.routes.iter().find(|route| route.starts_with("default"));
        let emulated = nics.iter().filter(|nic| !is_paravirtual(&nic.driver)).count();
        let mut seen = vec![
            integer("nic.count", count(nics.len())),
            owned("nic.names", each(|nic| &nic.name)),
            owned("nic.drivers", each(|nic| &nic.driver)),
            owned("nic.macs", each(|nic| &nic.mac)),
            integer("nic.emulated", count(emulated)),
            flag("nic.link_up", !nics.is_empty() && nics.iter().all(|nic| nic.link == "up")),
            text("ip.mode", &self.address_mode),
            text("ip.origin", &self.dhcp),
            owned("ip.v4", addresses),
            flag("ip.usable", usable),
            flag("route.has_default", default.is_some()),
            text("route.gateway", &self.gateway),
            flag("route.gateway_reachable", self.gateway_reachable),
            list("route.table", &self.routes),
            list("dns.servers", &self.dns),
            list("dns.search", &self.dns_search),
        ];
        if let Some(rules) = &self.firewall {
            let on = flag("firewall.on", !rules.is_empty());
            seen.extend([list("firewall.rules", rules), on]);
        }
        seen
    }

    fn storage(&self) -> Vec<Observation> {
        let disks = &self.disks;
        let emulated = disks.iter().filter(|disk| !is_paravirtual(&disk.driver)).count();
        vec![
            integer("disk.count", count(disks.len())),
            owned("disk.names", disks.iter().map(|disk| disk.name.clone()).collect()),
            owned("disk.drivers", disks.iter().map(|disk| disk.driver.clone()).collect()),
            integer("disk.emulated", count(emulated)),
            integer(
                "disk.total_bytes",
                disks.iter().map(|it| it.bytes).fold(0, i64::saturating_add),
            ),
            list("mount.table", &self.mounts),
            flag("mount.root_writable", self.root_rw),
        ]
    }
}

/// Whether somebody has given a guest this host name.
#[must_use]
pub fn is_own_name(name: &str) -> bool {
    !DEFAULT_NAMES.contains(&name)
}

fn is_paravirtual(driver: &str) -> bool {
    PARAVIRTUAL.contains(&driver)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn flag(fact: &str, value: bool) -> Observation {
    Observation::flag(fact, value, Channel::SerialConsole)
}

fn integer(fact: &str, value: i64) -> Observation {
    Observation::integer(fact, value, Channel::SerialConsole)
}

fn text(fact: &str, value: &str) -> Observation {
    Observation::text(fact, printable(value), Channel::SerialConsole)
}

fn list(fact: &str, values: &[String]) -> Observation {
    owned(fact, values.to_vec())
}

fn owned(fact: &str, values: Vec<String>) -> Observation {
    let values = values.iter().map(|value| printable(value)).collect();
    Observation::list(fact, values, Channel::SerialConsole)
}

/// A guest's text without control characters. Its length is bounded where it is recorded.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn is_empty(value: &Value) -> bool {
    *value == Value::Integer(0) || *value == Value::Text(String::new())
}
