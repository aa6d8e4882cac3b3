//! What the target says to a machine: facts of steps 4 and 5.

use std::collections::BTreeSet;

use super::{Facts, Machine, Nic, Target, Told, number};
use crate::observation::{Observation, Value};

/// Longest label of a host name (RFC 1123, section 2.1, by RFC 1035).
const LONGEST_LABEL: usize = 63;

/// What the target has of what a machine needs: counts, buses, models, networks, and its name.
#[must_use]
pub fn at_target(machine: &Machine, target: &Target) -> Vec<Observation> {
    let mut facts = Facts::default();
    facts.tell("disk.count_needed", machine.disks.map(|it| number(it.len() as u64)));
    facts.tell("disk.most", target.most_disks.map(|it| number(*it)));
    facts.tell("nic.count_needed", machine.nics.map(|it| number(it.len() as u64)));
    facts.tell("nic.most", target.most_nics.map(|it| number(*it)));
    let buses = machine.disks.with(&target.buses, |disks, offered| {
        missing(disks.iter().map(|it| it.bus.as_ref()), offered)
    });
    facts.tell("disk.bus_missing", buses);
    let models = machine.nics.with(&target.models, |nics, offered| {
        missing(nics.iter().map(|it| it.model.as_ref()), offered)
    });
    facts.tell("nic.model_missing", models);
    let unmapped = machine.nics.with(&target.networks, |nics, map| {
        let known = map.keys().cloned().collect();
        missing(nics.iter().map(network), &known)
    });
    facts.tell("nic.unmapped", unmapped);
    facts.tell("name.valid", Told::Is(Value::Flag(is_host_name(&machine.name))));
    facts.finish()
}

/// Whether the target keeps what the machine's firmware guards: secure boot and TPM. A machine that
/// uses neither needs neither.
#[must_use]
pub fn fits(machine: &Machine, target: &Target) -> Vec<Observation> {
    let mut facts = Facts::default();
    let offered = |uses: &Told<bool>, offers: &Told<bool>, why: &str| match uses {
        Told::Is(false) => Told::Is(Value::NotApplicable(why.to_owned())),
        Told::Is(true) => offers.map(|it| Value::Flag(*it)),
        Told::Unread => Told::Unread,
        Told::CannotBeAsked => Told::CannotBeAsked,
    };
    let secure = "the source VM does not use secure boot";
    facts.tell("secure_boot.offered", offered(&machine.secure_boot, &target.secure_boot, secure));
    let tpm = "the source VM has no TPM";
    facts.tell("tpm.offered", offered(&machine.tpm, &target.tpm, tpm));
    facts.finish()
}

/// Whether this is one label of a host name: 1 to 63 letters, digits and hyphens, with a hyphen at
/// neither end (RFC 1123, section 2.1).
#[must_use]
pub fn is_host_name(name: &str) -> bool {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
    (1..=LONGEST_LABEL).contains(&name.len())
        && name.bytes().all(is_plain)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

fn network(nic: &Nic) -> Option<&String> {
    nic.network.as_ref()
}

/// What is wanted and not offered, each once; not told when one of the wanted is not known.
fn missing<'a>(
    wanted: impl Iterator<Item = Option<&'a String>>,
    offered: &BTreeSet<String>,
) -> Told<Value> {
    let wanted: Option<BTreeSet<&String>> = wanted.collect();
    let lacks = |it: BTreeSet<&String>| {
        it.into_iter().filter(|it| !offered.contains(*it)).cloned().collect()
    };
    wanted.map(|it| Value::List(lacks(it))).into()
}
