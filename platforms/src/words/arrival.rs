//! What leaves a platform, and what comes to one.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How a machine is to be written out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportPlan {
    /// One of the platform's `formats_out`.
    pub format: String,
    /// The folder it goes to; there already, and empty.
    pub folder: PathBuf,
}

/// What is to become a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// What the new machine is called.
    pub name: String,
    /// One of the platform's `formats_in`.
    pub format: String,
    /// The file: a package, a descriptor, a definition or a disk.
    pub file: PathBuf,
}
