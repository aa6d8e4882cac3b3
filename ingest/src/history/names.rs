//! Identifiers for the texts of a file: the same text has the same one, and no two texts share one.

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::ids::{CampaignId, InvalidId, LONGEST_ID, Sha256Digest};

use super::words::quoted;

/// Before the id of every imported campaign, so that none is taken for a campaign of this lab.
pub(super) const IMPORTED: &str = "imported-";

/// Longest text that is given an identifier, in bytes.
const LONGEST_TEXT: usize = 512;

/// The texts of one kind of thing, and the identifiers they were given.
#[derive(Debug)]
pub(super) struct Names<T> {
    kind: &'static str,
    most: usize,
    texts: BTreeMap<String, T>,
    /// By identifier: the text it was made for, and the line that this stands in.
    taken: BTreeMap<String, (String, u64)>,
}

impl<T: Clone + FromStr<Err = InvalidId>> Names<T> {
    /// No names yet, and at most so many to come.
    pub(super) fn new(kind: &'static str, most: usize) -> Self {
        Self { kind, most, texts: BTreeMap::new(), taken: BTreeMap::new() }
    }

    /// The identifier of a text of the file.
    ///
    /// # Errors
    /// In words: no identifier can be made of it, another text has it, or there are too many.
    pub(super) fn id(&mut self, text: &str, line: u64) -> Result<T, String> {
        self.id_as(text, line, spelled)
    }

    /// The same with another way of making identifiers.
    fn id_as(
        &mut self,
        text: &str,
        line: u64,
        spell: fn(&str) -> Option<String>,
    ) -> Result<T, String> {
        if let Some(id) = self.texts.get(text) {
            return Ok(id.clone());
        }
        let kind = self.kind;
        let refused = |words: &str| format!("{kind} {} {words}", quoted(text));
        check(text).map_err(|it| refused(&it))?;
        let id = spell(text);
        let id = id.ok_or_else(|| refused("has no letter or digit to make an id of"))?;
        if let Some((other, line)) = self.taken.get(&id) {
            return Err(format!(
                "{kind} {} and {} of line {line} would both be called `{id}`: spell them alike, or \
                 rename one",
                quoted(text),
                quoted(other)
            ));
        }
        if self.texts.len() == self.most {
            return Err(format!(
                "{kind} {} is one more than the {} allowed",
                quoted(text),
                self.most
            ));
        }
        let parsed: T = id.parse().map_err(|error: InvalidId| error.to_string())?;
        self.texts.insert(text.to_owned(), parsed.clone());
        self.taken.insert(id, (text.to_owned(), line));
        Ok(parsed)
    }
}

impl Names<CampaignId> {
    /// The identifier of a campaign: what the file calls it, behind `imported-`.
    ///
    /// # Errors
    /// As for any other.
    pub(super) fn campaign(&mut self, text: &str, line: u64) -> Result<CampaignId, String> {
        self.id_as(text, line, |text| {
            let id = letters(text)?;
            Some(match id.strip_prefix(IMPORTED) {
                Some(_) => bounded(id, LONGEST_ID),
                None => format!("{IMPORTED}{}", bounded(id, LONGEST_ID - IMPORTED.len())),
            })
        })
    }
}

fn check(text: &str) -> Result<(), String> {
    if text.len() > LONGEST_TEXT {
        return Err(format!("is longer than {LONGEST_TEXT} bytes"));
    }
    if text.chars().any(char::is_control) {
        return Err("holds control characters".to_owned());
    }
    Ok(())
}

fn spelled(text: &str) -> Option<String> {
    letters(text).map(|id| bounded(id, LONGEST_ID))
}

