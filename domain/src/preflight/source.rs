//! What the source says: facts of step 1.

use super::{Disk, Facts, Machine, PassedThrough, Told, number};
use crate::observation::{Observation, Value};

/// What the source's platform says of a machine: its state, shared disks and what is passed through
/// (conditions as Forklift's `concerns` know them).
#[must_use]
pub fn at_source(machine: &Machine) -> Vec<Observation> {
    let mut facts = Facts::default();
    facts.tell("vm.state_normal", machine.is_normal.map(|it| Value::Flag(*it)));
    facts.tell("disk.shared", machine.disks.and_then(|it| shared(it)));
    facts.tell("vm.passthrough", machine.passed_through.map(|it| named(it, false)));
    facts.tell("vm.passthrough_light", machine.passed_through.map(|it| named(it, true)));
    facts.finish()
}

/// How many disks are shared; of one that is not known it is not known of how many.
fn shared(disks: &[Disk]) -> Told<Value> {
    let known: Option<Vec<bool>> = disks.iter().map(|it| it.shared).collect();
    let count = known.map(|it| it.iter().filter(|it| **it).count());
    count.map(|it| number(it as u64)).into()
}

fn named(devices: &[PassedThrough], light: bool) -> Value {
    let names = devices.iter().filter(|it| it.is_light == light).map(|it| it.name.clone());
    Value::List(names.collect())
}
