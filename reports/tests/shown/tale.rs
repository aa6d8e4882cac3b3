//! What becomes of each trial of the small campaign.

use std::collections::BTreeMap;

use domain::observation::Value;
use domain::plan::Trial;
use domain::step::Step;

/// How a trial ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nobody got round to it.
    NotRun,
    /// A step could not be completed.
    Stops(Step, &'static str),
    /// The lab broke at a step.
    LabBreaks(Step),
    /// It runs at the target, with these facts changed.
    Arrives(BTreeMap<&'static str, Value>),
}

pub(crate) fn fate(trial: &Trial) -> Fate {
    let (source, target) = (trial.source.as_str(), trial.target.as_str());
    match trial.guest.as_str() {
        "portable" => portable(source, target, trial.route.as_str(), trial.repetition),
        _ => host_only(source, target),
    }
}

fn portable(source: &str, target: &str, route: &str, repetition: u32) -> Fate {
    match (source, target, route) {
        ("acme-like", "kvm", "canary-ovf") => changed([address("10.71.1.99/24"), memory(231_000)]),
        ("acme-like", "kvm", _) => unchanged(),
        ("acme-like", "xen-like", "canary-ovf") if repetition == 2 => Fate::LabBreaks(Step::Export),
        ("acme-like", "xen-like", "canary-ovf") => changed([address("10.71.4.15/24"), cpu()]),
        ("acme-like", "xen-like", _) => {
            changed([address(["10.71.4.20/24", "10.71.4.21/24"][repetition as usize - 1])])
        }
        ("xen-like", "acme-like", "canary-ovf") => unchanged(),
        ("xen-like", "acme-like", _) => {
            Fate::Stops(Step::Export, "canary-one: cannot read the header: Invalid argument")
        }
        ("xen-like", "kvm", "canary-other") => changed([clock()]),
        ("xen-like", "kvm", _) => changed([cpu()]),
        ("kvm", "acme-like", _) => changed([memory(236_000)]),
        ("kvm", _, "canary-ovf") => Fate::NotRun,
        ("kvm", _, _) => Fate::LabBreaks(Step::Import),
        _ => unchanged(),
    }
}

fn host_only(source: &str, target: &str) -> Fate {
    match (source, target) {
        ("acme-like", _) => Fate::Stops(Step::Restart, "no facts in 180 s"),
        ("xen-like", "acme-like") => changed([("canary.intact", Value::Flag(false))]),
        ("xen-like", _) => {
            changed([("firewall.rules", Value::List(vec!["<b>drop</b>".to_owned()])), clock()])
        }
        _ => Fate::NotRun,
    }
}

pub(crate) fn unchanged() -> Fate {
    Fate::Arrives(BTreeMap::new())
}

pub(crate) fn changed<const N: usize>(facts: [(&'static str, Value); N]) -> Fate {
    Fate::Arrives(facts.into_iter().collect())
}

pub(crate) fn address(address: &str) -> (&'static str, Value) {
    ("ip.v4", Value::List(vec![address.to_owned()]))
}

pub(crate) fn cpu() -> (&'static str, Value) {
    ("cpu.model", Value::Text("QEMU Virtual CPU".to_owned()))
}

pub(crate) fn memory(kib: i64) -> (&'static str, Value) {
    ("memory.total_kib", Value::Integer(kib))
}

pub(crate) fn clock() -> (&'static str, Value) {
    ("clock.source", Value::Text("hpet".to_owned()))
}
