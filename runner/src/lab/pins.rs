//! Discovers the versions a campaign is pinned to: what is installed, not what is declared.

use std::collections::BTreeMap;
use std::process::Command;

use domain::event::Pins;
use domain::ids::Sha256Digest;
use domain::testbed::Testbed;

use super::engine::Engine;
use super::guest::{DRIVER, SettingsProblem};
use super::images::{Image, ImageKey};
use super::profile::Profile;

/// The versions of everything in a testbed, by subject.
///
/// # Errors
/// When a platform's settings cannot be used. That every tool is installed is asked before, see
/// [`missing_tool`].
pub fn discover(
    testbed: &Testbed,
    images: &BTreeMap<ImageKey, Image>,
    engine: Engine,
) -> Result<Pins, SettingsProblem> {
    let mut pins = Pins::new();
    let emulator = first_line("qemu-system-x86_64", "--version");
    for platform in testbed.platforms.iter().filter(|it| it.driver == DRIVER) {
        let profile = Profile::of(platform)?;
        let recipe = Sha256Digest::of(format!("{profile:?}").as_bytes()).to_string();
        let version = format!("{emulator}, {}, recipe {}", profile.about, &recipe[..12]);
        pins.insert(format!("platform:{}", platform.id), version);
    }
    for converter in &testbed.converters {
        let version = match converter.id.as_str() {
            "portolan-ovf" => format!("portolan {}", env!("CARGO_PKG_VERSION")),
            "qemu-img" => first_line("qemu-img", "--version")
                .trim_start_matches("qemu-img version ")
                .to_owned(),
            // Declared, and on no route: `check_settings` lets routes name the lab's own tools only.
            _ => "not a tool of this lab".to_owned(),
        };
        pins.insert(format!("converter:{}", converter.id), version);
    }
    for (key, image) in images {
        let subject = match &key.platform {
            Some(platform) => format!("guest:{}@{platform}", key.guest),
            None => format!("guest:{}", key.guest),
        };
        pins.insert(subject, format!("image {}", image.sha256));
    }
    pins.insert("host:kernel".to_owned(), host_kernel());
    pins.insert("host:processor".to_owned(), host_processor());
    pins.insert("host:acceleration".to_owned(), engine.accel.name().to_owned());
    pins.insert("host:quarantine".to_owned(), engine.quarantine.about().to_owned());
    Ok(pins)
}

/// Programs the lab cannot do without, and the Debian packages that hold them.
const TOOLS: [(&str, &str); 3] =
    [("qemu-system-x86_64", "qemu-system-x86"), ("qemu-img", "qemu-utils"), ("cp", "coreutils")];

/// What is missing for a run, in words; none when everything is there.
#[must_use]
pub fn missing_tool() -> Option<String> {
    let missing = |(program, _): &&(&str, &str)| first_line(program, "--version") == MISSING;
    let (program, package) = TOOLS.iter().find(missing)?;
    Some(format!(
        "`{program}` is not installed: install the package {package}, or run lab/setup.sh"
    ))
}

const MISSING: &str = "not installed";

/// The first line a program prints, or that it is not installed.
fn first_line(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    let text = output.ok().filter(|it| it.status.success()).map(|it| it.stdout);
    let text = text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    match text.lines().next() {
        Some(line) if !line.is_empty() => line.chars().take(200).collect(),
        _ => MISSING.to_owned(),
    }
}

/// What this machine is called.
#[must_use]
pub fn machine_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.is_empty() { "lab".to_owned() } else { name }
}

fn host_kernel() -> String {
    let name = rustix::system::uname();
    format!("{} {}", name.sysname().to_string_lossy(), name.release().to_string_lossy())
}

fn host_processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or_else(|| "unknown".to_owned(), |(_, model)| model.trim().to_owned())
}
