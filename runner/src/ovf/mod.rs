//! OVF packages (DMTF DSP0243 1.1): descriptor, manifest and what they must agree on.

mod descriptor;
mod manifest;
mod reader;

pub use descriptor::{Hardware, write_descriptor};
pub use manifest::{ManifestProblem, check_manifest, write_manifest};
pub use reader::{Envelope, OvfProblem, read_envelope};
