//! A VM as the lab defines it, and the QEMU command line it becomes.

use std::path::Path;

use domain::ids::Sha256Digest;
use serde::{Deserialize, Serialize};

use super::engine::Engine;
use super::profile::Profile;

/// What a platform knows about a VM besides its disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VmDefinition {
    pub(crate) name: String,
    pub(crate) memory_mib: u32,
    pub(crate) cpus: u32,
    /// Hardware address of the adapter.
    pub(crate) mac: String,
    /// SMBIOS UUID.
    pub(crate) uuid: String,
    /// First three numbers of the network it is attached to.
    pub(crate) subnet: String,
}

impl VmDefinition {
    /// A new VM, made at a platform: its own hardware address and UUID, from a seed of its own.
    pub(crate) fn fresh(name: &str, seed: &str, profile: &Profile, subnet: &str) -> Self {
        Self { subnet: subnet.to_owned(), ..Self::numbered(name, seed, &profile.mac_prefix) }
    }

    /// A new VM with a hardware address and a UUID of its own, on no network yet.
    pub(crate) fn numbered(name: &str, seed: &str, mac_prefix: &str) -> Self {
        let digest = Sha256Digest::of(seed.as_bytes()).to_string();
        let (mac, uuid) = (&digest[..6], &digest[6..38]);
        Self {
            name: name.to_owned(),
            memory_mib: 0,
            cpus: 0,
            mac: format!("{}:{}:{}:{}", mac_prefix, &mac[..2], &mac[2..4], &mac[4..]),
            // Version 8: the bits are ours to choose (RFC 9562).
            uuid: format!(
                "{}-{}-8{}-8{}-{}",
                &uuid[..8],
                &uuid[8..12],
                &uuid[13..16],
                &uuid[17..20],
                &uuid[20..]
            ),
            subnet: String::new(),
        }
    }

    /// The exact command line. QMP speaks on standard input and output, so that no socket is
    /// needed and none can be in use; the serial console goes to a file.
    pub(crate) fn argv(
        &self,
        profile: &Profile,
        engine: Engine,
        disk: &Path,
        serial: &Path,
    ) -> Vec<String> {
        let subnet = &self.subnet;
        let network = format!(
            "user,id=net0,net={subnet}.0/24,host={subnet}.2,dns={subnet}.3,\
             dhcpstart={subnet}.15"
        );
        self.argv_on(&network, (profile, engine), disk, serial)
    }

    /// The same, attached to another network: a `-netdev` with the id `net0`.
    pub(crate) fn argv_on(
        &self,
        network: &str,
        (profile, engine): (&Profile, Engine),
        disk: &Path,
        serial: &Path,
    ) -> Vec<String> {
        let drive = format!(
            "if=none,id=disk0,file={},format={},cache=unsafe",
            comma(&disk.to_string_lossy()),
            profile.disk_format
        );
        let nic = format!("{},netdev=net0,mac={},romfile=", profile.nic_device, self.mac);
        let serial = format!("file,id=serial0,mux=on,path={}", comma(&serial.to_string_lossy()));
        let mut argv: Vec<String> = [
            "qemu-system-x86_64",
            "-nodefaults",
            "-no-user-config",
            "-display",
            "none",
            "-name",
            &self.name,
            "-machine",
            &profile.machine,
            "-accel",
            engine.accel.argument(),
            "-cpu",
            &profile.cpu,
            "-m",
            &self.memory_mib.to_string(),
            "-smp",
            &self.cpus.to_string(),
            "-uuid",
            &self.uuid,
            "-drive",
            &drive,
            "-netdev",
            network,
            "-device",
            &nic,
            "-device",
            &profile.display_device,
            "-chardev",
            &serial,
            "-device",
            // The firmware's own messages: it writes them to this port and to the screen only.
            "isa-debugcon,iobase=0x402,chardev=serial0",
            "-serial",
            "chardev:serial0",
            "-chardev",
            "stdio,id=qmp0,signal=off",
            "-mon",
            "chardev=qmp0,mode=control",
        ]
        .map(ToOwned::to_owned)
        .to_vec();
        argv.splice(0..0, engine.quarantine.prefix().iter().map(ToString::to_string));
        let devices = profile.disk_devices.iter().map(|it| ("-device", it));
        let smbios = profile.smbios.iter().map(|it| ("-smbios", it));
        for (option, value) in devices.chain(smbios) {
            argv.extend([option.to_owned(), value.clone()]);
        }
        argv
    }
}

/// QEMU's option syntax: a comma in a value is doubled.
pub(crate) fn comma(value: &str) -> String {
    value.replace(',', ",,")
}
