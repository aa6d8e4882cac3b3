//! What the classes of change are called, and what each says.

use std::fmt;

use super::Change;

impl Change {
    /// Its name in files and on the command line.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::WorseWithinFailure => "worse-within-failure",
            Self::Unstable => "unstable",
            Self::Vanished => "vanished",
            Self::BlockedByLab => "blocked-by-lab",
            Self::RedundancyLost => "redundancy-lost",
            Self::GreenByAnotherRoute => "green-by-another-route",
            Self::Fixed => "fixed",
            Self::Improved => "improved",
            Self::New => "new",
            Self::NeverAttempted => "never-attempted",
            Self::Unchanged => "unchanged",
        }
    }

    /// What a person calls it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::WorseWithinFailure => "worse within failure",
            Self::Unstable => "unstable",
            Self::Vanished => "vanished",
            Self::BlockedByLab => "blocked by the lab",
            Self::RedundancyLost => "redundancy lost",
            Self::GreenByAnotherRoute => "green by another route",
            Self::Fixed => "fixed",
            Self::Improved => "improved",
            Self::New => "new",
            Self::NeverAttempted => "never attempted",
            Self::Unchanged => "unchanged",
        }
    }

    /// What it says, in a sentence.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Regressed => "The score is lower.",
            Self::WorseWithinFailure => "A FAILURE both times, and now an earlier step fails.",
            Self::Unstable => {
                "Repetitions disagree now and did not before, and the score is not higher."
            }
            Self::Vanished => {
                "There was a score, and what gave it was not tried: not planned any more, or not \
                 reached."
            }
            Self::BlockedByLab => {
                "The lab broke, so there is no score to compare: this says nothing about a product."
            }
            Self::RedundancyLost => "The score is the same, and fewer independent routes carry it.",
            Self::GreenByAnotherRoute => {
                "The score is the same, and the route that gave it does not carry the cell any more."
            }
            Self::Fixed => "It was a FAILURE and is none any more.",
            Self::Improved => "The score is higher, or a FAILURE comes at a later step.",
            Self::New => "There is a score and there was none.",
            Self::NeverAttempted => "Planned, and without a score both times.",
            Self::Unchanged => "Nothing of the above.",
        }
    }

    /// A sign that reads without colour.
    #[must_use]
    pub fn symbol(self) -> char {
        match self {
            Self::Regressed => '▼',
            Self::WorseWithinFailure => '▽',
            Self::Unstable => '≈',
            Self::Vanished => '∅',
            Self::BlockedByLab => '?',
            Self::RedundancyLost => '−',
            Self::GreenByAnotherRoute => '⇄',
            Self::Fixed => '▲',
            Self::Improved => '△',
            Self::New => '+',
            Self::NeverAttempted => '·',
            Self::Unchanged => '=',
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}
