//! What a vendor answered, as it reads it again.

use domain::event::Answered;
use domain::letter::LetterRegistry;
use domain::registry::Declared;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnswerLine {
    /// Position of its event.
    pub position: u64,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// By whom.
    pub account: String,
    /// The one result it is about; none for the campaign as a whole.
    pub cell: Option<String>,
    /// It says that a result is wrong.
    pub disputes: bool,
    /// It may stand beside the published result.
    pub may_be_public: bool,
    /// In the vendor's words.
    pub text: String,
    /// What an operator replied to a dispute; none when nobody has.
    pub reply: Option<String>,
}

impl AnswerLine {
    pub(super) fn new(it: &Declared<Answered>, letters: &LetterRegistry) -> Self {
        let answered = &it.what;
        Self {
            position: it.position,
            at: it.at,
            account: answered.account.to_string(),
            cell: answered.cell.as_ref().map(ToString::to_string),
            disputes: answered.disputes,
            may_be_public: answered.may_be_public,
            text: answered.text.clone(),
            reply: letters.settled(it.position).map(|it| it.what.text.clone()),
        }
    }

    /// An operator has to reply before publication.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.disputes && self.reply.is_none()
    }
}
