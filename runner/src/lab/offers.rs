//! What QEMU on this machine offers: asked of QEMU itself, once per run.

use std::collections::BTreeSet;

use domain::preflight::{Target, Told};

use super::acts::Lab;
use super::profile::{DeclaredCapacity, Profile};
use super::seen::Stop;

/// Where QEMU looks for a BIOS image, in its own words (`-L help`), holds this file.
const BIOS: &str = "bios-256k.bin";

/// Models by name, as QEMU lists them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Offers {
    devices: BTreeSet<String>,
    machines: BTreeSet<String>,
    processors: BTreeSet<String>,
    networks: BTreeSet<String>,
    bios: bool,
}

impl Lab {
    /// What this machine's QEMU offers.
    pub(crate) async fn offers(&self) -> Result<Offers, Stop> {
        self.offers.once((), || self.ask_qemu()).await
    }

    async fn ask_qemu(&self) -> Result<Offers, Stop> {
        let folders = self.help("-L").await?;
        let bios = folders.lines().any(|it| std::path::Path::new(it.trim()).join(BIOS).is_file());
        Ok(Offers {
            devices: quoted_names(&self.help("-device").await?),
            machines: first_words(&self.help("-machine").await?),
            processors: processors(&self.help("-cpu").await?),
            networks: first_words(&self.help("-netdev").await?),
            bios,
        })
    }

    async fn help(&self, option: &str) -> Result<String, Stop> {
        let argv = ["qemu-system-x86_64", option, "help"].map(str::to_owned).to_vec();
        let run = self.tool(argv).await?;
        if run.succeeded() {
            return Ok(run.stdout);
        }
        Err(Stop::lab(format!("`qemu-system-x86_64 {option} help` failed: {}", run.stderr.trim())))
    }
}

impl Offers {
    /// Models of a profile that are not offered.
    pub(crate) fn missing(&self, profile: &Profile) -> Vec<String> {
        let model = |definition: &str| definition.split(',').next().unwrap_or_default().to_owned();
        let devices =
            profile.disk_devices.iter().chain([&profile.nic_device, &profile.display_device]);
        let wanted = devices.map(|it| (&self.devices, model(it)));
        let frame =
            [(&self.machines, model(&profile.machine)), (&self.processors, model(&profile.cpu))];
        let all = wanted.chain(frame).filter(|(offered, name)| !offered.contains(name));
        all.map(|(_, name)| name).collect()
    }

    /// Whether a guest with this firmware can be started.
    pub(crate) fn firmware(&self, kind: &str) -> bool {
        kind == "bios" && self.bios
    }

    /// What a VM's disks and adapters find at a platform: QEMU's own lists of models, how many the
    /// testbed declares, and the platform's one network for each of the source's.
    pub(crate) fn target(&self, declared: DeclaredCapacity, (source, own): (&str, &str)) -> Target {
        let most = |it: Option<u32>| it.map_or(Told::CannotBeAsked, |it| Told::Is(it.into()));
        let map = self.network().then(|| (source.to_owned(), own.to_owned()));
        Target {
            most_disks: most(declared.disks),
            most_nics: most(declared.nics),
            buses: Told::Is(self.devices.clone()),
            models: Told::Is(self.devices.clone()),
            networks: Told::Is(map.into_iter().collect()),
            // The lab's machines start by BIOS, which knows no signatures.
            secure_boot: Told::Is(false),
            tpm: Told::Is(self.devices.contains("tpm-tis")),
        }
    }

    /// Whether a network that both ends of a live migration share can be made.
    pub(crate) fn shared_network(&self) -> bool {
        ["user", "stream", "hubport"].iter().all(|it| self.networks.contains(*it))
    }

    /// Whether the user network, which every platform of the lab uses, is there.
    pub(crate) fn network(&self) -> bool {
        self.networks.contains("user")
    }
}

/// `name "virtio-blk-pci", bus PCI, alias "virtio-blk"` → both names.
fn quoted_names(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| line.starts_with("name "));
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// `pc   Standard PC (i440FX + PIIX, 1996)` → `pc`.
fn first_words(text: &str) -> BTreeSet<String> {
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// `x86 Westmere-v1   Westmere E56xx/…`, or without the prefix in newer versions.
fn processors(text: &str) -> BTreeSet<String> {
    let words = |line: &str| line.trim_start().trim_start_matches("x86 ").to_owned();
    let lines: Vec<String> = text.lines().map(words).collect();
    first_words(&lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qemus_own_lists_are_read() {
        let devices = "Storage devices:\nname \"virtio-blk-pci\", bus PCI, alias \"virtio-blk\"\n";
        assert!(quoted_names(devices).contains("virtio-blk"));
        assert!(first_words("Supported machines are:\npc    Standard PC (alias)\n").contains("pc"));
        assert!(processors("x86 Westmere-v1    Westmere\n").contains("Westmere-v1"));
        assert!(processors("  Westmere-v1    Westmere\n").contains("Westmere-v1"));
    }
}
