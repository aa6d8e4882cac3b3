//! The canonical testbed: every field, every variant, defaults spelled out.

use std::collections::BTreeMap;

use domain::testbed::{
    Ask, Converter, ConverterStatus, Guest, Mode, Payload, Platform, Probe, Route, Slots, Testbed,
    Timeouts, Vendor,
};

use super::samples::chain;

pub(super) fn sample() -> Testbed {
    Testbed {
        name: "harbour".to_owned(),
        mode: Mode::Move,
        slots: Slots { cpu: 2, memory_mib: 1024 },
        timeouts: Timeouts { boot_s: 180, shutdown_s: 30, convert_s: 300 },
        vendors: vec![Vendor { id: "maker".parse().unwrap(), name: "Maker".to_owned() }],
        platforms: vec![platform("kvm-like", false), platform("xen-like", true)],
        guests: vec![guest()],
        converters: chain(ConverterStatus::Current, next_status)
            .into_iter()
            .map(converter)
            .collect(),
        routes: [Payload::Disk, Payload::Ovf].into_iter().map(route).collect(),
    }
}

/// The same with what only version 6 and later say.
pub(super) fn of_today() -> Testbed {
    let mut testbed = sample();
    testbed.mode = Mode::Copy;
    testbed.routes = chain(Payload::Disk, next_payload).into_iter().map(route).collect();
    let probe = |ask| Probe { id: "web".parse().unwrap(), ask };
    testbed.guests[0].probes = chain(Ask::Port(22), next_ask).into_iter().map(probe).collect();
    testbed
}

fn settings() -> BTreeMap<String, String> {
    BTreeMap::from([("machine".to_owned(), "q35".to_owned())])
}

fn platform(id: &str, stand_in: bool) -> Platform {
    Platform {
        id: id.parse().unwrap(),
        vendor: "maker".parse().unwrap(),
        product: "QEMU".to_owned(),
        console: "virt-manager".to_owned(),
        stand_in,
        driver: "qemu".to_owned(),
        settings: settings(),
    }
}

fn guest() -> Guest {
    Guest {
        id: "lean".parse().unwrap(),
        name: "Debian, small".to_owned(),
        architecture: "x86_64".to_owned(),
        firmware: "bios".to_owned(),
        memory_mib: 256,
        cpus: 1,
        settings: settings(),
        probes: Vec::new(),
    }
}

fn converter(status: ConverterStatus) -> Converter {
    Converter {
        id: "qemu-img".parse().unwrap(),
        vendor: "maker".parse().unwrap(),
        product: "qemu-img".to_owned(),
        status,
    }
}

fn route(through: Payload) -> Route {
    let converters = vec!["qemu-img".parse().unwrap()];
    Route { id: "ovf".parse().unwrap(), through, converters }
}

fn next_status(status: &ConverterStatus) -> Option<ConverterStatus> {
    match status {
        ConverterStatus::Current => Some(ConverterStatus::Retired),
        ConverterStatus::Retired => None,
    }
}

fn next_payload(payload: &Payload) -> Option<Payload> {
    match payload {
        Payload::Disk => Some(Payload::Ovf),
        Payload::Ovf => Some(Payload::Native),
        Payload::Native => Some(Payload::Memory),
        Payload::Memory => Some(Payload::Description),
        Payload::Description => None,
    }
}

fn next_ask(ask: &Ask) -> Option<Ask> {
    match ask {
        Ask::Port(_) => Some(Ask::Http { port: 80, path: "/".to_owned() }),
        Ask::Http { .. } => Some(Ask::Command(vec!["true".to_owned(), "x".to_owned()])),
        Ask::Command(_) => Some(Ask::FileHash("/etc/hosts".to_owned())),
        Ask::FileHash(_) => Some(Ask::Latency { port: 22, most_ms: 50 }),
        Ask::Latency { .. } => None,
    }
}
