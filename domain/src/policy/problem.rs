//! Why a policy cannot be used, and what was probably meant.

use super::{Base, DEEPEST};

/// Why a policy cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyProblem {
    /// It has no rule, so everything would be a SUCCESS.
    #[error("a policy needs at least one rule")]
    Empty,
    /// An id that nothing could show in one piece.
    #[error("{0:?} is no id: use 1 to 64 letters, digits, `.`, `-` and `_`")]
    Id(String),
    /// Two rules or gates share an id.
    #[error("rule `{0}` stands twice: ids are unique")]
    Twice(String),
    /// A rule of the base is declared anew.
    #[error("its base has `{0}` already: change it with [[change]]")]
    Already(String),
    /// It touches a rule that stands above every policy.
    #[error("`{0}` stands above every policy: it can be neither declared, changed nor dropped")]
    Above(String),
    /// A fact that was not read would be a SUCCESS.
    #[error("rule `{0}`: a fact that could not be read is never a SUCCESS; use WARNING or FAILURE")]
    Unread(String),
    /// The margin for SUCCESS is wider than that for WARNING.
    #[error("rule `{0}`: the margin for SUCCESS is larger than that for WARNING")]
    Margins(String),
    /// A gate compares with step 1.
    #[error(
        "gate `{0}` compares with step 1, which counts do not have: use at-most, none, some, \
         holds, holds-not or covers"
    )]
    GateLooksBefore(String),
    /// It changes or drops, but extends nothing.
    #[error("`{0}` needs a base: name it with extends = \"…\"")]
    NoBase(&'static str),
    /// It names a rule that its base does not have.
    #[error("its base has no rule or gate `{id}`{}", meant(near))]
    Unknown {
        /// What it names.
        id: String,
        /// Ids of the base that look like it.
        near: Vec<String>,
    },
    /// It changes or drops a rule twice.
    #[error("`{0}` is changed or dropped twice")]
    TouchedTwice(String),
    /// A change without a field.
    #[error("the change of `{0}` changes nothing: give it otherwise, unread, title or compare")]
    NoChange(String),
    /// A policy extends itself in the end.
    #[error("it extends itself: {}", shown(.0))]
    Cycle(Vec<Base>),
    /// It builds on too many.
    #[error("it builds on more than {DEEPEST} policies, one on the other")]
    TooDeep,
}

/// A problem and the file it is in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct Misfit {
    /// The file, as it was asked for.
    pub place: String,
    /// What is wrong with it.
    #[source]
    pub problem: PolicyProblem,
}

/// What was probably meant, in words that follow an error; nothing when nothing comes near.
#[must_use]
pub fn meant<S: AsRef<str>>(near: &[S]) -> String {
    let named: Vec<String> = near.iter().map(|it| format!("`{}`", it.as_ref())).collect();
    if named.is_empty() { String::new() } else { format!("; near it: {}", named.join(", ")) }
}

fn shown(bases: &[Base]) -> String {
    bases.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ")
}
