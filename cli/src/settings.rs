//! Files that a person writes, read and checked: testbeds and policies.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use domain::plan_file::PlanFile;
use domain::policy::Policy;
use domain::testbed::Testbed;
use serde::de::DeserializeOwned;

use crate::exit::Exit;
use crate::policies;

/// Testbeds that need no file.
const TESTBEDS: [(&str, &str); 2] = [
    ("default", include_str!("../../lab/testbeds/default.toml")),
    ("small", include_str!("../../lab/testbeds/small.toml")),
];

/// Largest settings file read, in bytes.
pub(crate) const LARGEST: u64 = 1024 * 1024;
/// Largest plan read, in bytes: the most trials a campaign may have, and their testbed.
const LARGEST_PLAN: u64 = 64 * 1024 * 1024;

/// The embedded testbed of this name, or the one in this file.
pub(crate) fn testbed(name: &str) -> Result<Testbed, Exit> {
    let embedded = TESTBEDS.iter().find(|(known, _)| *known == name);
    let testbed: Testbed = match embedded {
        Some((_, text)) => parse(name, text)?,
        None => parse(name, &read("testbed", Path::new(name), LARGEST)?)?,
    };
    let testbed = testbed.validate();
    let testbed = testbed.with_context(|| format!("testbed {name}")).map_err(Exit::Usage)?;
    reachable(name, testbed)
}

/// The plan in this file.
pub(crate) fn plan(path: &Path) -> Result<PlanFile, Exit> {
    let name = format!("plan {}", path.display());
    let text = read("plan", path, LARGEST_PLAN)?;
    let plan = PlanFile::parse(&text).with_context(|| name.clone()).map_err(Exit::Usage)?;
    let testbed = reachable(&name, plan.testbed)?;
    Ok(PlanFile { testbed, ..plan })
}

/// The same testbed, when its platforms can be reached.
pub(crate) fn reachable(name: &str, testbed: Testbed) -> Result<Testbed, Exit> {
    let unknown = testbed.platforms.iter().find(|platform| platform.driver != "qemu");
    match unknown {
        None => {
            runner::lab::check_settings(&testbed)?;
            Ok(testbed)
        }
        Some(platform) => Err(Exit::usage(format!(
            "{name}: platform `{}` wants driver `{}`; known drivers: qemu",
            platform.id, platform.driver
        ))),
    }
}

/// The policy of this name or in this file, or the default one.
pub(crate) fn policy(asked: Option<&Path>) -> Result<Policy, Exit> {
    Ok(policies::find(asked.unwrap_or(Path::new("default")))?.policy)
}

/// A text file that a person names, of bounded size.
pub(crate) fn read(kind: &str, path: &Path, largest: u64) -> Result<String, Exit> {
    let what = || format!("cannot read {kind} {}", path.display());
    let file = std::fs::File::open(path).with_context(what).map_err(Exit::Usage)?;
    let mut text = String::new();
    let mut bounded = file.take(largest + 1);
    bounded.read_to_string(&mut text).with_context(what).map_err(Exit::Usage)?;
    if text.len() as u64 > largest {
        return Err(Exit::usage(format!("{}: more than {largest} bytes", what())));
    }
    Ok(text)
}

/// What a settings file says; `name` is how people call it.
pub(crate) fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Exit> {
    toml::from_str(text).with_context(|| name.to_owned()).map_err(Exit::Usage)
}
