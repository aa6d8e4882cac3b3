//! In which form a machine or its disk stands between two tools.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A disk format, as qemu-img names it, or a kind of package, as drivers name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Form(String);

/// A text that names no form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no form: use at most 32 lower-case letters, digits and `-`, such as `qcow2`")]
pub struct NoForm(String);

impl Form {
    /// The folder of an OVF package.
    pub const OVF: &'static str = "ovf";
    /// An OVF package in one file.
    pub const OVA: &'static str = "ova";
    /// A disk byte by byte.
    pub const RAW: &'static str = "raw";

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a description of the machine travels with the disk.
    #[must_use]
    pub fn is_package(&self) -> bool {
        [Self::OVF, Self::OVA].contains(&self.as_str())
    }

    /// Whether two tools may hand it to each other: a package, or a disk that every tool reads.
    #[must_use]
    pub fn is_between(&self) -> bool {
        self.is_package() || self.as_str() == Self::RAW
    }
}

impl FromStr for Form {
    type Err = NoForm;

    fn from_str(text: &str) -> Result<Self, NoForm> {
        let fits = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        let is_one = text.len() <= 32 && !text.starts_with('-') && text.chars().all(fits);
        if is_one && !text.is_empty() {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoForm(text.chars().take(40).collect()))
        }
    }
}

impl TryFrom<String> for Form {
    type Error = NoForm;

    fn try_from(text: String) -> Result<Self, NoForm> {
        text.parse()
    }
}

impl From<Form> for String {
    fn from(form: Form) -> Self {
        form.0
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
