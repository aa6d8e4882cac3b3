//! A digest as it is read: text and HTML of the same view, and JSON for programs.

use askama::Template;

use super::digest::Digest;
use super::wrap::indented;

#[derive(Template)]
#[template(path = "letters/digest.html")]
struct Page<'a> {
    digest: &'a Digest,
}

impl Digest {
    /// The digest as plain text, 72 columns wide.
    #[must_use]
    pub fn text(&self) -> String {
        let section = |(heading, lines): (&str, Vec<String>)| {
            let lines = lines.iter().map(|it| indented(it, "  ", "    "));
            std::iter::once(heading.to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
        };
        let mut parts = vec![self.subject()];
        parts.extend(self.sections().into_iter().map(section));
        parts.push(self.span());
        parts.join("\n\n") + "\n"
    }

    /// Of which part of the log it tells.
    #[must_use]
    pub fn span(&self) -> String {
        match self.opens() {
            true => format!("From position {} of the log on.", self.to),
            false => format!("Positions {} up to {} of the log.", self.from, self.to),
        }
    }

    /// The digest as HTML.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self) -> Result<String, askama::Error> {
        Page { digest: self }.render()
    }

    /// The digest for programs: the `data` of a CloudEvent.
    ///
    /// # Errors
    /// None that is known: every part has a spelling.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}
