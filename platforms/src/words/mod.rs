//! What is said of platforms and virtual machines, whoever makes them.

mod arrival;
mod capability;
mod fault;
mod finding;
mod job;
mod machine;
mod power;
mod resources;

pub use arrival::{Arrival, ExportPlan};
pub use capability::{Capability, CapabilitySet, Twice};
pub(crate) use fault::beginning;
pub use fault::{Fault, FaultClass, MOST_RAW};
pub use finding::{Finding, Severity};
pub use job::{Job, JobState, Undone};
pub use machine::{DiskSpec, Firmware, NicSpec, PlatformFacts, VmRef, VmSpec};
pub use power::{PowerOp, PowerState};
pub use resources::{Requirement, ResourceReport, Shortage, Storage};
