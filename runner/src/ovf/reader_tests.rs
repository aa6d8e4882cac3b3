//! What our own writer writes is read back; what others could send is refused in words.

use super::super::descriptor::{Hardware, write_descriptor};
use super::*;

fn hardware() -> Hardware {
    Hardware {
        name: "server <&\"".to_owned(),
        cpus: 2,
        memory_mib: 256,
        mac: "52:54:00:aa:bb:cc".to_owned(),
        uuid: "00000000-0000-8000-8000-000000000001".to_owned(),
        disk_file: "server-disk1.vmdk".to_owned(),
        disk_file_bytes: 1234,
        capacity_bytes: 100_663_296,
    }
}

fn written() -> String {
    String::from_utf8(write_descriptor(&hardware()).unwrap()).unwrap()
}

#[test]
fn what_is_written_is_read_back() {
    let envelope = parse(&written()).unwrap();
    assert_eq!((envelope.cpus, envelope.memory_mib), (2, 256));
    assert_eq!(envelope.mac.as_deref(), Some("52:54:00:aa:bb:cc"));
    assert_eq!(envelope.uuid, Some(hardware().uuid));
    assert_eq!(envelope.disk_file, "server-disk1.vmdk");
    assert_eq!(envelope.disk_file_bytes, Some(1234));
    assert_eq!(envelope.capacity_bytes, 100_663_296);
    assert!(envelope.network_linked);
}

#[test]
fn what_cannot_be_imported_is_refused_in_words() {
    let cases = [
        ("server-disk1.vmdk", "../../etc/passwd", "leads out of the package"),
        ("/disk/disk1", "/disk/disk2", "a disk Item that names its Disk"),
        ("ovf:fileRef=\"file1\"", "ovf:fileRef=\"file2\"", "the File its Disk refers to"),
        ("byte * 2^20", "byte * 2^200", "an allocation unit"),
        ("<rasd:VirtualQuantity>256<", "<rasd:VirtualQuantity>-1<", "the memory size"),
        ("#streamOptimized", "#sparse", "streamOptimized"),
        ("ovf:capacity=\"100663296\"", "ovf:capacity=\"0\"", "the disk's capacity"),
        ("envelope/1\" xmlns:ovf", "envelope/2\" xmlns:ovf", "not an OVF 1.x Envelope"),
        ("</Envelope>", "", "not well-formed"),
    ];
    for (right, wrong, words) in cases {
        let text = written();
        assert!(text.contains(right), "{right} in {text}");
        let refusal = parse(&text.replacen(right, wrong, 1)).unwrap_err().to_string();
        assert!(refusal.contains(words), "expected {words:?} in {refusal:?}");
    }
}

#[test]
fn entities_do_not_expand() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\
                <Envelope>&b;</Envelope>";
    assert!(matches!(parse(bomb), Err(OvfProblem::NotWellFormed(_))));
}

proptest::proptest! {
    #[test]
    fn no_damage_makes_the_reader_panic(at in 0_usize..3000, with in "\\PC{0,4}") {
        let text: String = written();
        let at = at.min(text.len());
        let _ = parse(&format!("{}{with}{}", &text[..at], &text[at..]));
        let _ = parse(&text[..at]);
    }
}
