//! Keys by GnuPG: for contacts, good ones and ended ones.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::desk::Desk;

/// A key ring in a folder of its own beside the store.
pub(crate) struct Ring(std::path::PathBuf);

impl Ring {
    pub(crate) fn new(desk: &Desk, name: &str) -> Self {
        let home = desk.path(name);
        std::fs::create_dir(&home).unwrap();
        std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700)).unwrap();
        Self(home)
    }

    /// A certificate for this address.
    pub(crate) fn certificate(desk: &Desk, address: &str) -> Vec<u8> {
        let ring = Self::new(desk, &format!("good-{address}"));
        ring.gpg(&["--quick-generate-key", address, "default", "default"], b"");
        ring.export()
    }

    /// One that ended long ago.
    pub(crate) fn ended(desk: &Desk, address: &str) -> Vec<u8> {
        let ring = Self::new(desk, &format!("ended-{address}"));
        let then = ["--faked-system-time", "20200101T000000!"];
        let make = ["--quick-generate-key", address, "default", "default", "30d"];
        ring.gpg(&[&then[..], &make].concat(), b"");
        ring.export()
    }

    pub(crate) fn export(&self) -> Vec<u8> {
        self.gpg(&["--armor", "--export"], b"")
    }

    pub(crate) fn gpg(&self, words: &[&str], input: &[u8]) -> Vec<u8> {
        let mut gpg = Command::new("gpg");
        gpg.arg("--homedir").arg(&self.0).args(["--batch", "--no-tty", "--yes"]);
        gpg.args(["--trust-model", "always", "--pinentry-mode", "loopback", "--passphrase", ""]);
        let gpg = gpg.args(words).stdin(Stdio::piped());
        let gpg = gpg.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = gpg.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        let _ =
            Command::new("gpgconf").arg("--homedir").arg(&self.0).args(["--kill", "all"]).output();
    }
}
