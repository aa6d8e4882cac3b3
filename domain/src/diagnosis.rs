//! Root causes: from what a console and the facts say to a class a person can act on.
//!
//! A table of patterns, first match wins. Patterns are plain words that kernels, boot loaders and
//! initramfs scripts of the common distributions print.

use serde::Serialize;

use crate::observation::{Observation, Value, find};

/// A class of root cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The firmware found nothing to boot from.
    NoBootDevice,
    /// The firmware and the disk's boot loader do not fit (BIOS against UEFI).
    FirmwareMismatch,
    /// The boot loader started and found no kernel or configuration.
    BootLoaderBroken,
    /// The initramfs lacks the driver for the target's storage controller.
    DriverMissingInInitramfs,
    /// The root file system was found and could not be mounted.
    RootFileSystemUnusable,
    /// The kernel stopped.
    KernelPanic,
    /// The target's network adapter has no driver in the guest.
    NetworkDriverMissing,
    /// The adapter works and no DHCP server answered.
    NoDhcpOffer,
    /// The adapter has another name than the configuration expects.
    NicRenamed,
    /// The address is kept, but its gateway is not on this network.
    GatewayUnreachable,
    /// The canary file reads differently.
    DataAltered,
    /// The guest flooded its console.
    ConsoleFlood,
    /// The guest powered off before it reported.
    PoweredOffEarly,
    /// The guest said nothing that is known.
    Unknown,
}

impl Cause {
    /// What happened, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Cause::NoBootDevice => "no boot device",
            Cause::FirmwareMismatch => "firmware does not fit the disk (BIOS against UEFI)",
            Cause::BootLoaderBroken => "boot loader found no kernel",
            Cause::DriverMissingInInitramfs => "storage driver missing in initramfs",
            Cause::RootFileSystemUnusable => "root file system unusable",
            Cause::KernelPanic => "kernel panic",
            Cause::NetworkDriverMissing => "no driver for the network adapter",
            Cause::NoDhcpOffer => "no DHCP offer",
            Cause::NicRenamed => "network adapter renamed",
            Cause::GatewayUnreachable => "gateway unreachable",
            Cause::DataAltered => "data altered",
            Cause::ConsoleFlood => "console flooded",
            Cause::PoweredOffEarly => "powered off before it reported",
            Cause::Unknown => "cause unknown",
        }
    }

    /// What would turn it green, in words.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Cause::NoBootDevice => "attach the disk to a controller the firmware boots from",
            Cause::FirmwareMismatch => "create the target VM with the firmware of the source",
            Cause::BootLoaderBroken => "reinstall the boot loader on the converted disk",
            Cause::DriverMissingInInitramfs => {
                "rebuild the initramfs with the target's storage driver before export, \
                 or convert with a tool that injects it"
            }
            Cause::RootFileSystemUnusable => "check the file system on the converted disk",
            Cause::KernelPanic => "read the serial log; compare CPU model and kernel parameters",
            Cause::NetworkDriverMissing => {
                "choose a network adapter the guest has a driver for, or install the driver \
                 before export"
            }
            Cause::NoDhcpOffer => "provide DHCP on the target network, or a static address",
            Cause::NicRenamed => "bind the network configuration to the MAC address, not the name",
            Cause::GatewayUnreachable => "stretch the network to the target, or renumber the guest",
            Cause::DataAltered => "do not use this converter for this format",
            Cause::ConsoleFlood | Cause::PoweredOffEarly | Cause::Unknown => "read the serial log",
        }
    }
}

/// Console texts that name a cause. `ends` marks those after which a guest will not go on.
const PATTERNS: [(&str, Cause, bool); 19] = [
    ("storage controller without a driver", Cause::DriverMissingInInitramfs, false),
    ("No bootable device", Cause::NoBootDevice, true),
    ("No bootable option or device", Cause::FirmwareMismatch, true),
    ("BdsDxe: failed to load", Cause::FirmwareMismatch, true),
    ("Could not find kernel image", Cause::BootLoaderBroken, true),
    ("No configuration file found", Cause::BootLoaderBroken, true),
    ("grub rescue>", Cause::BootLoaderBroken, true),
    ("does not exist.  Dropping to a shell!", Cause::DriverMissingInInitramfs, true),
    ("Unable to mount root fs on unknown-block(0,0)", Cause::DriverMissingInInitramfs, true),
    ("dracut-initqueue timeout", Cause::DriverMissingInInitramfs, true),
    ("Unable to mount root fs", Cause::RootFileSystemUnusable, true),
    ("as the root file system", Cause::RootFileSystemUnusable, true),
    ("Kernel panic - not syncing", Cause::KernelPanic, true),
    ("You are in emergency mode", Cause::RootFileSystemUnusable, true),
    ("console flooded", Cause::ConsoleFlood, true),
    ("No working init found", Cause::RootFileSystemUnusable, true),
    ("Operating System not found", Cause::NoBootDevice, true),
    ("Boot failed: not a bootable disk", Cause::NoBootDevice, false),
    ("powered off before it reported", Cause::PoweredOffEarly, false),
];

