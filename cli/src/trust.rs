//! Public keys that a person names: each as it is, or in a file.

use std::path::Path;

use ledger::Verifier;

use crate::args::Trust;
use crate::exit::Exit;
use crate::settings;

/// How a secret key begins. Nothing of it may be repeated.
const SECRET: &str = "PRIVATE+KEY+";

/// The keys that were named. Files have one a line; empty lines and those with `#` are passed over.
pub(crate) fn keys(trust: &Trust) -> Result<Vec<Verifier>, Exit> {
    let mut keys = Vec::new();
    for named in &trust.keys {
        if named.starts_with(SECRET) {
            return Err(secret("--key"));
        }
        // No file is called like a key: that has two `+` at least.
        if named.matches('+').count() >= 2 && !Path::new(named).exists() {
            keys.push(named.parse().map_err(|error| Exit::usage(format!("--key: {error}")))?);
            continue;
        }
        let before = keys.len();
        let text = settings::read("key file", Path::new(named), settings::LARGEST)?;
        for (number, line) in (1..).zip(text.lines().map(str::trim)) {
            if line.starts_with(SECRET) {
                return Err(secret(named));
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = line.parse();
            keys.push(
                key.map_err(|error| Exit::usage(format!("{named}, line {number}: {error}")))?,
            );
        }
        if keys.len() == before {
            return Err(Exit::usage(format!("{named} holds no key")));
        }
    }
    Ok(keys)
}

fn secret(place: &str) -> Exit {
    Exit::usage(format!(
        "{place} names a SECRET key: it signs, and nobody else may have it. Name the public one, \
         which `portolan log stat` shows"
    ))
}
