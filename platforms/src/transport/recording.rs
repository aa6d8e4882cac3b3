//! Writes down what another transport answers.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Answer, Broken, Call, Entry, MOST_TRANSCRIPT, Origin, Pending, Transcript, Transport};

/// A transport that remembers. Secrets are in no entry: calls hold their names, and answers come masked.
pub struct Recording {
    inner: Arc<dyn Transport>,
    entries: Mutex<Vec<Entry>>,
}

impl Recording {
    /// Remembers what this one answers.
    #[must_use]
    pub fn of(inner: Arc<dyn Transport>) -> Self {
        Self { inner, entries: Mutex::default() }
    }

    /// What was called so far.
    #[must_use]
    pub fn transcript(&self, driver: &str, note: &str) -> Transcript {
        let calls = self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (driver, note) = (driver.to_owned(), note.to_owned());
        Transcript { driver, origin: Origin::Recorded, note, calls }
    }

    fn keep(&self, call: &Call, answer: &Result<Answer, Broken>) -> Result<(), Broken> {
        let mut entry = Entry {
            argv: call.shown(),
            env: call.shown_env(),
            exit: None,
            timed_out: false,
            cut: false,
            stdout: String::new(),
            stderr: String::new(),
        };
        match answer {
            Ok(answer) => {
                entry.exit = answer.exit;
                entry.cut = answer.cut;
                entry.stdout.clone_from(&answer.stdout);
                entry.stderr.clone_from(&answer.stderr);
            }
            Err(Broken::TimedOut { .. }) => entry.timed_out = true,
            // Nothing was answered: a replay that asks for it says that it is not there.
            Err(_) => return Ok(()),
        }
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let size = |it: &Entry| it.stdout.len() + it.stderr.len() + 1024;
        if entries.iter().map(size).sum::<usize>() + size(&entry) > MOST_TRANSCRIPT {
            return Err(Broken::NotRecorded(format!(
                "it would have more than {} MiB",
                MOST_TRANSCRIPT >> 20
            )));
        }
        entries.push(entry);
        Ok(())
    }
}

impl Transport for Recording {
    fn call<'a>(&'a self, call: &'a Call) -> Pending<'a, Result<Answer, Broken>> {
        Box::pin(async move {
            let answer = self.inner.call(call).await;
            self.keep(call, &answer)?;
            answer
        })
    }
}
