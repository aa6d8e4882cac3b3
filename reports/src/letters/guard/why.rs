//! What an outsider could infer of a cell, in words.

use std::fmt;

use domain::plan::CellId;
use serde::Serialize;

/// A cell that tells more than the state of the art.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Revealed {
    /// Which cell.
    pub cell: CellId,
    /// What an outsider could infer.
    pub why: Why,
}

/// What an outsider could infer of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Why {
    /// Every route with a score needs the same tool, or tools of the same maker.
    FewTools {
        /// How many makers could have given the score, each without the others.
        makers: usize,
    },
    /// Between two published campaigns, so few makers' tools changed that what became of the cell
    /// is told of theirs.
    FewChanged {
        /// How many makers' tools have other versions than before.
        makers: usize,
    },
    /// Every tool that was tried fails: whoever knows which were tried knows it of each.
    AllFail,
    /// Among the lines of its routes one stands out by its number of tools, so that few makers can
    /// be meant.
    StandsOut {
        /// How many tools the routes need that stand out.
        tools: usize,
    },
}

impl Why {
    /// Whether the cell is withheld for it; what is not is for the operator to know.
    #[must_use]
    pub fn withholds(self) -> bool {
        match self {
            Why::FewTools { .. } | Why::FewChanged { .. } => true,
            Why::AllFail | Why::StandsOut { .. } => false,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::FewTools { makers: 1 } => {
                f.write_str("only one maker's tools have a score here: the cell would be theirs")
            }
            Why::FewTools { makers } => {
                write!(f, "only {makers} makers' tools, independent of each other, have a score here")
            }
            Why::FewChanged { makers: 1 } => f.write_str(
                "only one maker's tools changed since the last publication: what became of the cell \
                 would be told of them",
            ),
            Why::FewChanged { makers } => {
                write!(f, "only {makers} makers' tools changed since the last publication")
            }
            Why::AllFail => f.write_str(
                "every tool tried here fails; whoever knows which were tried knows it of each",
            ),
            Why::StandsOut { tools } => write!(
                f,
                "of the routes listed, those with {tools} tool{} stand out: few makers can be meant",
                if *tools == 1 { "" } else { "s" }
            ),
        }
    }
}
