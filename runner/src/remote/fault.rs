//! Why a service did not do what it was asked.

use std::error::Error;
use std::time::Duration;

use serde::Deserialize;

/// Longest text of a service that is repeated, in characters.
const LONGEST: usize = 500;

/// Why a service did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It cannot be reached, or has no time: the same request may succeed later.
    #[error("{why}")]
    Away {
        /// What happened.
        why: String,
        /// How long it asks to be left alone, if it says so.
        after: Option<Duration>,
    },
    /// It said no: the same request will not succeed.
    #[error("the service refused: {0}")]
    Refused(Refusal),
    /// It answered something that is no answer: another program, another version, or somebody who
    /// does not prove to be the service.
    #[error("{0}")]
    Strange(String),
}

/// What a service said when it said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// The class of problem, such as `lease-lost` or `wrong-version`.
    pub kind: String,
    /// What is wrong, in words.
    pub detail: String,
}

/// Problem details (RFC 9457), as far as they are read.
#[derive(Deserialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
}

impl Fault {
    /// The fault that an answer with this status tells, however it is worded.
    pub(super) fn told(status: u16, after: Option<Duration>, body: &[u8]) -> Self {
        let problem = serde_json::from_slice(body).ok();
        let Problem { kind, title, detail } = problem.unwrap_or(Problem {
            kind: String::new(),
            title: String::new(),
            detail: String::new(),
        });
        let words = if detail.is_empty() { title } else { detail };
        let detail = match words.is_empty() {
            true => format!("it answered {status}"),
            false => plain(&words),
        };
        match status {
            // Later is soon enough; what a gateway says is not the service's word either.
            408 | 425 | 429 | 500 | 502..=504 => Fault::Away { why: detail, after },
            300..=399 => Fault::Strange(format!(
                "it answered {status}, which leads elsewhere: name the address that it leads to"
            )),
            400..=499 => Fault::Refused(Refusal { kind: plain(&kind), detail }),
            _ => Fault::Strange(format!("it answered {status}: {detail}")),
        }
    }

    /// An answer that cannot be read.
    pub(super) fn strange(why: impl std::fmt::Display) -> Self {
        Fault::Strange(plain(&format!(
            "the answer is not one of a portolan service of this version: {why}"
        )))
    }

    /// The class of problem, where the service said no.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        match self {
            Fault::Refused(refusal) => Some(&refusal.kind),
            Fault::Away { .. } | Fault::Strange(_) => None,
        }
    }
}

impl From<reqwest::Error> for Fault {
    fn from(error: reqwest::Error) -> Self {
        // The address may hold what is nobody's business; the causes say what happened.
        let error = error.without_url();
        let causes: Vec<&(dyn Error + 'static)> =
            std::iter::successors(Error::source(&error), |it| beneath(*it)).collect();
        let why = causes.iter().fold(error.to_string(), |why, it| match it.to_string() {
            told if why.ends_with(&told) => why,
            told => format!("{why}: {told}"),
        });
        if causes.iter().any(|it| is_no_proof(*it)) {
            return Fault::Strange(plain(&format!(
                "who answers there does not prove to be the service: {why}. Name the authority \
                 that vouches for it with --ca-file"
            )));
        }
        Fault::Away { why: plain(&format!("the service cannot be reached: {why}")), after: None }
    }
}

/// What is beneath an error; what the system's errors wrap is no source of theirs.
fn beneath<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    match wrapped {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

/// Whether a certificate is not believed: asking again shows the same one.
fn is_no_proof(error: &(dyn Error + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)))
}

/// Words of others in one line, of bounded length, without control characters.
pub(super) fn plain(words: &str) -> String {
    words.chars().map(|it| if it.is_control() { ' ' } else { it }).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_stays() {
        let away = |status| matches!(Fault::told(status, None, b""), Fault::Away { .. });
        for status in [408, 425, 429, 500, 502, 503, 504] {
            assert!(away(status), "{status}");
        }
        for status in [301, 307, 400, 401, 403, 404, 409, 413, 415, 422, 501, 999] {
            assert!(!away(status), "{status}");
        }
    }

    #[test]
    fn words_of_a_service_cannot_write_to_a_terminal() {
        let body = br#"{"type": "lease\u001b[2J", "detail": "over\u0007\n\u001b]0;x"}"#;
        let fault = Fault::told(409, None, body);
        assert!(!fault.to_string().contains(char::is_control), "{fault}");
        assert_eq!(fault.kind(), Some("lease [2J"));
        let long = format!("{{\"type\": \"x\", \"detail\": \"{}\"}}", "a".repeat(100_000));
        assert!(Fault::told(409, None, long.as_bytes()).to_string().len() < 600);
        assert!(Fault::told(409, None, b"<html>").to_string().contains("409"));
    }
}