/// Whether a guest that printed this line will not go on by itself.
#[must_use]
pub fn is_final(line: &str) -> bool {
    PATTERNS.iter().any(|(words, _, ends)| *ends && line.contains(words))
}

/// Why a guest did not report, from the reason given and the end of its console.
#[must_use]
pub fn why_no_boot(reason: &str, observations: &[Observation]) -> Cause {
    let empty = Vec::new();
    let tail = match find(observations, "console.tail") {
        Some(Value::List(lines)) => lines,
        _ => &empty,
    };
    let said = |words: &str| reason.contains(words) || tail.iter().any(|it| it.contains(words));
    let found = PATTERNS.iter().find(|(words, _, _)| said(words));
    found.map_or(Cause::Unknown, |(_, cause, _)| *cause)
}

/// Why a guest that runs is scored FAILURE, from its facts. `before` are those at the source,
/// `failing` the facts whose rules are FAILUREs: a cause is named only if it explains one of them.
#[must_use]
pub fn why_not_well(
    before: &[Observation],
    now: &[Observation],
    failing: &[&str],
) -> Option<Cause> {
    let is = |fact: &str, wanted: bool| find(now, fact) == Some(&Value::Flag(wanted));
    let explains = |prefixes: &[&str]| {
        failing.iter().any(|fact| prefixes.iter().any(|prefix| fact.starts_with(prefix)))
    };
    if is("canary.intact", false) && explains(&["canary."]) {
        return Some(Cause::DataAltered);
    }
    if is("ip.usable", false) && explains(&["ip.", "nic.", "route.", "dns."]) {
        return Some(why_no_address(before, now));
    }
    let unreachable = is("route.gateway_reachable", false) && explains(&["route."]);
    unreachable.then_some(Cause::GatewayUnreachable)
}

fn why_no_address(before: &[Observation], now: &[Observation]) -> Cause {
    let without_driver = match find(now, "pci.without_driver") {
        Some(Value::List(devices)) => devices.iter().any(|it| it.starts_with("0x02")),
        _ => false,
    };
    let renamed = find(before, "nic.names") != find(now, "nic.names");
    match find(now, "nic.count") {
        Some(Value::Integer(0)) if without_driver => Cause::NetworkDriverMissing,
        Some(Value::Integer(count)) if *count > 0 && renamed => Cause::NicRenamed,
        _ => Cause::NoDhcpOffer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::Channel;

    fn tail(lines: &[&str]) -> Vec<Observation> {
        let lines = lines.iter().map(ToString::to_string).collect();
        vec![Observation::list("console.tail", lines, Channel::SerialConsole)]
    }

    #[test]
    fn real_console_texts_name_their_cause() {
        let cases = [
            (
                "ALERT!  LABEL=root does not exist.  Dropping to a shell!",
                Cause::DriverMissingInInitramfs,
            ),
            ("VFS: Unable to mount root fs on unknown-block(0,0)", Cause::DriverMissingInInitramfs),
            ("VFS: Unable to mount root fs on unknown-block(8,2)", Cause::RootFileSystemUnusable),
            ("Kernel panic - not syncing: Attempted to kill init!", Cause::KernelPanic),
            ("BdsDxe: failed to load Boot0001", Cause::FirmwareMismatch),
            ("No bootable device.", Cause::NoBootDevice),
            ("Could not find kernel image: linux", Cause::BootLoaderBroken),
            ("login:", Cause::Unknown),
        ];
        for (line, cause) in cases {
            assert_eq!(why_no_boot("no facts in 180 s", &tail(&[line])), cause, "{line}");
            assert_eq!(is_final(line), cause != Cause::Unknown, "{line}");
        }
    }

    #[test]
    fn a_guest_without_network_driver_is_told_from_one_without_dhcp() {
        let facts = |count: i64, devices: &[&str]| {
            let devices = devices.iter().map(ToString::to_string).collect();
            vec![
                Observation::flag("ip.usable", false, Channel::SerialConsole),
                Observation::integer("nic.count", count, Channel::SerialConsole),
                Observation::list("pci.without_driver", devices, Channel::SerialConsole),
            ]
        };
        let cause = |now: &[Observation]| why_not_well(&[], now, &["ip.usable"]);
        assert_eq!(
            cause(&facts(0, &["0x020000:0x10ec:0x8139"])),
            Some(Cause::NetworkDriverMissing)
        );
        assert_eq!(cause(&facts(1, &[])), Some(Cause::NoDhcpOffer));
        assert_eq!(cause(&[]), None);
        let other = why_not_well(&[], &facts(1, &[]), &["disk.emulated"]);
        assert_eq!(other, None, "a cause that explains no failing rule is not named");
    }
}
