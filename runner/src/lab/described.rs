//! A VM as its own definition describes it: read from the command line that defines it.

use domain::preflight::{Disk, Machine, Nic, PassedThrough, Told};
use platforms::words::{PowerState, VmSpec};

/// What a QEMU command line says of the VM that it defines. Whether that VM is well only a running one
/// can say.
pub(crate) fn described(name: &str, argv: &[String]) -> Machine {
    let of = |option: &'static str| {
        argv.windows(2).filter(move |pair| pair[0] == option).map(|pair| pair[1].as_str())
    };
    let devices = || of("-device");
    let disks = of("-drive").filter(|it| value(it, "if") == Some("none"));
    let nics = devices().filter(|it| value(it, "netdev").is_some());
    let signed = of("-global").any(|it| it.contains("secure") && it.ends_with("=on"));
    Machine {
        name: name.to_owned(),
        is_normal: Told::CannotBeAsked,
        disks: Told::Is(disks.map(|it| disk(it, devices())).collect()),
        nics: Told::Is(nics.map(|it| nic(it, of("-netdev"))).collect()),
        passed_through: Told::Is(devices().filter_map(passed_through).collect()),
        secure_boot: Told::Is(signed),
        tpm: Told::Is(of("-tpmdev").next().is_some()),
    }
}

/// What a platform says of a machine by its driver. What a driver does not read cannot be asked for by it.
pub(crate) fn by_platform(name: &str, spec: &VmSpec) -> Machine {
    let asked = |it: Option<bool>| it.map_or(Told::CannotBeAsked, Told::Is);
    let is_normal = spec.state.map(|it| match it {
        PowerState::Running | PowerState::Off | PowerState::Paused | PowerState::Suspended => true,
        PowerState::Changing | PowerState::Failed => false,
    });
    let disks = spec.disks.iter();
    let disks: Vec<Disk> =
        disks.map(|it| Disk { bus: it.bus.clone(), shared: it.shared }).collect();
    let complete = !disks.is_empty() && disks.iter().all(|it| it.shared.is_some());
    Machine {
        name: name.to_owned(),
        is_normal: asked(is_normal),
        disks: if complete { Told::Is(disks) } else { Told::CannotBeAsked },
        // Networks of two platforms are not told apart by name alone: nobody says which is which.
        nics: Told::CannotBeAsked,
        passed_through: Told::CannotBeAsked,
        secure_boot: asked(spec.secure_boot),
        tpm: asked(spec.tpm),
    }
}

/// A disk, on the device that names its drive.
fn disk<'a>(drive: &str, mut devices: impl Iterator<Item = &'a str>) -> Disk {
    let id = value(drive, "id");
    let device = devices.find(|it| id.is_some() && value(it, "drive") == id);
    let shared = device.map(|it| value(it, "share-rw") == Some("on"));
    Disk { bus: device.map(|it| model(it).to_owned()), shared }
}

/// An adapter, on the network that it names.
fn nic<'a>(device: &str, mut networks: impl Iterator<Item = &'a str>) -> Nic {
    let id = value(device, "netdev");
    let network = networks.find(|it| value(it, "id") == id).and_then(|it| value(it, "net"));
    let prefix = network.and_then(|it| it.strip_suffix(".0/24"));
    Nic { model: Some(model(device).to_owned()), network: prefix.map(str::to_owned) }
}

/// A device of the host, if it is one: by VFIO whole, by USB lightly.
fn passed_through(device: &str) -> Option<PassedThrough> {
    let name = model(device);
    let is_light = name.starts_with("usb-host") || name.starts_with("usb-redir");
    (is_light || name.starts_with("vfio-"))
        .then(|| PassedThrough { name: name.to_owned(), is_light })
}

/// `model,key=value,…` → model.
fn model(definition: &str) -> &str {
    definition.split(',').next().unwrap_or_default()
}

/// The value of a key in QEMU's option syntax.
fn value<'a>(definition: &'a str, key: &str) -> Option<&'a str> {
    let mut pairs = definition.split(',').filter_map(|it| it.split_once('='));
    pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(words: &str) -> Machine {
        let argv: Vec<String> = words.split(' ').map(str::to_owned).collect();
        described("web", &argv)
    }

    #[test]
    fn a_plain_vm_has_a_disk_and_an_adapter_of_its_own() {
        let found = machine(
            "qemu -drive if=none,id=disk0,file=x -device virtio-blk-pci,drive=disk0 \
             -netdev user,id=net0,net=10.71.1.0/24 -device rtl8139,netdev=net0,mac=a",
        );
        let disk = Disk { bus: Some("virtio-blk-pci".to_owned()), shared: Some(false) };
        let nic = Nic { model: Some("rtl8139".to_owned()), network: Some("10.71.1".to_owned()) };
        assert_eq!((found.disks, found.nics), (Told::Is(vec![disk]), Told::Is(vec![nic])));
        assert_eq!((found.tpm, found.secure_boot), (Told::Is(false), Told::Is(false)));
        assert_eq!(found.passed_through, Told::Is(Vec::new()));
    }

    #[test]
    fn what_is_shared_or_of_the_host_is_seen() {
        let found = machine(
            "qemu -drive if=none,id=d,file=x -device scsi-hd,drive=d,share-rw=on \
             -device vfio-pci,host=01:00.0 -device usb-host,vendorid=1 -tpmdev passthrough,id=t",
        );
        let Told::Is(disks) = found.disks else { panic!("disks") };
        assert_eq!(disks[0].shared, Some(true));
        let Told::Is(devices) = found.passed_through else { panic!("devices") };
        let light: Vec<bool> = devices.iter().map(|it| it.is_light).collect();
        assert_eq!((light, found.tpm), (vec![false, true], Told::Is(true)));
    }
}
