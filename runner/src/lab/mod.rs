//! The embedded lab: four stand-in platforms realised by QEMU, real guests, real conversions.
//!
//! Read in this order: what a platform and a guest are made of, how one VM is run, then the acts
//! that carry the seven steps out.

mod applications;
mod guest;
mod images;
mod profile;

pub(crate) mod console;
pub(crate) mod machine;
pub(crate) mod qmp;

pub(crate) mod acts;
pub(crate) mod again;
pub(crate) mod described;
pub(crate) mod export;
mod glimpsed;
mod import;
pub(crate) mod layout;
mod left;
mod offers;
pub(crate) mod ovf;
pub(crate) mod qemu_img;
pub(crate) mod seen;
pub(crate) mod source;
pub(crate) mod survey;
pub(crate) mod target_checks;
pub(crate) mod vm;

mod live;

mod engine;
mod pins;
pub(crate) mod rehearsal;

pub use acts::{QemuLab, Sharing};
pub use engine::{Accel, Engine, Quarantine, probe};
pub use guest::{DRIVER, Recipe, SettingsProblem, check_settings};
pub use images::{Image, ImageFault, ImageKey, Images};
pub use pins::{discover, machine_name, missing_tool};
pub use profile::{DeclaredCapacity, Profile};
pub use rehearsal::Rehearsed;
