//! The questions that many campaigns can answer.

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Analysis {
    /// How well does each guest travel, campaign by campaign?
    Guest,
    /// What makes it fail, and at which target?
    Cause,
    /// What changes on the way?
    Topic,
    /// How hard is each platform to arrive at?
    Target,
    /// How hard is each platform to leave?
    Source,
    /// Do repetitions agree?
    Consistency,
    /// How do routes and their tools compare?
    Converter,
    /// How long does each step take?
    Duration,
}

impl Analysis {
    /// All of them, in the order in which they are read.
    pub const ALL: [Analysis; 8] = [
        Analysis::Guest,
        Analysis::Cause,
        Analysis::Topic,
        Analysis::Target,
        Analysis::Source,
        Analysis::Consistency,
        Analysis::Converter,
        Analysis::Duration,
    ];

    /// Whether its table may be shown to anyone. The others name tools, or tell how long they take.
    #[must_use]
    pub fn is_public(self) -> bool {
        match self {
            Analysis::Guest
            | Analysis::Cause
            | Analysis::Topic
            | Analysis::Target
            | Analysis::Source
            | Analysis::Consistency => true,
            Analysis::Converter | Analysis::Duration => false,
        }
    }

    /// The word by which it is asked for.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Analysis::Guest => "guest",
            Analysis::Cause => "cause",
            Analysis::Topic => "topic",
            Analysis::Target => "target",
            Analysis::Source => "source",
            Analysis::Consistency => "consistency",
            Analysis::Converter => "converter",
            Analysis::Duration => "duration",
        }
    }

    /// What its table says.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Analysis::Guest => "How well guests travel: shares of what has a score",
            Analysis::Cause => "What fails, by target",
            Analysis::Topic => {
                "What changes on the way: cells, and their share of those with a score"
            }
            Analysis::Target => {
                "How hard each target is, the hardest first: shares of scored cells"
            }
            Analysis::Source => {
                "How hard each source is, the hardest first: shares of scored cells"
            }
            Analysis::Consistency => {
                "Where repetitions disagree: shares of repeated routes, by guest and target"
            }
            Analysis::Converter => "Routes and their tools: shares of scored trials",
            Analysis::Duration => "How long each step takes, as trials waited for it",
        }
    }
}
