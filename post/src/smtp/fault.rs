//! What went wrong, and how long we waited for it.

use std::error::Error as _;
use std::future::Future;
use std::time::Duration;

use crate::outcome::{Phase, Refusal, Words, status};
use crate::parcel::Message;

/// What went wrong, before it is said in words that may be shown.
pub(super) struct Fault {
    pub(super) phase: Phase,
    pub(super) code: Option<u16>,
    pub(super) said: String,
    /// Whether it was said by somebody who may be anybody: in the clear, where encryption is asked for.
    pub(super) unproven: bool,
}

impl Fault {
    pub(super) fn at(phase: Phase, said: impl Into<String>) -> Self {
        Self { phase, code: None, said: said.into(), unproven: false }
    }

    pub(super) fn refusal(self, message: &Message) -> Refusal {
        let words = Words::clean(&self.said, &[&message.to, &message.from]);
        let status = status(self.code, words.for_operators());
        // Who stands between must not be able to end a letter for good.
        let permanent = !self.unproven && self.code.is_some_and(|it| (500..600).contains(&it));
        Refusal { phase: self.phase, code: self.code, status, words, permanent }
    }
}

/// Waits for an answer, and no longer than its time.
pub(super) async fn within<T>(
    limit: Duration,
    phase: Phase,
    answer: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Fault> {
    match tokio::time::timeout(limit, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            let said = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            Err(Fault { code: error.status().map(u16::from), ..Fault::at(phase, said) })
        }
        Err(_) => Err(Fault::at(phase, format!("no answer within {} s", limit.as_secs()))),
    }
}
