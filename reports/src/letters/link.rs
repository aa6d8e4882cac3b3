//! A letter that says nothing of results: only where they can be read, and until when.

use super::setting::LetterSetting;
use super::vendor_letter::{VendorLetter, subject};
use super::wrap::{one_line, paragraph};

/// A letter with a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkLetter {
    /// What the mail is called.
    pub subject: String,
    /// Its text.
    pub text: String,
}

impl From<&VendorLetter> for LinkLetter {
    fn from(letter: &VendorLetter) -> Self {
        let (name, campaign) = (&letter.results.name, letter.results.campaign.as_str());
        let setting = &letter.setting;
        Self { subject: subject(name, campaign), text: text(setting, name, campaign) }
    }
}

fn text(setting: &LetterSetting, name: &str, campaign: &str) -> String {
    let LetterSetting { organisation, contact, page, .. } = setting;
    let parts = [
        format!("Dear {},", one_line(contact)),
        paragraph(&format!(
            "the results of {name} in the interoperability campaign {campaign} are ready. They are \
             not in this mail. Please read them here:"
        )),
        format!("  {}", one_line(page)),
        paragraph(&format!(
            "On that page you can answer, and dispute a result that you hold to be wrong. An answer \
             that reaches us {} is considered before anything is published.",
            setting.before()
        )),
        paragraph(&setting.confidence()),
        one_line(organisation),
    ];
    parts.join("\n\n") + "\n"
}
