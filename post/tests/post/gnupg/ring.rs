//! GnuPG with keys of its own.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::{AUTUMN, SPRING};

/// A key ring of its own, at a time of its own.
pub(super) struct Ring(TempDir);

impl Drop for Ring {
    fn drop(&mut self) {
        let home = self.0.path();
        let _ = Command::new("gpgconf").arg("--homedir").arg(home).args(["--kill", "all"]).output();
    }
}

impl Ring {
    pub(super) fn new() -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::Builder::new()
            .permissions(std::fs::Permissions::from_mode(0o700))
            .tempdir()
            .unwrap();
        // Passphrases are made slow to guess; here nobody guesses.
        std::fs::write(home.path().join("gpg-agent.conf"), "s2k-count 65536\n").unwrap();
        Self(home)
    }

    pub(super) fn home(&self) -> &Path {
        self.0.path()
    }

    /// Runs gpg as if it were then.
    pub(super) fn try_gpg(&self, then: &str, arguments: &[&str], input: &[u8]) -> Output {
        let mut process = Command::new("gpg")
            .arg("--homedir")
            .arg(self.home())
            .args([
                "--batch",
                "--no-tty",
                "--yes",
                "--trust-model",
                "always",
                "--pinentry-mode",
                "loopback",
            ])
            .args(["--faked-system-time", then])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("gpg is needed: apt-get install gpg gpg-agent (lab/setup.sh does it)");
        process.stdin.take().unwrap().write_all(input).unwrap();
        process.wait_with_output().unwrap()
    }

    pub(super) fn gpg(&self, then: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let output = self.try_gpg(then, arguments, input);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }

    /// A key made by a recipe of GnuPG's, in the spring before the letter.
    pub(super) fn make(&self, recipe: &str) {
        self.make_at(SPRING, recipe);
    }

    /// The same, made then.
    pub(super) fn make_at(&self, then: &str, recipe: &str) {
        let recipe = format!(
            "%no-protection\n{recipe}\nName-Real: Reader\nName-Email: reader@example.org\n%commit\n"
        );
        self.gpg(then, &["--generate-key"], recipe.as_bytes());
    }

    pub(super) fn export(&self) -> Vec<u8> {
        self.gpg(AUTUMN, &["--armor", "--export"], b"")
    }

    pub(super) fn export_secret(&self) -> Vec<u8> {
        self.gpg(AUTUMN, &["--armor", "--export-secret-keys"], b"")
    }
}
