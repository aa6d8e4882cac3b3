//! Real processes: exact arguments, bounded time, bounded output, nothing left.

use std::pin::{Pin, pin};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use super::{
    Answer, Broken, Call, EnvPiece, MOST_OUTPUT, MOST_PRINTED, Pending, Secrets, Transport,
};

/// How long what a program printed is read after it has ended, when somebody holds its output open.
const DRAINED: Duration = Duration::from_millis(500);
/// Most bytes of a line that somebody listens to; of a longer one they hear the beginning.
const LONGEST_LINE: usize = 4096;
/// Most lines of a stream that anybody is told.
const MOST_LINES: u32 = 100_000;

/// Who is told each line while a program runs.
pub(crate) type Heard<'a> = &'a (dyn Fn(&str) + Sync);

/// Runs calls on this machine.
#[derive(Debug, Clone, Default)]
pub struct Processes {
    secrets: Secrets,
}

impl Processes {
    /// Runs calls that may use these secrets.
    #[must_use]
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets }
    }

    fn command(&self, call: &Call) -> Result<Command, Broken> {
        let mut command = Command::new(call.argv.first().map_or("", |it| it.real.as_str()));
        command.args(call.argv.iter().skip(1).map(|it| &it.real));
        // Answers are parsed: they must not depend on who asks.
        command.env("LC_ALL", "C").env("TZ", "UTC");
        for (name, pieces) in &call.env {
            command.env(name, self.text(pieces)?);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Its own group: Ctrl-C reaches Portolan alone, and a script ends with all it started.
        command.process_group(0).kill_on_drop(true);
        Ok(command)
    }

    fn text(&self, pieces: &[EnvPiece]) -> Result<String, Broken> {
        let text = pieces.iter().map(|it| match it {
            EnvPiece::Plain(text) => Ok(text.as_str()),
            EnvPiece::Secret(name) => {
                self.secrets.value(name).ok_or_else(|| Broken::NoSecret(name.clone()))
            }
        });
        text.collect()
    }

    /// Runs a call, and tells each line of both streams as it comes; a line ends with a line feed or a carriage return.
    pub(crate) async fn watched(&self, call: &Call, heard: Heard<'_>) -> Result<Answer, Broken> {
        self.run(call, heard).await
    }

    async fn run(&self, call: &Call, heard: Heard<'_>) -> Result<Answer, Broken> {
        let program = call.program();
        let lost =
            |why: std::io::Error| Broken::Lost { program: call.program(), why: why.to_string() };
        let mut child = self
            .command(call)?
            .spawn()
            .map_err(|why| Broken::NotStarted { program: program.clone(), why: why.to_string() })?;
        let group = Group::of(&child);
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let (mut stdout, mut stderr) = (Kept::default(), Kept::default());
        let status = {
            let mut reading = pin!(async {
                tokio::try_join!(stdout.fill(out, heard), stderr.fill(err, heard)).is_ok()
            });
            let ended = tokio::time::timeout(call.limit, ended(&mut child, reading.as_mut())).await;
            let (status, all) = match ended {
                Ok(Some(ended)) => ended,
                Ok(None) => {
                    child.kill().await.map_err(lost)?;
                    return Err(Broken::Endless { program });
                }
                Err(_) => {
                    child.kill().await.map_err(lost)?;
                    return Err(Broken::TimedOut { program, limit: call.limit });
                }
            };
            // Whoever it started may hold its output open, and is ended with it; who left its group is not waited for.
            drop(group);
            if !all {
                let _ = tokio::time::timeout(DRAINED, reading).await;
            }
            status.map_err(lost)?
        };
        Ok(Answer {
            exit: status.code(),
            cut: stdout.cut || stderr.cut,
            stdout: self.secrets.masked(stdout.text()),
            stderr: self.secrets.masked(stderr.text()),
        })
    }
}

impl Transport for Processes {
    fn call<'a>(&'a self, call: &'a Call) -> Pending<'a, Result<Answer, Broken>> {
        Box::pin(self.run(call, &|_| ()))
    }
}

/// A program and whatever it started, ended together. Also after it has ended by itself: what it left behind would hold
/// on to the platform unseen.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Mostly nobody is left in it.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Waits for a program while its output is read; says whether all of that has been read. Nothing when it prints on and
/// on.
async fn ended(
    child: &mut Child,
    mut reading: Pin<&mut impl Future<Output = bool>>,
) -> Option<(std::io::Result<ExitStatus>, bool)> {
    let mut all = false;
    loop {
        tokio::select! {
            status = child.wait() => return Some((status, all)),
            within = &mut reading, if !all => {
                if !within {
                    return None;
                }
                all = true;
            }
        }
    }
}

/// A stream that goes on and on.
struct Endless;

/// The beginning of a stream, and whether there was more.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    cut: bool,
}

impl Kept {
    /// Reads a stream to its end, unless that is not within [`MOST_PRINTED`].
    async fn fill(
        &mut self,
        stream: Option<impl AsyncRead + Unpin>,
        heard: Heard<'_>,
    ) -> Result<(), Endless> {
        let Some(mut stream) = stream else {
            return Ok(());
        };
        let (mut buffer, mut printed, mut line) = ([0; 8192], 0, Line::default());
        while let Ok(count @ 1..) = stream.read(&mut buffer).await {
            let room = MOST_OUTPUT.saturating_sub(self.bytes.len()).min(count);
            self.bytes.extend_from_slice(&buffer[..room]);
            self.cut |= room < count;
            line.go_on(&buffer[..count], heard);
            printed += count as u64;
            if printed > MOST_PRINTED {
                return Err(Endless);
            }
        }
        Ok(())
    }

    fn text(self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// The line that is being printed.
#[derive(Default)]
struct Line {
    begun: Vec<u8>,
    told: u32,
}

impl Line {
    /// Tells the lines that end in these bytes; the beginning of the next is kept.
    fn go_on(&mut self, bytes: &[u8], heard: Heard<'_>) {
        for byte in bytes {
            match byte {
                _ if self.told == MOST_LINES => return,
                b'\n' | b'\r' => {
                    heard(&String::from_utf8_lossy(&self.begun));
                    self.begun.clear();
                    self.told += 1;
                }
                _ if self.begun.len() < LONGEST_LINE => self.begun.push(*byte),
                _ => {}
            }
        }
    }
}
