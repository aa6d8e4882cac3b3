//! A thin client of the QEMU Machine Protocol over a child's standard input and output.
//!
//! Six commands are all the lab needs; docs/decisions/0004 says why it is our own.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout};

/// Longest wait for one answer.
const ANSWER: Duration = Duration::from_secs(20);
/// Most lines read while waiting for one answer: events may come between.
const MOST_LINES: usize = 10_000;

/// A conversation with one QEMU.
#[derive(Debug)]
pub(crate) struct Qmp {
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    asked: u64,
}

/// Why QEMU did not do as it was told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QmpFault {
    #[error("QEMU closed its control channel")]
    Closed,
    #[error("QEMU did not answer `{0}` in time")]
    Silent(String),
    #[error("QEMU refused `{command}`: {why}")]
    Refused { command: String, why: String },
}

impl Qmp {
    /// Shakes hands.
    pub(crate) async fn connect(input: ChildStdin, output: ChildStdout) -> Result<Self, QmpFault> {
        let mut qmp = Self { input, output: BufReader::new(output).lines(), asked: 0 };
        qmp.execute("qmp_capabilities", json!({})).await?;
        Ok(qmp)
    }

    /// Executes a command and returns its answer.
    pub(crate) async fn execute(&mut self, command: &str, with: Value) -> Result<Value, QmpFault> {
        self.asked += 1;
        let question = json!({ "execute": command, "arguments": with, "id": self.asked });
        let line = format!("{question}\n");
        self.input.write_all(line.as_bytes()).await.map_err(|_| QmpFault::Closed)?;
        let answer = tokio::time::timeout(ANSWER, self.answer(command));
        answer.await.map_err(|_| QmpFault::Silent(command.to_owned()))?
    }

    async fn answer(&mut self, command: &str) -> Result<Value, QmpFault> {
        for _ in 0..MOST_LINES {
            let line = self.output.next_line().await.map_err(|_| QmpFault::Closed)?;
            let line = line.ok_or(QmpFault::Closed)?;
            let Ok(mut message) = serde_json::from_str::<Value>(&line) else {
                continue;
            };
            if let Some(error) = message.get("error") {
                let why = error["desc"].as_str().unwrap_or("no reason given").to_owned();
                return Err(QmpFault::Refused { command: command.to_owned(), why });
            }
            if let Some(value) = message.get_mut("return") {
                return Ok(value.take());
            }
        }
        Err(QmpFault::Silent(command.to_owned()))
    }
}
