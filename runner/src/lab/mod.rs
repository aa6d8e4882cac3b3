//! The embedded lab: four stand-in platforms realised by QEMU, real guests, real conversions.
//!
//! Read in this order: what a platform and a guest are made of, how one VM is run, then the acts
//! that carry the seven steps out.

mod guest;
mod images;
mod profile;

mod console;
mod machine;
mod qmp;

mod acts;
mod export;
mod import;
mod layout;
mod offers;
mod ovf;
mod qemu_img;
mod seen;
mod source;
mod target_checks;
mod vm;

mod engine;
mod pins;
mod rehearsal;

pub use acts::{QemuLab, Sharing};
pub use engine::{Accel, Engine, Quarantine, probe};
pub use guest::{Recipe, SettingsProblem, check_settings};
pub use images::{Image, ImageFault, ImageKey, Images};
pub use pins::{discover, machine_name, missing_tool};
pub use profile::{DeclaredCapacity, Profile};
pub use rehearsal::{Rehearsed, rehearse};
