//! A really full disk: a small file system of its own, in namespaces of its own.

use std::path::Path;
use std::process::{Command, Output};

use crate::check;
use crate::images::scratch;
use crate::script::Ack;
use crate::session::appender;

/// Appends until the disk is full, starts again on the full disk, and hands out what is there.
fn fill(kib: u32, out: &Path) -> Output {
    let disk = tempfile::tempdir().unwrap();
    let store = disk.path().join("store");
    let line = |words: &[&str]| {
        let command = appender(&store, words);
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words.map(|it| format!("'{}'", it.display())).collect::<Vec<_>>().join(" ")
    };
    let forever = line(&["decisions=0", "writers=2", "segment=65536", "checkpoint=50"]);
    let again = line(&["decisions=0", "segment=65536"]);
    let (disk, out) = (disk.path().display(), out.display());
    let script = format!(
        "mount -t tmpfs -o size={kib}k tmpfs '{disk}' || exit 99; {forever}; echo end $? >&2; \
         {again}; echo end $? >&2; cp -r '{disk}/store' '{out}/store'"
    );
    let mut shell = Command::new("unshare");
    shell.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]).output().unwrap()
}

#[test]
fn a_full_disk_stops_the_log_with_an_error_and_loses_nothing() {
    for kib in [200, 700, 1500, 2500, 4000] {
        let out = scratch();
        let output = fill(kib, out.path());
        let err = String::from_utf8_lossy(&output.stderr);
        let said = String::from_utf8_lossy(&output.stdout);
        let acks: Vec<Ack> = said.lines().map(|line| line.parse().unwrap()).collect();
        println!("{kib} KiB: {} acknowledgements", acks.len());
        assert!(!err.contains("panicked"), "{kib} KiB: {err}");
        assert_eq!(err.matches("end 1").count(), 2, "{kib} KiB: {err}");
        assert!(err.contains("No space left"), "{kib} KiB: {err}");
        check::store(&out.path().join("store"), &acks).unwrap();
    }
}
