//! The subject of a letter as a header that gives every reader the same words again.

use email_encoding::headers::rfc2047;
use email_encoding::headers::writer::EmailWriter;
use lettre::message::header::{HeaderName, HeaderValue};

const NAME: &str = "Subject";

/// The subject as a header.
///
/// lettre encodes word by word, and what is white between two encoded words is nothing (RFC 2047, section 6.2):
/// of two spaces between words that are not ASCII none arrives. Nor does it encode what only looks encoded. Such a
/// subject is therefore encoded as a whole.
pub(crate) fn subject(text: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(NAME);
    let plain = text.is_ascii() && !text.contains("  ") && !text.contains("=?");
    match encoded(text) {
        Ok(whole) if !plain => HeaderValue::dangerous_new_pre_encoded(name, text.to_owned(), whole),
        _ => HeaderValue::new(name, text.to_owned()),
    }
}

fn encoded(text: &str) -> Result<String, std::fmt::Error> {
    let mut whole = String::new();
    let begun = NAME.len() + ": ".len();
    rfc2047::encode(text, &mut EmailWriter::new(&mut whole, begun, 0, false))?;
    Ok(whole)
}
