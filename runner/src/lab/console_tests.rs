//! The console is a door: whatever comes through it, facts are read whole or not at all.

use super::*;

/// A block as the lab's guests print it.
const FACTS: &str = r#"{"schema":1,"boot_id":"b","machine_id":"m","hostname":"h","kernel":"6.1","uptime_ms":1,"epoch_s":1,"timezone":"UTC","clocksource":"tsc","firmware":"bios","cpu":{"vendor":"v","model":"m","mhz":1,"count":1,"flags":[]},"memory_kib":1,"nics":[],"unbound_pci":[],"address_mode":"dhcp","dhcp":"no-nic","routes":[],"gateway":"","gateway_reachable":false,"dns":[],"dns_search":[],"firewall":[],"disks":[],"mounts":[],"root_rw":true,"canary_sha256":"x","canary_expected":"x","dmi":{"vendor":"","product":"","uuid":"","serial":""},"boot_drivers":[],"drivers":[],"hypervisor":"","boots":1,"log_errors":[]}"#;

fn frame(body: &str) -> String {
    let sha256 = Sha256Digest::of(body.as_bytes());
    format!("{FRAME}bytes={} sha256={sha256}>>>\r\n{body}\r\n<<<PORTOLAN END>>>\r\n", body.len())
}

fn console(text: &str) -> Console {
    Console { path: PathBuf::new(), text: text.to_owned(), read: 0 }
}

#[test]
fn facts_are_read_between_other_lines() {
    let text = format!("[ 0.1] boot\n{}<<<PORTOLAN TICK uptime_ms=12>>>\n", frame(FACTS));
    let console = console(&text);
    assert_eq!(console.facts().unwrap().hostname, "h");
    assert_eq!(console.last_tick(), Some(12));
    assert!(!console.damaged_facts());
}

#[test]
fn a_damaged_first_copy_gives_way_to_the_second() {
    let damaged = frame(FACTS).replacen("\"h\"", "\"H\"", 1);
    assert!(!console(&damaged).damaged_facts(), "the second copy may still come");
    assert!(console(&damaged.repeat(2)).damaged_facts());
    assert_eq!(console(&(damaged + &frame(FACTS))).facts().unwrap().hostname, "h");
}

fn replies(body: &str) -> String {
    let sha256 = Sha256Digest::of(body.as_bytes());
    format!("{APPS}bytes={} sha256={sha256}>>>\r\n{body}\r\n{APPS_END}\r\n", body.len())
}

#[test]
fn replies_stand_beside_facts_and_neither_is_taken_for_the_other() {
    let body = r#"{"schema":1,"replies":[]}"#;
    let both = format!("{}{}{}", replies(body), replies(body), frame(FACTS));
    assert_eq!(console(&both).replies().unwrap().replies, []);
    assert!(console(&both).facts().is_some() && !console(&both).damaged_facts());
    assert!(
        !console(&replies(body).repeat(4)).damaged_facts(),
        "replies are no facts that were lost"
    );
    for text in [
        frame(body),
        replies(&body.replace('1', "2")),
        replies(FACTS),
        replies("{}"),
        replies(body).replacen("schema", "SCHEMA", 1),
        replies(body).replace(APPS_END, END),
    ] {
        assert_eq!(console(&text).replies(), None, "{text}");
    }
}

#[test]
fn hostile_frames_are_no_facts() {
    let huge = format!("{FRAME}bytes=18446744073709551616 sha256=00>>>\n{{}}\n");
    for text in [
        "",
        FRAME,
        "<<<PORTOLAN FACTS 1 bytes=-1 sha256=zz>>>\n{}\n<<<PORTOLAN END>>>",
        &huge,
        &frame("{}"),
        &frame("[1,2,3]"),
        &frame(&"[".repeat(100_000)),
        &frame(&FACTS.replace("\"schema\":1", "\"schema\":2")),
        &frame(FACTS)[..200],
    ] {
        assert_eq!(console(text).facts(), None, "{}", &text[..text.len().min(80)]);
    }
}

#[test]
fn the_tail_has_no_control_characters_and_is_bounded() {
    let text = format!("\x1b[31mred\n{}\n", "x".repeat(1000));
    let tail = console(&text).tail();
    assert_eq!(tail[0], "[31mred");
    assert_eq!(tail[1].len(), 240);
}

#[test]
fn a_flooded_console_is_noticed_and_its_evidence_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("serial");
    std::fs::write(&path, vec![b'x'; usize::try_from(MOST_BYTES).unwrap() + 10]).unwrap();
    let mut console = Console::new(&path);
    assert!(!console.refresh());
    assert!(console.evidence().len() < MOST_EVIDENCE + 100);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(<<<PORTOLAN (FACTS 1 bytes=|TICK uptime_ms=|END>>>)|[0-9]{1,3}|\\PC|\n){0,60}") {
        let console = console(&text);
        let _ = (console.facts(), console.replies(), console.last_tick(), console.tail(), console.evidence());
    }
}
