//! Policies and gates through the front door, over a small store made without VMs.

mod campaign;
mod comparing;
mod files;
mod gates;
mod hostile;
mod shipped;

use std::path::PathBuf;

use crate::Called;

/// A folder with a store in it, and room for policies beside it.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// With two campaigns in the store.
    fn with_history() -> Self {
        let bench = Self::new();
        let log = crate::log(&bench.path("store"));
        campaign::record(&log, "c-1", &["server", "lean"]);
        campaign::record(&log, "c-2", &["server"]);
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Calls with a command line of words; files are named as they stand in the folder.
    fn call(&self, line: &str) -> Called {
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_portolan"))
            .args(line.split(' '))
            .current_dir(self.folder.path())
            .env("PORTOLAN_STORE", "store")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let code = output.status.code().unwrap_or(-1);
        Called { code, out: text(output.stdout), err: text(output.stderr) }
    }

    /// Calls and expects this exit code.
    #[track_caller]
    fn told(&self, line: &str, code: i32) -> Called {
        let called = self.call(line);
        assert_eq!(called.code, code, "{line}\nout: {}\nerr: {}", called.out, called.err);
        called
    }

    #[track_caller]
    fn json(&self, line: &str) -> serde_json::Value {
        serde_json::from_str(&self.told(line, 0).out).unwrap()
    }

    /// Calls and expects a refusal with these words.
    #[track_caller]
    fn refused(&self, line: &str, words: &str) {
        let called = self.told(line, 2);
        assert!(called.err.contains(words), "{line}: expected {words:?} in {:?}", called.err);
        assert!(!called.err.contains("panicked"), "{}", called.err);
    }
}

/// A policy file that builds on another.
fn extending(base: &str, more: &str) -> String {
    format!("name = \"mine\"\nversion = \"1\"\nextends = \"{base}\"\n{more}")
}

/// A rule of step 7.
fn rule(id: &str, title: &str) -> String {
    format!(
        "[[rule]]\nid = \"{id}\"\nstep = 7\ntitle = \"{title}\"\notherwise = \"FAILURE\"\n\
         compare = {{ holds = {{ fact = \"boot.reached\" }} }}\n"
    )
}
