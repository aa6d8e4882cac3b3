//! A mail server that shares no code with us (aiosmtpd), as lab/post has it: addresses choose its
//! faults.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;
use tempfile::TempDir;

/// The server, until it is dropped.
pub(crate) struct Relay {
    process: Child,
    /// What it took, each as soon as it was taken.
    pub(crate) taken: Receiver<Value>,
    /// The phases in which it holds its answer back.
    pub(crate) held: Receiver<String>,
    pub(crate) port: u16,
    way: &'static str,
    /// Who vouches for its certificate, when it wants TLS and an account.
    pub(super) authority: Option<String>,
}

impl Relay {
    pub(crate) fn start() -> Self {
        Self::speaking("none", None)
    }

    /// One that takes letters over TLS alone, from the account `portolan` with the password `p4ss`.
    pub(super) fn guarded(way: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = super::authority::certify(folder.path());
        Self::speaking(way, Some((folder, authority)))
    }

    fn speaking(way: &'static str, guarded: Option<(TempDir, String)>) -> Self {
        let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/post");
        let ready = Command::new(lab.join("setup.sh")).output().unwrap();
        assert!(ready.status.success(), "{}", String::from_utf8_lossy(&ready.stderr));
        let file = |folder: &TempDir, name: &str| folder.path().join(name).into_os_string();
        let account = guarded.iter().flat_map(|(folder, _)| {
            let files = [file(folder, "certificate.pem"), file(folder, "key.pem")];
            files.into_iter().chain(["portolan".into(), "p4ss".into()])
        });
        let mut process = Command::new(String::from_utf8(ready.stdout).unwrap().trim())
            .args(["server.py", way])
            .args(account)
            .current_dir(lab)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output: BufReader<ChildStdout> = BufReader::new(process.stdout.take().unwrap());
        let errors: BufReader<ChildStderr> = BufReader::new(process.stderr.take().unwrap());
        let mut port = String::new();
        output.read_line(&mut port).unwrap();
        let (took, taken) = channel();
        let (holds, held) = channel();
        std::thread::spawn(move || {
            let lines = output.lines().map_while(Result::ok);
            lines.for_each(|it| drop(took.send(serde_json::from_str(&it).unwrap())));
        });
        std::thread::spawn(move || {
            let lines = errors.lines().map_while(Result::ok);
            let lines = lines.filter_map(|it| it.strip_prefix("held ").map(ToOwned::to_owned));
            lines.for_each(|it| drop(holds.send(it)));
        });
        let (port, authority) = (port.trim().parse().unwrap(), guarded.map(|it| it.1));
        Self { process, taken, held, port, way, authority }
    }

    /// Settings that lead to it, for these contacts of the vendors in turn.
    pub(crate) fn settings(&self, from: &str, contacts: &[&str]) -> String {
        let mut text = format!(
            "[post]\nfrom = \"{from}@portolan.test\"\ntransport = \"smtp\"\n[post.smtp]\nhost = \
             \"127.0.0.1\"\nport = {}\ntls = \"{}\"\n",
            self.port, self.way
        );
        if self.authority.is_some() {
            text += "user = \"portolan\"\npassword_file = \"password\"\nca_file = \"ca.pem\"\n";
        }
        for (contact, vendor) in contacts.iter().zip(crate::desk::VENDORS.iter().cycle()) {
            text += &format!(
                "[[contact]]\nid = \"{contact}\"\nvendor = \"{vendor}\"\naddress = \
                 \"{contact}@example.test\"\nresults = \"mail\"\n"
            );
        }
        text
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
