//! A guest's recipe: how the lab makes its image, read from the guest's settings.

use domain::ids::ConverterId;
use domain::testbed::{Guest, Migration, Payload, Testbed};

use super::applications::Application;
use super::live::Peer;
use super::profile::{DeclaredCapacity, Profile};

/// Longest guest id the lab can make an image for: it becomes part of a file system's label.
const LONGEST_NAME: usize = 12;

/// What testbeds call the driver of the lab's own platforms.
pub const DRIVER: &str = "qemu";

/// A setting that the lab cannot use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{owner}: {why}")]
pub struct SettingsProblem {
    /// Whose setting.
    pub owner: String,
    /// What is wrong and what would be right.
    pub why: String,
}

/// Checks every setting of a testbed before anything is done.
///
/// # Errors
/// The first setting the lab cannot use.
pub fn check_settings(testbed: &Testbed) -> Result<(), SettingsProblem> {
    for platform in testbed.platforms.iter().filter(|it| it.driver == DRIVER) {
        Profile::of(platform)?;
        DeclaredCapacity::of(platform)?;
    }
    for route in &testbed.routes {
        let tools: Vec<&str> = route.converters.iter().map(ConverterId::as_str).collect();
        let known: &[&str] = match route.through {
            Payload::Disk => &["qemu-img"],
            Payload::Ovf => &["portolan-ovf", "qemu-img"],
            Payload::Memory => &[],
            Payload::Native | Payload::Description => {
                let why = "the lab carries disks, OVF packages and memory only: through = \"disk\", \
                           \"ovf\" or \"memory\"";
                let owner = format!("route `{}`", route.id);
                return Err(SettingsProblem { owner, why: why.to_owned() });
            }
        };
        if tools != known {
            let why = match known {
                [] => "its converters must be none: QEMU moves memory by itself".to_owned(),
                _ => format!("its converters must be {}: the lab has no others", known.join(", ")),
            };
            return Err(SettingsProblem { owner: format!("route `{}`", route.id), why });
        }
    }
    let live = testbed.migrations().contains(&Migration::Live);
    if let Some(other) = testbed.platforms.iter().find(|it| live && it.driver != DRIVER) {
        let why = "a running VM moves in the embedded lab alone: leave its routes out";
        let owner = format!("platform `{}`", other.id);
        return Err(SettingsProblem { owner, why: why.to_owned() });
    }
    for guest in made_here(testbed) {
        if live && Recipe::of(guest)?.peer.is_none() {
            let why = "settings.peer is missing: IP:PORT, whom it talks to while it moves";
            let owner = format!("guest `{}`", guest.id);
            return Err(SettingsProblem { owner, why: why.to_owned() });
        }
        Recipe::of(guest)?;
    }
    Ok(())
}

/// The guests that the lab makes images of: all, but for those that only platforms of other drivers have.
pub(crate) fn made_here(testbed: &Testbed) -> impl Iterator<Item = &Guest> {
    let alone = testbed.platforms.iter().any(|it| it.driver == DRIVER);
    testbed.guests.iter().filter(move |it| alone || !it.settings.is_empty())
}

/// How the lab makes a guest's image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// `cloud` or `generic`: Debian's kernel flavours.
    pub kernel: String,
    /// Modules of the initramfs; none means host-only, as the platform needs them.
    pub boot_modules: Option<String>,
    /// Modules of the root file system.
    pub root_modules: String,
    /// `dhcp`, or `static:ADDRESS/PREFIX:GATEWAY:DNS`.
    pub address: String,
    /// First three numbers of a network stretched over all platforms; none means each platform's
    /// own network.
    pub stretched: Option<String>,
    /// Whom it talks to on its network for as long as it runs; only such a guest can be watched while it
    /// moves.
    pub(crate) peer: Option<Peer>,
    /// What it serves; none for nothing.
    pub(crate) application: Option<Application>,
}

impl Recipe {
    /// Reads a guest's settings.
    ///
    /// # Errors
    /// The first setting that is unknown, missing or out of its range.
    pub fn of(guest: &Guest) -> Result<Self, SettingsProblem> {
        let problem = |why: String| SettingsProblem { owner: format!("guest `{}`", guest.id), why };
        let known = [
            "kernel",
            "boot_modules",
            "root_modules",
            "address",
            "stretched",
            "peer",
            "application",
        ];
        if let Some(key) = guest.settings.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(problem(format!("settings.{key} is unknown; known: {}", known.join(", "))));
        }
        let get = |key: &str| {
            let missing = || problem(format!("settings.{key} is missing"));
            guest.settings.get(key).cloned().ok_or_else(missing)
        };
        let no_peer = || problem("settings.peer is IP:PORT, such as `10.99.0.9:7000`".to_owned());
        let peer = guest.settings.get("peer").map(|it| it.parse().map_err(|()| no_peer()));
        let no_application = || problem(format!("settings.application is {}", Application::WORDS));
        let application = guest.settings.get("application");
        let application = application.map(|it| Application::of(it).ok_or_else(no_application));
        let recipe = Self {
            kernel: get("kernel")?,
            boot_modules: Some(get("boot_modules")?).filter(|it| it != "host-only"),
            root_modules: get("root_modules")?,
            address: get("address")?,
            stretched: guest.settings.get("stretched").cloned(),
            peer: peer.transpose()?,
            application: application.transpose()?,
        };
        recipe.check().map_err(problem)?;
        if guest.id.as_str().len() > LONGEST_NAME || guest.id.as_str().contains(['.', '_']) {
            let form = format!("{LONGEST_NAME} lower-case letters, digits and `-`");
            return Err(problem(format!("the lab labels disks by it: use at most {form}")));
        }
        if guest.architecture != "x86_64" {
            let found = &guest.architecture;
            return Err(problem(format!(
                "architecture is {found:?}; the lab makes `x86_64` images"
            )));
        }
        match guest.firmware.as_str() {
            "bios" => Ok(recipe),
            other => Err(problem(format!("firmware is {other:?}; the lab makes `bios` images"))),
        }
    }

    fn check(&self) -> Result<(), String> {
        if !["cloud", "generic"].contains(&self.kernel.as_str()) {
            return Err(format!("settings.kernel is {:?}; use `cloud` or `generic`", self.kernel));
        }
        let word = |c: char| c.is_ascii_alphanumeric() || "_- ".contains(c);
        for modules in self.boot_modules.iter().chain([&self.root_modules]) {
            if !modules.chars().all(word) {
                return Err(format!("{modules:?} is not a list of module names"));
            }
        }
        let address = |c: char| c.is_ascii_digit() || "./:".contains(c);
        let fixed = self.address.strip_prefix("static:").is_some_and(|it| it.chars().all(address));
        if self.address != "dhcp" && !fixed {
            let form = "`dhcp` or `static:ADDRESS/PREFIX:GATEWAY:DNS`";
            return Err(format!("settings.address is {:?}; use {form}", self.address));
        }
        let subnet = |it: &String| {
            let numbers: Vec<&str> = it.split('.').collect();
            numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u8>().is_ok())
        };
        if self.stretched.as_ref().is_some_and(|it| !subnet(it)) {
            return Err("settings.stretched is three numbers such as `10.99.0`".to_owned());
        }
        Ok(())
    }
}
