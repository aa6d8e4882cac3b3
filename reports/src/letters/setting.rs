//! What a letter is told with that is in no event: who writes to whom, where the page is, until when.

use jiff::Timestamp;
use serde::Serialize;

use crate::units::instant;

/// What a letter is told with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LetterSetting {
    /// Who writes.
    pub organisation: String,
    /// The name of whom it is written to.
    pub contact: String,
    /// Address of the vendor's own page, where it reads all and answers.
    pub page: String,
    /// Until when the results are kept from the public; none without an embargo.
    pub until: Option<Timestamp>,
}

impl LetterSetting {
    /// Until when an answer counts, in words that follow a verb.
    #[must_use]
    pub fn before(&self) -> String {
        match self.until {
            Some(until) => format!("before {}", instant(until)),
            None => "before the results are published".to_owned(),
        }
    }

    /// Until when the results are this vendor's alone, in a sentence.
    #[must_use]
    pub fn confidence(&self) -> String {
        match self.until {
            Some(until) => format!(
                "Confidential. Nothing of this is public before {}, and afterwards only what names \
                 no conversion tool.",
                instant(until)
            ),
            None => {
                "Confidential. Only what names no conversion tool may become public.".to_owned()
            }
        }
    }
}
