//! How a machine is described around a bare disk: a text with places for values, each escaped for where it stands.

use std::path::PathBuf;

use serde::Deserialize;

use super::platform::CommandPlatform;
use super::template::{Piece, Template};
use crate::words::{Fault, FaultClass, Firmware};

/// Values that a definition may use beside those of its file.
pub(super) const VALUES: [&str; 8] =
    ["name", "uuid", "mac", "cpus", "memory_mib", "disk", "disk_format", "console"];

/// How a definition is written, and so how its values are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Written {
    /// As XML.
    Xml,
}

/// A machine described around a disk.
#[derive(Debug)]
pub struct Definition {
    /// What `import` takes it as.
    pub format: String,
    /// Formats of disks that it can stand around, the platform's own first.
    pub disks: Vec<String>,
    /// The firmware that it gives.
    pub firmware: Firmware,
    /// The network that its adapter is on; none when it is on no named one.
    pub network: Option<String>,
    /// Linux's driver for its disk.
    pub storage_driver: Option<String>,
    /// Linux's driver for its adapter.
    pub network_driver: Option<String>,
    /// How it is written.
    pub written: Written,
    pub(super) text: Template,
}

/// What a machine is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hardware {
    /// Its name.
    pub name: String,
    /// Its UUID.
    pub uuid: String,
    /// The MAC address of its adapter.
    pub mac: String,
    /// Virtual processors.
    pub cpus: u32,
    /// Memory, in MiB.
    pub memory_mib: u32,
    /// Its disk; in place before it is started.
    pub disk: PathBuf,
    /// The disk's format.
    pub disk_format: String,
    /// The file that its serial console is to be written to.
    pub console: PathBuf,
}

impl CommandPlatform {
    /// How machines are described here, if the driver says it.
    #[must_use]
    pub fn definition(&self) -> Option<&Definition> {
        self.driver.definition.as_ref()
    }

    /// Describes a machine: the text that `import` takes.
    ///
    /// # Errors
    /// `Unsupported` when the driver describes none, or when a value cannot be written.
    pub fn define(&self, hardware: &Hardware) -> Result<String, Fault> {
        let unsupported = |words: String| Fault::new(FaultClass::Unsupported, words);
        let definition = self.definition().ok_or_else(|| {
            unsupported(format!("the driver `{}` cannot describe a machine", self.driver.id))
        })?;
        let own = [
            hardware.name.clone(),
            hardware.uuid.clone(),
            hardware.mac.clone(),
            hardware.cpus.to_string(),
            hardware.memory_mib.to_string(),
            hardware.disk.to_string_lossy().into_owned(),
            hardware.disk_format.clone(),
            hardware.console.to_string_lossy().into_owned(),
        ];
        let mut values = self.values.clone();
        for (name, value) in VALUES.into_iter().zip(&own) {
            values = values.with(name, value);
        }
        let mut text = String::new();
        for piece in &definition.text.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Value(name, quoting) => {
                    let value = values.get(name)?.0;
                    if value.contains(char::is_control) {
                        return Err(unsupported(format!("`{name}` has control characters")));
                    }
                    match definition.written {
                        Written::Xml => text.push_str(&xml(&quoting.quoted(value))),
                    }
                }
            }
        }
        Ok(text)
    }
}

/// A text as it may stand in an element or an attribute.
fn xml(text: &str) -> String {
    let escaped = |it: char| match it {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&apos;".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(escaped).collect()
}
