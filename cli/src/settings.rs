//! Files that a person writes, read and checked: testbeds and policies.

use std::path::Path;

use anyhow::Context as _;
use domain::policy::Policy;
use domain::testbed::Testbed;
use serde::de::DeserializeOwned;

use crate::exit::Exit;

/// Testbeds that need no file.
const TESTBEDS: [(&str, &str); 2] = [
    ("default", include_str!("../../lab/testbeds/default.toml")),
    ("small", include_str!("../../lab/testbeds/small.toml")),
];

/// Largest settings file read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// The embedded testbed of this name, or the one in this file.
pub(crate) fn testbed(name: &str) -> Result<Testbed, Exit> {
    let embedded = TESTBEDS.iter().find(|(known, _)| *known == name);
    let testbed: Testbed = match embedded {
        Some((_, text)) => parse(name, text)?,
        None => parse(name, &read("testbed", Path::new(name))?)?,
    };
    let testbed = testbed.validate();
    let testbed = testbed.with_context(|| format!("testbed {name}")).map_err(Exit::Usage)?;
    let unknown = testbed.platforms.iter().find(|platform| platform.driver != "qemu");
    match unknown {
        None => Ok(testbed),
        Some(platform) => Err(Exit::usage(format!(
            "testbed {name}: platform `{}` wants driver `{}`; known drivers: qemu",
            platform.id, platform.driver
        ))),
    }
}

/// The policy in this file, or the one compiled in.
pub(crate) fn policy(file: Option<&Path>) -> Result<Policy, Exit> {
    let policy: Policy = match file {
        None => parse("the default policy", include_str!("../../domain/policy/default.toml"))?,
        Some(path) => parse(&path.to_string_lossy(), &read("policy", path)?)?,
    };
    policy.validate().context("policy").map_err(Exit::Usage)
}

fn read(kind: &str, path: &Path) -> Result<String, Exit> {
    let what = || format!("cannot read {kind} {}", path.display());
    let size = std::fs::metadata(path).with_context(what).map_err(Exit::Usage)?.len();
    if size > LARGEST {
        return Err(Exit::usage(format!("{}: {size} bytes are more than {LARGEST}", what())));
    }
    std::fs::read_to_string(path).with_context(what).map_err(Exit::Usage)
}

fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Exit> {
    toml::from_str(text).with_context(|| name.to_owned()).map_err(Exit::Usage)
}
