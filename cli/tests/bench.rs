//! A folder for a test with a store in it, and calls of the program there; binaries of tests that
//! need a store have this file as a module.

use std::path::PathBuf;

use store::{Blobs, DiskLog, NewKey, Settings};

use crate::called::Called;

/// The name of the log.
pub(crate) const ORIGIN: &str = "example.com/lab";

impl Called {
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "out: {}\nerr: {}", self.out, self.err);
        self
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

/// A folder for a test, with a store in it and room for files beside it.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// Without a store.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    pub(crate) fn log(&self) -> DiskLog {
        DiskLog::open(&self.store(), &settings()).unwrap()
    }

    pub(crate) fn blobs(&self) -> Blobs {
        Blobs::local(&self.store().join("evidence")).unwrap()
    }

    /// A file beside the store.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.file(name)).unwrap()
    }

    /// Calls with a command line of words; files are named as they stand in the folder.
    pub(crate) fn call(&self, line: &str) -> Called {
        self.call_with(&line.split(' ').collect::<Vec<_>>(), b"")
    }

    pub(crate) fn call_with(&self, words: &[&str], input: &[u8]) -> Called {
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_portolan"))
            .args(words)
            .current_dir(self.folder.path())
            .env("PORTOLAN_STORE", "store")
            .env_remove("PORTOLAN_EVIDENCE")
            .env("USER", "ada")
            .write_stdin(input)
            .output();
        output.unwrap().into()
    }

    /// Calls and expects a refusal with these words.
    #[track_caller]
    pub(crate) fn refused(&self, line: &str, code: i32, words: &str) {
        let called = self.call(line).expect_code(code);
        assert!(called.err.contains(words), "{line}: expected {words:?} in {:?}", called.err);
        assert!(!called.err.contains("panicked"), "{}", called.err);
    }
}

/// Segments so small that a few hundred events fill several.
fn settings() -> Settings {
    let new_key = Some(NewKey { origin: ORIGIN.to_owned(), seed: [7; 32] });
    Settings { segment_bytes: 64 * 1024, new_key, ..Settings::default() }
}
