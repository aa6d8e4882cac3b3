//! The canonical testbed: every field, every variant, defaults spelled out.

use std::collections::BTreeMap;

use domain::testbed::{
    Converter, ConverterStatus, Guest, Package, Platform, Route, Slots, Testbed, Timeouts, Vendor,
};

use super::samples::chain;

pub(super) fn sample() -> Testbed {
    Testbed {
        name: "harbour".to_owned(),
        slots: Slots { cpu: 2, memory_mib: 1024 },
        timeouts: Timeouts { boot_s: 180, shutdown_s: 30, convert_s: 300 },
        vendors: vec![Vendor { id: "maker".parse().unwrap(), name: "Maker".to_owned() }],
        platforms: vec![platform("kvm-like", false), platform("xen-like", true)],
        guests: vec![guest()],
        converters: chain(ConverterStatus::Current, next_status)
            .into_iter()
            .map(converter)
            .collect(),
        routes: chain(Package::Disk, next_package).into_iter().map(route).collect(),
    }
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

fn route(through: Package) -> Route {
    let converters = vec!["qemu-img".parse().unwrap()];
    Route { id: "ovf".parse().unwrap(), through, converters }
}

fn next_status(status: &ConverterStatus) -> Option<ConverterStatus> {
    match status {
        ConverterStatus::Current => Some(ConverterStatus::Retired),
        ConverterStatus::Retired => None,
    }
}

fn next_package(package: &Package) -> Option<Package> {
    match package {
        Package::Disk => Some(Package::Ovf),
        Package::Ovf => None,
    }
}
