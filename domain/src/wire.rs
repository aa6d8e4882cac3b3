//! What a lab sends to a service, and what it is answered: commands of one campaign, in a batch.
//!
//! ```json
//! {"schema": "portolan.submission/1", "campaign": "c-1", "expected_version": 2, "lease": null,
//!  "commands": [{"record-step": {
//!    "trial": {"guest": "lean", "source": "kvm-like", "target": "xen-like", "route": "ovf",
//!              "repetition": 1},
//!    "step": "restart", "attempt": 0, "outcome": {"not-completed": {"reason": "no root disk"}},
//!    "observations": [{"fact": "boot.ok", "value": {"flag": false}, "channel": "host"}],
//!    "evidence": [], "act": "restart", "duration_ms": 5170}}]}
//! ```
//!
//! The commands are `start-campaign`, `resume-campaign`, `record-step`, `finish-campaign` and
//! `show-scores`, with the fields of [`Command`]. Withdrawing a step and taking over another
//! system's file are an operator's acts at the log itself: they have no form here, so that nobody
//! can send them. Fields that are not known are refused at every level.

mod declaring;
mod fitness;
mod labs;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use crate::command::Command;
use crate::declare::NotDeclared;
use crate::ids::CampaignId;
use crate::testbed::TestbedProblem;
use crate::trials::TrialsProblem;

pub use declaring::{DeclarationAnswer, DeclarationRequest};
pub use labs::{
    CampaignState, Heartbeat, LeaseRequest, Leased, MOST_LEASED, OfferRequest, Offered, TrialState,
    UnfitRequest, Until,
};

/// Most commands in one batch.
pub const MOST_COMMANDS: usize = 1024;
/// Largest batch that is read, in bytes: the start of the largest campaign fits.
pub const LARGEST_SUBMISSION: usize = 24 << 20;
/// Most observations of one step.
pub const MOST_OBSERVATIONS: usize = 512;
/// Most pieces of evidence of one step.
pub const MOST_EVIDENCE: usize = 64;
/// Most versions that are pinned at once.
pub const MOST_PINS: usize = 512;

/// Longest text of what is wrong with a batch, in characters: it repeats words of the batch.
const LONGEST_COMPLAINT: usize = 300;

/// Version of the form of a batch.
///
/// - 1: the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubmissionVersion {
    /// `portolan.submission/1`
    #[serde(rename = "portolan.submission/1")]
    V1,
}

/// Version of the form of an answer.
///
/// - 1: the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AcceptedVersion {
    /// `portolan.accepted/1`
    #[serde(rename = "portolan.accepted/1")]
    V1,
}

/// Commands of one campaign, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// In which form it is.
    pub schema: SubmissionVersion,
    /// Whose commands.
    pub campaign: CampaignId,
    /// How many events the sender believes the campaign to have before them; none when it does not
    /// care.
    pub expected_version: Option<u64>,
    /// The lease under which the sender works, if it does.
    pub lease: Option<String>,
    /// At least one, at most [`MOST_COMMANDS`].
    #[serde(deserialize_with = "few")]
    pub commands: Vec<Command>,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// In which form it is.
    pub schema: AcceptedVersion,
    /// Whose commands.
    pub campaign: CampaignId,
    /// How many events the campaign has now: what the next batch may expect.
    pub version: u64,
    /// One entry for each command that is recorded, in their order; all of them are safe on disk.
    pub recorded: Vec<RecordedCommand>,
    /// The first command that is not recorded, if any; none behind it is.
    pub refused: Option<RefusedCommand>,
}

/// What the log holds of one command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedCommand {
    /// The identity of the command: the same for the same request, whoever sends it.
    pub command: Uuid,
    /// Position of the first event it caused; none when it caused none.
    pub position: Option<u64>,
    /// How many events it caused.
    pub events: u64,
    /// Whether it had been recorded before.
    pub repeated: bool,
}

/// The command that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedCommand {
    /// Its place in the batch, 0 for the first.
    pub index: u64,
    /// Why, in words.
    pub why: String,
}

/// Why bytes are not a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotASubmission {
    /// Too many bytes.
    #[error(
        "a batch of {0} bytes is larger than {LARGEST_SUBMISSION}: send fewer commands at once"
    )]
    TooLarge(usize),
    /// It is not JSON of this form.
    #[error("this is not a batch of commands: {0}")]
    Form(String),
    /// There is nothing in it.
    #[error("there is no command in the batch")]
    Empty,
    /// The lease is not fit to be kept.
    #[error(transparent)]
    Lease(NotDeclared),
    /// A command is not fit to be recorded.
    #[error("command {index} of the batch: {why}")]
    Command {
        /// Its place in the batch, 0 for the first.
        index: usize,
        /// What is wrong with it.
        why: Box<Unfit>,
    },
}

/// Why a command is not fit to be recorded, whatever state its campaign is in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// A name is missing or not fit to be kept.
    #[error(transparent)]
    Words(#[from] NotDeclared),
    /// There is too much of something.
    #[error("{found} {what} are more than {most}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// Most allowed.
        most: usize,
    },
    /// The testbed contradicts itself.
    #[error("the testbed: {0}")]
    Testbed(#[from] TestbedProblem),
    /// The plan does not fit the testbed.
    #[error("the plan: {0}")]
    Plan(#[from] TrialsProblem),
}

impl Submission {
    /// Reads a batch and checks all of it that can be checked without knowing its campaign.
    ///
    /// # Errors
    /// What is wrong with it, in words of bounded length without control characters.
    pub fn read(json: &[u8]) -> Result<Self, NotASubmission> {
        if json.len() > LARGEST_SUBMISSION {
            return Err(NotASubmission::TooLarge(json.len()));
        }
        let read: Self = serde_json::from_slice(json)
            .map_err(|error| NotASubmission::Form(complaint(&error.to_string())))?;
        read.check()?;
        Ok(read)
    }

    fn check(&self) -> Result<(), NotASubmission> {
        if self.commands.is_empty() {
            return Err(NotASubmission::Empty);
        }
        if let Some(lease) = &self.lease {
            fitness::name("the lease", lease).map_err(NotASubmission::Lease)?;
        }
        for (index, command) in self.commands.iter().enumerate() {
            fitness::check(command)
                .map_err(|why| NotASubmission::Command { index, why: Box::new(why) })?;
        }
        Ok(())
    }
}

/// What a reader of JSON says, fit to be shown.
fn complaint(words: &str) -> String {
    let plain =
        |letter: char| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter };
    // Where it stands is said at the end.
    let (what, place) = words.rsplit_once(" at line ").unwrap_or((words, ""));
    let what: String = what.chars().map(plain).take(LONGEST_COMPLAINT).collect();
    if place.is_empty() { what } else { format!("{what} at line {place}") }
}

/// Reads a list of commands, and no further than it may be long.
fn few<'de, D: Deserializer<'de>>(commands: D) -> Result<Vec<Command>, D::Error> {
    struct Few;

    impl<'de> Visitor<'de> for Few {
        type Value = Vec<Command>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "a list of at most {MOST_COMMANDS} commands")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Command>, A::Error> {
            let mut commands = Vec::new();
            while let Some(command) = list.next_element()? {
                if commands.len() == MOST_COMMANDS {
                    return Err(A::Error::invalid_length(MOST_COMMANDS + 1, &self));
                }
                commands.push(command);
            }
            Ok(commands)
        }
    }

    commands.deserialize_seq(Few)
}
