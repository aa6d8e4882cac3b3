//! A running `portolan serve`, and what it says on standard error.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// The program, for a store in this folder.
pub(crate) fn portolan(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portolan"));
    command.args(words).current_dir(folder).env("PORTOLAN_STORE", "store");
    command.env_remove("PORTOLAN_LOG").env_remove("PORTOLAN_EVIDENCE");
    command
}

/// A service that is ended with this.
pub(crate) struct Serving {
    child: Child,
    told: BufReader<ChildStderr>,
    said: Vec<String>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Serving {
    /// Starts with these words behind `serve` and waits until it listens.
    pub(crate) fn start(folder: &Path, words: &[&str]) -> Self {
        let words = [&["serve", "--listen", "127.0.0.1:0"], words].concat();
        let mut command = portolan(folder, &words);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let told = BufReader::new(child.stderr.take().unwrap());
        let address = "127.0.0.1:1".parse().unwrap();
        let mut it = Self { child, told, said: Vec::new(), address };
        let line = it.until("serving at ");
        let address = line.trim_end_matches('/').rsplit('/').next().unwrap();
        it.address = address.parse().unwrap();
        it
    }

    /// Waits for a line with these words, and gives it.
    pub(crate) fn until(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.told.read_line(&mut line).unwrap() > 0, "{words:?}: {:?}", self.said);
            let line = line.trim_end().to_owned();
            self.said.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// What it answers to this request line and these fields.
    pub(crate) fn ask(&self, lines: &[&str]) -> String {
        let mut stream = self.connect();
        let request =
            format!("{}\r\nHost: localhost\r\nConnection: close\r\n\r\n", lines.join("\r\n"));
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Waits for its end: how it ended, and every line it said.
    pub(crate) fn end(mut self) -> (ExitStatus, Vec<String>) {
        let mut rest = String::new();
        self.told.read_to_string(&mut rest).unwrap();
        let mut said = std::mem::take(&mut self.said);
        said.extend(rest.lines().map(str::to_owned));
        (self.child.wait().unwrap(), said)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
