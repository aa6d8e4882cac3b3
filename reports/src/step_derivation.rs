//! How a step's score comes about: its record in the log and the checks that do not hold. Names
//! tools: for operators and auditors only.

use domain::check::{Check, Finding};
use domain::diagnosis::Cause;
use domain::event::{Evidence, EvidenceKind};
use domain::ids::Sha256Digest;
use domain::score::{Score, Standing};
use domain::verdict::{StepSeen, StepVerdict};
use serde::Serialize;

use crate::tally::as_word;
use crate::units::{duration, size};

/// One step of a trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepDerived {
    /// Its number, 1 to 7.
    pub step: u8,
    /// What a person calls it.
    pub title: &'static str,
    /// How it stands: as its lowest check.
    #[serde(serialize_with = "as_word")]
    pub standing: Standing,
    /// Where it stands in the log, how long it took and what was kept; none if it was not reached.
    pub record: Option<StepRecord>,
    /// Why it could not be completed, in the words of the witness.
    pub reason: Option<String>,
    /// The class of the failure's cause.
    pub cause: Option<Cause>,
    /// Checks that are judged and not a SUCCESS.
    pub concerns: Vec<Concern>,
    /// Checks that hold.
    pub holding: Vec<Holding>,
    /// How many checks are a SUCCESS.
    pub successes: usize,
    /// How many checks have no meaning here.
    pub not_applicable: usize,
}

/// What the log holds about a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepRecord {
    /// Position of the event in the log.
    pub position: u64,
    /// Hash of the event as a leaf of the log's tree (RFC 6962), where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaf: Option<Sha256Digest>,
    /// How long the act took, in milliseconds.
    pub duration_ms: u64,
    /// The physical act that carried it out.
    pub act: String,
    /// What was kept as proof.
    pub evidence: Vec<Kept>,
}

/// A check that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// The rule's id.
    pub rule: String,
    /// What should hold.
    pub title: String,
    /// Why it does, with the values.
    pub why: String,
}

/// Something kept as proof, beside the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// What it is.
    pub kind: EvidenceKind,
    /// Its name among the evidence of its step.
    pub name: String,
    /// Digest of its bytes; the address.
    pub sha256: Sha256Digest,
    /// Its size, in bytes.
    pub bytes: u64,
}

/// A check that is not a SUCCESS, or would not be one without a waiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Concern {
    /// The rule's id.
    pub rule: String,
    /// What should hold.
    pub title: String,
    /// What it costs.
    pub score: Score,
    /// False when the fact could not be read.
    pub observed: bool,
    /// True when a waiver makes it cost nothing.
    pub waived: bool,
    /// Why, with the values.
    pub why: String,
}

impl StepDerived {
    /// How this step's score comes about.
    #[must_use]
    pub fn new(verdict: &StepVerdict, seen: Option<&StepSeen>) -> Self {
        let count =
            |wanted: Finding| verdict.checks.iter().filter(|it| it.finding == wanted).count();
        Self {
            step: verdict.step.number(),
            title: verdict.step.title(),
            standing: verdict.standing,
            record: seen.map(record),
            reason: verdict.reason.clone(),
            cause: verdict.cause,
            concerns: verdict.checks.iter().filter_map(concern).collect(),
            holding: verdict.checks.iter().filter_map(holding).collect(),
            successes: count(Finding::Scored(Score::Success)),
            not_applicable: count(Finding::NotApplicable),
        }
    }

    /// The same verdict for the same reasons, whatever the log holds about it.
    #[must_use]
    pub fn tells_the_same(&self, other: &Self) -> bool {
        (self.standing, &self.reason, self.cause, &self.concerns)
            == (other.standing, &other.reason, other.cause, &other.concerns)
    }

    /// How long it took, as people read it; empty if it was not reached.
    #[must_use]
    pub fn took(&self) -> String {
        self.record.as_ref().map(StepRecord::took).unwrap_or_default()
    }

    /// How many checks hold or have no meaning here: `3 checks hold, 1 does not apply`.
    #[must_use]
    pub fn checks_in_words(&self) -> String {
        let holding = match self.successes {
            0 => None,
            1 => Some("1 check holds".to_owned()),
            several => Some(format!("{several} checks hold")),
        };
        let meaningless = match self.not_applicable {
            0 => None,
            1 => Some("1 does not apply".to_owned()),
            several => Some(format!("{several} do not apply")),
        };
        [holding, meaningless].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// The witness's words, unless a check repeats them.
    #[must_use]
    pub fn reason_not_repeated(&self) -> Option<&str> {
        let reason = self.reason.as_deref()?;
        self.concerns.iter().all(|it| it.why != reason).then_some(reason)
    }
}

impl StepRecord {
    /// How long the act took, as people read it.
    #[must_use]
    pub fn took(&self) -> String {
        duration(self.duration_ms)
    }
}

impl Kept {
    /// What it is, in words.
    #[must_use]
    pub fn what(&self) -> &'static str {
        match self.kind {
            EvidenceKind::Argv => "command line",
            EvidenceKind::Stdout => "output",
            EvidenceKind::Stderr => "complaints",
            EvidenceKind::SerialLog => "serial console",
            EvidenceKind::Screenshot => "screen",
            EvidenceKind::Descriptor => "OVF descriptor",
            EvidenceKind::Manifest => "OVF manifest",
        }
    }

    /// Its size, as people read it.
    #[must_use]
    pub fn size(&self) -> String {
        size(self.bytes)
    }

    /// The first twelve digits of its digest: enough to find it.
    #[must_use]
    pub fn short_digest(&self) -> String {
        self.sha256.to_string().chars().take(12).collect()
    }
}

impl From<&Evidence> for Kept {
    fn from(evidence: &Evidence) -> Self {
        let Evidence { kind, name, sha256, bytes } = evidence;
        Self { kind: *kind, name: name.clone(), sha256: *sha256, bytes: *bytes }
    }
}

fn record(seen: &StepSeen) -> StepRecord {
    StepRecord {
        position: seen.position,
        leaf: None,
        duration_ms: seen.finished.duration_ms,
        act: seen.finished.act.clone(),
        evidence: seen.finished.evidence.iter().map(Kept::from).collect(),
    }
}

fn holding(check: &Check) -> Option<Holding> {
    let Check { rule, title, finding, why } = check;
    (*finding == Finding::Scored(Score::Success)).then(|| Holding {
        rule: rule.clone(),
        title: title.clone(),
        why: why.clone(),
    })
}

fn concern(check: &Check) -> Option<Concern> {
    let (score, observed) = match check.finding {
        Finding::Scored(Score::Success) | Finding::NotApplicable => return None,
        Finding::Scored(score) => (score, true),
        Finding::NotObserved(score) => (score, false),
        Finding::Waived(score) => (score, true),
    };
    Some(Concern {
        rule: check.rule.clone(),
        title: check.title.clone(),
        score,
        observed,
        waived: matches!(check.finding, Finding::Waived(_)),
        why: check.why.clone(),
    })
}
