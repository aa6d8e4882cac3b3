//! Whatever comes in: nothing panics, and what is written is read back.

use std::fs;

use package::descriptor::{self, Adapter, Firmware, Machine, OutDisk, Version};
use package::{Algorithm, Digest, check, manifest, vmdk};
use proptest::prelude::*;

use super::sample::{Entry, archive};

fn machines() -> impl Strategy<Value = Machine> {
    let name = "[a-zA-Z<>&\"' äöü.-]{0,20}[a-zA-Z]";
    let disk = ("[a-z]{1,9}\\.vmdk", any::<u64>(), 1..1_u64 << 50).prop_map(
        |(file, file_bytes, capacity_bytes)| OutDisk { file, file_bytes, capacity_bytes },
    );
    let adapter = (name, proptest::option::of("([0-9a-f]{2}:){5}[0-9a-f]{2}"))
        .prop_map(|(network, mac)| Adapter { network: network.trim().to_owned(), mac });
    let many = (proptest::collection::vec(disk, 0..20), proptest::collection::vec(adapter, 0..5));
    (name, 1..4096_u32, 1..1_u32 << 26, any::<bool>(), many).prop_map(
        |(name, cpus, memory_mib, efi, (disks, adapters))| Machine {
            name: name.trim().to_owned(),
            cpus,
            memory_mib,
            identifier: None,
            family: "vmx-10".to_owned(),
            os: (96, "words".to_owned()),
            firmware: if efi { Firmware::Efi } else { Firmware::Bios },
            disks,
            adapters,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn a_descriptor_says_what_it_was_written_for(machine in machines(), two in any::<bool>()) {
        let version = if two { Version::Two } else { Version::One };
        let bytes = descriptor::write(&machine, &version).unwrap();
        let reading = descriptor::read("vm.ovf", &bytes);
        prop_assert_eq!(reading.findings, vec![]);
        let said = reading.descriptor.unwrap();
        prop_assert_eq!(&said.version, &version);
        let system = &said.systems[0];
        prop_assert_eq!(system.name.as_deref(), Some(machine.name.as_str()));
        prop_assert_eq!(system.cpus(), Some(machine.cpus.into()));
        prop_assert_eq!(system.memory_bytes(), Some(u64::from(machine.memory_mib) << 20));
        prop_assert_eq!(system.firmware.is_some(), machine.firmware == Firmware::Efi);
        for (disk, out) in said.disks.iter().zip(&machine.disks) {
            prop_assert_eq!(disk.capacity_bytes, Some(out.capacity_bytes));
            let file = said.file_of(disk).unwrap();
            prop_assert_eq!((&file.href, &file.bytes), (&out.file, &Some(Ok(out.file_bytes))));
        }
        let nics = system.of_kind(descriptor::resource::ETHERNET);
        for (item, adapter) in nics.zip(&machine.adapters) {
            prop_assert_eq!((&item.address, &item.connections), (&adapter.mac, &vec![adapter.network.clone()]));
        }
    }

    #[test]
    fn a_manifest_says_what_it_was_written_for(names in proptest::collection::btree_set("[a-z()= .]{1,12}x", 1..9)) {
        let digests: Vec<Digest> =
            names.iter().map(|it| Digest::of(Algorithm::Sha1, it.as_bytes())).collect();
        let text = manifest::write(names.iter().map(String::as_str).zip(&digests));
        let read = manifest::read("vm.mf", text.as_bytes());
        prop_assert_eq!(read.findings, vec![]);
        let listed = read.listed.into_iter().map(|it| it.name);
        prop_assert_eq!(listed.collect::<Vec<_>>(), names.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn no_damage_of_a_descriptor_makes_its_reader_panic(machine in machines(), at in 0_usize..4000, with in "\\PC{0,4}") {
        let text = String::from_utf8(descriptor::write(&machine, &Version::One).unwrap()).unwrap();
        let at = (0..=at.min(text.len())).rev().find(|it| text.is_char_boundary(*it)).unwrap();
        let _ = descriptor::read("x", format!("{}{with}{}", &text[..at], &text[at..]).as_bytes());
        let _ = descriptor::read("x", &text.as_bytes()[..at]);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..3000), at in 0_usize..3000) {
        let _ = descriptor::read("x", &bytes);
        let _ = manifest::read("x", &bytes);
        let _ = vmdk::inspect(bytes.as_slice());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.ova");
        let mut whole = archive(&[Entry("vm.ovf", b'0', b"<Envelope/>", 11), Entry("d", b'x', b"12 path=abc\n", 12)]);
        let at = at.min(whole.len());
        whole.splice(at..(at + 8).min(whole.len()), bytes.iter().take(8).copied());
        fs::write(&path, whole).unwrap();
        check(&path, None).unwrap();
    }
}

#[test]
fn what_costs_more_than_its_size_is_refused_before_it_is_read() {
    let laughs: String = (1..10)
        .map(|it| format!("<!ENTITY l{it} \"{}\">", format!("&l{};", it - 1).repeat(10)))
        .collect();
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let wide = format!("<a {}/>", (0..100_000).map(|it| format!("a{it}='' ")).collect::<String>());
    let spaces = format!("<a>{}</a>", "<b xmlns='urn:b'/>".repeat(5_000));
    for (text, words) in [
        (format!("<!DOCTYPE x [<!ENTITY l0 \"ha\">{laughs}]><Envelope>&l9;</Envelope>"), "DTD"),
        (deep, "deep"),
        (wide, "attributes"),
        (spaces, "namespaces"),
        (format!("<a>{}</a>", "<b/>".repeat(300_000)), "elements"),
        (" ".repeat(5 << 20), "bytes"),
        ("<Envelope>&xxe;</Envelope>".to_owned(), "well-formed"),
        ("<a/>".to_owned(), "`Envelope`"),
    ] {
        let reading = descriptor::read("vm.ovf", text.as_bytes());
        let told = &reading.findings[0].words;
        assert!(reading.descriptor.is_none() && told.contains(words), "{words}: {told}");
    }
}