/// The text in the letters of an identifier: lower case, `-` for every run of others.
fn letters(text: &str) -> Option<String> {
    let mut id = String::with_capacity(text.len());
    for letter in text.chars().map(|it| it.to_ascii_lowercase()) {
        if matches!(letter, 'a'..='z' | '0'..='9' | '-' | '_' | '.') {
            id.push(letter);
        } else if !id.ends_with('-') {
            id.push('-');
        }
    }
    let is_own = id == text;
    let id = id.trim_start_matches(['-', '_', '.']);
    let id = if is_own { id } else { id.trim_end_matches('-') };
    (!id.is_empty()).then(|| id.to_owned())
}

/// An identifier of at most so many letters. What is cut is told by its digest.
fn bounded(id: String, longest: usize) -> String {
    if id.len() <= longest {
        return id;
    }
    let digest = Sha256Digest::of(id.as_bytes()).to_string();
    format!("{}-{}", &id[..longest - 9], &digest[..8])
}

#[cfg(test)]
mod tests {
    use domain::ids::PlatformId;

    use super::*;

    fn platforms() -> Names<PlatformId> {
        Names::new("platform", 3)
    }

    #[test]
    fn an_identifier_stays_and_other_texts_are_spelled_as_one() {
        for (text, id) in [
            ("kvm-like", "kvm-like"),
            ("a--b-", "a--b-"),
            ("VMware ESXi 5.0.0", "vmware-esxi-5.0.0"),
            ("Hyper-V (2008 R2)", "hyper-v-2008-r2"),
            ("  Ünïx ", "n-x"),
            ("../../etc", "etc"),
            ("\u{212a}vm", "vm"),
        ] {
            assert_eq!(
                platforms().id(text, 1).map(|it| it.to_string()).as_deref(),
                Ok(id),
                "{text}"
            );
        }
        let long = platforms().id(&"x".repeat(100), 1).unwrap();
        assert_eq!(long.as_str().len(), LONGEST_ID);
        assert_ne!(platforms().id(&"x".repeat(101), 1).unwrap(), long);
    }

    #[test]
    fn what_makes_no_identifier_is_refused() {
        let long = "x".repeat(10_000_000);
        for (text, words) in [
            ("", "has no letter or digit to make an id of"),
            ("—", "has no letter or digit to make an id of"),
            ("日本", "has no letter or digit to make an id of"),
            ("a\u{0}b", "holds control characters"),
            ("a\nb", "holds control characters"),
            (long.as_str(), "is longer than 512 bytes"),
        ] {
            let refusal = platforms().id(text, 1).unwrap_err();
            assert!(refusal.ends_with(words) && refusal.len() < 500, "{refusal}");
        }
    }

    #[test]
    fn two_texts_never_share_an_identifier_and_their_number_is_bounded() {
        let mut names = platforms();
        assert_eq!(names.id("ESXi 5", 2), names.id("ESXi 5", 7));
        let refusal = names.id("esxi-5", 9).unwrap_err();
        assert_eq!(
            refusal,
            "platform \"esxi-5\" and \"ESXi 5\" of line 2 would both be called `esxi-5`: spell them \
             alike, or rename one"
        );
        names.id("b", 3).unwrap();
        names.id("c", 3).unwrap();
        assert_eq!(
            names.id("d", 4),
            Err("platform \"d\" is one more than the 3 allowed".to_owned())
        );
    }

    #[test]
    fn an_imported_campaign_is_called_so_once() {
        let mut names = Names::<CampaignId>::new("campaign", 9);
        assert_eq!(names.campaign("PoC 2013", 1).unwrap().as_str(), "imported-poc-2013");
        assert_eq!(names.campaign("imported-x", 1).unwrap().as_str(), "imported-x");
        assert!(names.campaign("x", 2).is_err(), "it would be the same");
        let long = names.campaign(&"x".repeat(64), 1).unwrap();
        assert_eq!(long.as_str().len(), LONGEST_ID);
        let mut others = Names::<CampaignId>::new("campaign", 9);
        assert_eq!(others.campaign(long.as_str(), 1), Ok(long), "what was imported once stays");
    }
}
