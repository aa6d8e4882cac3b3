//! A platform's family of virtual hardware, read from the recipes in `lab/platforms`.

use domain::testbed::Platform;
use serde::Deserialize;

use super::guest::SettingsProblem;

/// The recipes, compiled in so that the binary stands alone.
const PROFILES: [(&str, &str); 4] = [
    ("kvm-like", include_str!("../../../lab/platforms/kvm-like.toml")),
    ("vmware-like", include_str!("../../../lab/platforms/vmware-like.toml")),
    ("hyperv-like", include_str!("../../../lab/platforms/hyperv-like.toml")),
    ("xen-like", include_str!("../../../lab/platforms/xen-like.toml")),
];

/// A family of virtual hardware, in QEMU's terms.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What it is, in words.
    pub about: String,
    /// `-machine`.
    pub machine: String,
    /// `-cpu`.
    pub cpu: String,
    /// `-smbios`, each.
    pub smbios: Vec<String>,
    /// `-device` for the disk and its controller, in order.
    pub disk_devices: Vec<String>,
    /// `-device` for the network adapter.
    pub nic_device: String,
    /// `-device` for the screen.
    pub display_device: String,
    /// Native disk format, in qemu-img's terms.
    pub disk_format: String,
    /// Options when a disk of that format is made.
    pub create_options: String,
    /// First half of hardware addresses given to new VMs.
    pub mac_prefix: String,
    /// First three numbers of the platform's own /24 network.
    pub subnet: String,
    /// Linux driver of the disk's controller.
    pub storage_driver: String,
    /// Linux driver of the network adapter.
    pub network_driver: String,
    /// Modules an installer on this platform would put into a host-only initramfs.
    pub host_only_modules: String,
}

/// What a platform offers to its VMs, as far as the testbed declares it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeclaredCapacity {
    /// Memory, in MiB.
    pub memory_mib: Option<u32>,
    /// Processors.
    pub cpus: Option<u32>,
    /// Storage, in MiB.
    pub storage_mib: Option<u32>,
    /// Most disks of one VM.
    pub disks: Option<u32>,
    /// Most network adapters of one VM.
    pub nics: Option<u32>,
}

impl DeclaredCapacity {
    /// Reads a platform's settings.
    ///
    /// # Errors
    /// When a setting is unknown or is not a number.
    pub fn of(platform: &Platform) -> Result<Self, SettingsProblem> {
        let problem =
            |why: String| SettingsProblem { owner: format!("platform `{}`", platform.id), why };
        let known = ["profile", "memory_mib", "cpus", "storage_mib", "disks", "nics"];
        if let Some(key) = platform.settings.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(problem(format!("settings.{key} is unknown; known: {}", known.join(", "))));
        }
        let number = |key: &str| match platform.settings.get(key) {
            None => Ok(None),
            Some(text) => {
                let wrong = |_| problem(format!("settings.{key} is {text:?}: use a number"));
                text.parse().map(Some).map_err(wrong)
            }
        };
        Ok(Self {
            memory_mib: number("memory_mib")?,
            cpus: number("cpus")?,
            storage_mib: number("storage_mib")?,
            disks: number("disks")?,
            nics: number("nics")?,
        })
    }
}

impl Profile {
    /// The profile a platform's settings name.
    ///
    /// # Errors
    /// When it names none, or one that does not exist.
    pub fn of(platform: &Platform) -> Result<Self, SettingsProblem> {
        let owner = format!("platform `{}`", platform.id);
        let name = platform.settings.get("profile").cloned().unwrap_or_default();
        let known = || PROFILES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let found = PROFILES.iter().find(|(known, _)| *known == name);
        let (_, text) = found.ok_or_else(|| SettingsProblem {
            owner: owner.clone(),
            why: format!("settings.profile is {name:?}; the lab has: {}", known()),
        })?;
        toml::from_str(text).map_err(|error| SettingsProblem { owner, why: error.to_string() })
    }

    /// The arguments that make qemu-img write this platform's own kind of disk.
    #[must_use]
    pub fn create_arguments(&self) -> Vec<String> {
        if self.create_options.is_empty() {
            Vec::new()
        } else {
            vec!["-o".to_owned(), self.create_options.clone()]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_reads_and_has_a_network_of_its_own() {
        let read = |(_, text): &(&str, &str)| toml::from_str::<Profile>(text).unwrap();
        let mut subnets: Vec<String> = PROFILES.iter().map(|it| read(it).subnet).collect();
        subnets.sort();
        subnets.dedup();
        assert_eq!(subnets.len(), PROFILES.len());
    }
}
