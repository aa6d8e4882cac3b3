//! Files that a person writes, read and checked: testbeds and policies.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use domain::plan_file::PlanFile;
use domain::policy::Policy;
use domain::testbed::Testbed;
use runner::lab;
use serde::de::DeserializeOwned;

use crate::exit::Exit;
use crate::policies;

/// Testbeds that need no file.
const TESTBEDS: [(&str, &str); 5] = [
    ("apps", include_str!("../../lab/testbeds/apps.toml")),
    ("default", include_str!("../../lab/testbeds/default.toml")),
    ("libvirt", include_str!("../../lab/testbeds/libvirt.toml")),
    ("live", include_str!("../../lab/testbeds/live.toml")),
    ("small", include_str!("../../lab/testbeds/small.toml")),
];

/// Before the path of a driver that is a person's own.
const FILE: &str = "file:";
/// Largest settings file read, in bytes.
pub(crate) const LARGEST: u64 = 1024 * 1024;
/// Largest plan read, in bytes: the most trials a campaign may have, and their testbed.
const LARGEST_PLAN: u64 = 64 * 1024 * 1024;

/// The embedded testbed of this name, or the one in this file.
pub(crate) fn testbed(name: &str) -> Result<Testbed, Exit> {
    let embedded = TESTBEDS.iter().find(|(known, _)| *known == name);
    let testbed: Testbed = match embedded {
        Some((_, text)) => parse(name, text)?,
        None => {
            let path = Path::new(name);
            let known = || ("embedded testbeds", TESTBEDS.map(|(name, _)| name).to_vec());
            let text = read("testbed", path, LARGEST);
            parse(name, &text.map_err(|error| with_names(error, path, known()))?)?
        }
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
    let known = |it: &str| {
        it == lab::DRIVER || it.starts_with(FILE) || platforms::shipped::named(it).is_some()
    };
    let Some(platform) = testbed.platforms.iter().find(|it| !known(&it.driver)) else {
        lab::check_settings(&testbed)?;
        return Ok(testbed);
    };
    let shipped: Vec<&str> = platforms::shipped::ALL.iter().map(|it| it.id).collect();
    Err(Exit::usage(format!(
        "{name}: platform `{}` wants driver `{}`; known drivers: {}, {}, or {FILE}PATH",
        platform.id,
        platform.driver,
        lab::DRIVER,
        shipped.join(", ")
    )))
}

/// The same testbed, when the embedded lab alone plays it: whoever is far away says no programs to be run here.
pub(crate) fn embedded(name: &str, testbed: Testbed) -> Result<Testbed, Exit> {
    let other = testbed.platforms.iter().find(|it| it.driver != lab::DRIVER);
    match other {
        None => reachable(name, testbed),
        Some(platform) => Err(Exit::usage(format!(
            "{name}: platform `{}` wants driver `{}`; what a service tells is played by the embedded lab alone (driver `{}`)",
            platform.id,
            platform.driver,
            lab::DRIVER
        ))),
    }
}

/// Where the driver that a testbed names is: the name of one that is shipped, or a file.
pub(crate) fn driver_place(name: &str) -> &Path {
    Path::new(name.strip_prefix(FILE).unwrap_or(name))
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

/// The same error, with the names that would do where a name may have been meant and not a file.
pub(crate) fn with_names(error: Exit, asked: &Path, (kind, known): (&str, Vec<&str>)) -> Exit {
    let may_be_name = asked.components().count() == 1 && !asked.exists();
    if let (Exit::Usage(error), true) = (&error, may_be_name) {
        return Exit::usage(format!("{error:#}; {kind}: {}", known.join(", ")));
    }
    error
}

/// What a settings file says; `name` is how people call it.
pub(crate) fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Exit> {
    toml::from_str(text).with_context(|| name.to_owned()).map_err(Exit::Usage)
}
