//! Answers from a transcript; nothing is run.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::{Answer, Broken, Call, Entry, Pending, Transcript, Transport};

/// Program, arguments and environment, as shown.
type Key = (Vec<String>, BTreeMap<String, String>);

/// A transport that answers what was recorded: the same call again gets the next of its answers. A call that is not in
/// the transcript, or no longer, is an error.
pub struct Replay {
    left: Mutex<BTreeMap<Key, VecDeque<Entry>>>,
}

impl Replay {
    /// Answers from this transcript.
    #[must_use]
    pub fn of(transcript: Transcript) -> Self {
        let mut left: BTreeMap<Key, VecDeque<Entry>> = BTreeMap::new();
        for entry in transcript.calls {
            let key = (entry.argv.clone(), entry.env.clone());
            left.entry(key).or_default().push_back(entry);
        }
        Self { left: Mutex::new(left) }
    }

    fn next(&self, call: &Call) -> Result<Answer, Broken> {
        let key = (call.shown(), call.shown_env());
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(answers) = left.get_mut(&key) else {
            return Err(Broken::NotInTranscript(absent(&key, left.keys())));
        };
        let entry = answers.pop_front().ok_or_else(|| {
            let argv = key.0.join(" ");
            Broken::NotInTranscript(format!(
                "the transcript has no further answer to `{argv}`: it was recorded fewer times"
            ))
        })?;
        if entry.timed_out {
            return Err(Broken::TimedOut { program: call.program(), limit: call.limit });
        }
        Ok(entry.answer())
    }
}

/// What is not there, and what comes nearest: the longest common beginning of arguments, then of characters.
fn absent<'a>(wanted: &Key, known: impl Iterator<Item = &'a Key>) -> String {
    let alike = |key: &&Key| {
        let words = key.0.iter().zip(&wanted.0).filter(|(a, b)| a == b).count();
        let (known, wanted) = (key.0.join(" "), wanted.0.join(" "));
        let letters = known.chars().zip(wanted.chars()).take_while(|(a, b)| a == b).count();
        (words, letters)
    };
    let argv = wanted.0.join(" ");
    match known.max_by_key(alike) {
        None => format!("the transcript is empty; `{argv}` was called"),
        Some(near) if near.0 == wanted.0 => {
            format!("the transcript has `{argv}`, but with another environment: {:?}", near.1)
        }
        Some(near) => {
            format!("the transcript has no `{argv}`; nearest to it: `{}`", near.0.join(" "))
        }
    }
}

impl Transport for Replay {
    fn call<'a>(&'a self, call: &'a Call) -> Pending<'a, Result<Answer, Broken>> {
        Box::pin(std::future::ready(self.next(call)))
    }
}
