//! Policies by name: those that are shipped, and files that may build on them or on each other.

use std::path::Path;

use anyhow::Context as _;
use domain::policy::{Base, Policy, PolicyFile, meant, near};

use crate::exit::Exit;
use crate::settings::{LARGEST, parse, read, with_names};

/// Policies that need no file, the default one first.
const SHIPPED: [(&str, &str); 5] = [
    ("default", include_str!("../../domain/policy/default.toml")),
    ("bronze", include_str!("../../domain/policy/bronze.toml")),
    ("silver", include_str!("../../domain/policy/silver.toml")),
    ("gold", include_str!("../../domain/policy/gold.toml")),
    ("platinum", include_str!("../../domain/policy/platinum.toml")),
];

/// Earlier versions, kept so that what was judged by them can be judged by them again: a receipt or a
/// link that names one means the same for ever.
const FORMER: [(&str, &str); 5] = [
    ("default-1", include_str!("../../domain/policy/1/default.toml")),
    ("bronze-1", include_str!("../../domain/policy/1/bronze.toml")),
    ("silver-1", include_str!("../../domain/policy/1/silver.toml")),
    ("gold-1", include_str!("../../domain/policy/1/gold.toml")),
    ("platinum-1", include_str!("../../domain/policy/1/platinum.toml")),
];

/// A policy that was asked for.
#[derive(Debug)]
pub(crate) struct Found {
    /// Its file, as a person wrote it.
    pub(crate) text: String,
    /// What its file builds on, as it names it.
    pub(crate) extends: Option<Base>,
    /// The policy, whole.
    pub(crate) policy: Policy,
    /// What it builds on, whole.
    pub(crate) base: Option<Policy>,
}

/// The names of the policies that are shipped.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// Every policy that is shipped, whole, the newest version of each first.
pub(crate) fn shipped_policies() -> Result<Vec<Policy>, Exit> {
    let names = every().map(|(name, _)| name);
    names.map(|name| Ok(find(Path::new(name))?.policy)).collect()
}

fn every() -> impl Iterator<Item = (&'static str, &'static str)> {
    SHIPPED.into_iter().chain(FORMER)
}

/// The policy that is shipped under this name, or the one in this file.
///
/// A file that calls itself like a shipped policy but says something else is refused: its scores could
/// not be told from those of the shipped one.
pub(crate) fn find(asked: &Path) -> Result<Found, Exit> {
    let name = asked.to_string_lossy();
    if let Some(text) = shipped(&name) {
        return resolved(&name, text.to_owned(), Some(Base::Shipped(name.to_string())), None);
    }
    let known = || ("shipped policies", names().collect());
    let text = read("policy", asked, LARGEST);
    let text = text.map_err(|error| with_names(error, asked, known()))?;
    let own = asked.file_name().and_then(|it| Base::try_from(format!("./{}", it.to_str()?)).ok());
    let found = resolved(&name, text, own, Some(asked))?;
    for (shipped, text) in every() {
        let theirs = resolved(shipped, text.to_owned(), None, None)?.policy;
        if found.policy.label() == theirs.label() && found.policy.digest() != theirs.digest() {
            return Err(Exit::usage(format!(
                "{name} calls itself like the {shipped} policy but says something else: give it a \
                 name of its own"
            )));
        }
    }
    Ok(found)
}

fn shipped(name: &str) -> Option<&'static str> {
    every().find(|(known, _)| *known == name).map(|(_, text)| text)
}

/// What a file comes to. `beside` is its path: files that it builds on lie there.
fn resolved(
    name: &str,
    text: String,
    own: Option<Base>,
    beside: Option<&Path>,
) -> Result<Found, Exit> {
    let file: PolicyFile = parse(name, &text)?;
    let extends = file.extends.clone();
    let resolved = file.resolve(name, own, |base| match (base, beside) {
        (Base::Shipped(name), _) => match shipped(name) {
            Some(text) => parse(name, text),
            None => Err(stranger(name)),
        },
        (Base::File(_), None) => Err(Exit::usage(format!("{name} builds on {base}, a file"))),
        (Base::File(file), Some(path)) => neighbour(path, file),
    })?;
    Ok(Found { text, extends, policy: resolved.policy, base: resolved.base })
}

/// The policy file of this name in the folder of another. A link may lead to it, but not elsewhere.
fn neighbour(path: &Path, name: &str) -> Result<PolicyFile, Exit> {
    let what = || format!("cannot read policy {name}, on which {} builds", path.display());
    let real = path.canonicalize().with_context(what).map_err(Exit::Usage)?;
    let folder = real.parent().unwrap_or(Path::new("/"));
    let base = folder.join(name).canonicalize().with_context(what).map_err(Exit::Usage)?;
    if base.parent() != Some(folder) {
        let words = "it is a link that leaves its folder";
        return Err(Exit::usage(format!("{}: {words}", what())));
    }
    parse(name, &read("policy", &base, LARGEST)?)
}

fn stranger(name: &str) -> Exit {
    let near = near(name, names());
    let known: Vec<&str> = names().collect();
    let known = known.join(", ");
    Exit::usage(format!(
        "no policy `{name}` is shipped{}; shipped: {known}; a file is named with its ending, or as \
         ./{name}",
        meant(&near)
    ))
}
