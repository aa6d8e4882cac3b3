//! A folder with a store in it, and calls from there.

use std::path::{Path, PathBuf};

use reports::bundle::Bundle;

use crate::{fixture, sample};

pub(crate) struct Called {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Called {
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "out: {}\nerr: {}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// With the sample store and the policy that its campaign was made for.
    pub(crate) fn new() -> Self {
        let bench = Self::empty();
        sample::make(&bench.store(), fixture::events()).unwrap();
        bench
    }

    /// Without a store.
    pub(crate) fn empty() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        let policy = include_str!("../../../reports/tests/shown/policy.toml");
        std::fs::write(bench.path("policy.toml"), policy).unwrap();
        bench
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.path("store")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn read_bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// The bundle that `export` makes with these words.
    #[track_caller]
    pub(crate) fn bundle(&self, rest: &str) -> Bundle {
        self.export(&format!("bundle --out bundle.zip{rest}"));
        Bundle::unzip(&self.read_bytes("bundle.zip")).unwrap()
    }

    pub(crate) fn read(&self, name: impl AsRef<Path>) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// Calls with a command line of words.
    pub(crate) fn call(&self, line: &str) -> Called {
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_portolan"))
            .args(line.split(' '))
            .current_dir(self.folder.path())
            .env("PORTOLAN_STORE", "store")
            .env_remove("PORTOLAN_EVIDENCE")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Called {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// What `export` prints, judged by the campaign's own policy.
    #[track_caller]
    pub(crate) fn export(&self, rest: &str) -> String {
        let called = self.call(&format!("export --policy policy.toml --format {rest}"));
        assert!(called.err.is_empty(), "{}", called.err);
        called.expect_code(0).out
    }

    #[track_caller]
    pub(crate) fn refused(&self, line: &str, code: i32, words: &str) {
        let called = self.call(line).expect_code(code);
        assert!(called.err.contains(words), "{line}: expected {words:?} in {:?}", called.err);
        assert!(called.out.is_empty(), "{line}: {}", called.out);
    }
}
