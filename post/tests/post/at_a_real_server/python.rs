//! The other side: a mail server and a parser of mail in Python.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use post::Transport;
use post::smtp::{Credentials, Limits, Server, Smtp, Tls};
use serde_json::Value;

use super::authority;

/// The password of the account `portolan`.
pub(super) const PASSWORD: &str = "p4ss wörd";

fn lab() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/post")
}

/// Something in Python that talks over its standard input and output, until it is dropped.
struct Program {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let ready = Command::new(lab().join("setup.sh")).output().unwrap();
        assert!(ready.status.success(), "{}", String::from_utf8_lossy(&ready.stderr));
        let python = String::from_utf8(ready.stdout).unwrap();
        let mut process = Command::new(python.trim())
            .args(arguments)
            .current_dir(lab())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self { process, input, output }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "it has ended");
        line
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A mail server with a certificate of its own authority.
pub(super) struct Relay {
    program: Program,
    tls: Tls,
    port: u16,
    authority: String,
    with_account: bool,
    _folder: tempfile::TempDir,
}

impl Relay {
    pub(super) fn start(tls: Tls, with_account: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = authority::certify(folder.path());
        let paths = ["certificate.pem", "key.pem"]
            .map(|it| folder.path().join(it).to_str().unwrap().to_owned());
        let way = match tls {
            Tls::Starttls => "starttls",
            Tls::Implicit => "implicit",
            Tls::None => "none",
        };
        let mut arguments = vec!["server.py", way, &paths[0], &paths[1]];
        if with_account {
            arguments.extend(["portolan", PASSWORD]);
        }
        let mut program = Program::start(&arguments);
        let port = program.line().trim().parse().unwrap();
        Self { program, tls, port, authority, with_account, _folder: folder }
    }

    /// How to speak to it.
    pub(super) fn server(&self) -> Server {
        let account = || Credentials { user: "portolan".into(), password: PASSWORD.into() };
        Server {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            tls: self.tls,
            credentials: self.with_account.then(account),
            authorities: Some(self.authority.clone().into_bytes()),
            hello: None,
            limits: Limits { letter: Duration::from_secs(5), ..Limits::default() },
        }
    }

    pub(super) fn transport(&self) -> Transport {
        Transport::Smtp(Box::new(Smtp::new(self.server()).unwrap()))
    }

    /// The next letter that it took.
    pub(super) fn next(&mut self) -> Value {
        serde_json::from_str(&self.program.line()).unwrap()
    }
}

/// Python's own parser of mail.
pub(super) struct Reader(Program);

impl Reader {
    pub(super) fn start() -> Self {
        Self(Program::start(&["read_mail.py"]))
    }

    pub(super) fn read(&mut self, mail: &[u8]) -> Value {
        let input = self.0.input.as_mut().unwrap();
        writeln!(input, "{}", mail.len()).unwrap();
        input.write_all(mail).unwrap();
        input.flush().unwrap();
        serde_json::from_str(&self.0.line()).unwrap()
    }
}
