//! A notification taken apart: its head, and the parts on its first level. What lies deeper is never looked into, so no
//! depth can be reached that a stack does not bear; heads are read and parts unpacked by mail-parser.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{MessageParser, MimeHeaders as _};

/// As many parts of a notification are looked at; there are three.
const MOST: usize = 32;

/// As much of a head is read.
const HEAD_BYTES: usize = 256 * 1024;

/// A head and what stands below it.
pub(super) struct Part<'a> {
    /// Its media type, as in `message/delivery-status`, in small letters.
    pub(super) kind: String,
    boundary: Option<String>,
    report: Option<String>,
    encoding: Option<String>,
    body: &'a [u8],
}

impl<'a> Part<'a> {
    /// Reads what begins with a head.
    pub(super) fn read(bytes: &'a [u8]) -> Self {
        let (head, body) = split(bytes);
        let message = MessageParser::default().parse_headers(&head[..head.len().min(HEAD_BYTES)]);
        let found = message.as_ref().and_then(|it| it.content_type());
        let word = |name: &str| found.and_then(|it| it.attribute(name)).map(str::to_owned);
        let kind = found.map(|it| format!("{}/{}", it.ctype(), it.subtype().unwrap_or_default()));
        let encoding = message.as_ref().and_then(|it| it.content_transfer_encoding());
        Self {
            kind: kind.unwrap_or_else(|| "text/plain".to_owned()).to_ascii_lowercase(),
            boundary: word("boundary"),
            report: word("report-type"),
            encoding: encoding.map(str::to_ascii_lowercase),
            body,
        }
    }

    /// Whether it is a report about deliveries.
    pub(super) fn is_report(&self) -> bool {
        let report =
            self.report.as_ref().is_some_and(|it| it.eq_ignore_ascii_case("delivery-status"));
        report && self.kind == "multipart/report"
    }

    /// The parts between its boundaries.
    pub(super) fn parts(&self) -> Vec<Part<'a>> {
        let Some(boundary) = self.boundary.as_ref().filter(|it| !it.is_empty()) else {
            return Vec::new();
        };
        let delimiter = format!("--{boundary}");
        let mut found = Vec::new();
        let mut start = None;
        let mut at = 0;
        for line in self.body.split_inclusive(|it| *it == b'\n') {
            let rest = line.trim_ascii_end().strip_prefix(delimiter.as_bytes());
            if let Some(end @ (b"" | b"--")) = rest {
                if let Some(start) = start.filter(|_| found.len() < MOST) {
                    found.push(Part::read(&self.body[start..at]));
                }
                start = Some(at + line.len()).filter(|_| end.is_empty());
            }
            at += line.len();
        }
        // One that is not ended, as when a notification was cut.
        if let Some(start) = start.filter(|_| found.len() < MOST) {
            found.push(Part::read(&self.body[start..]));
        }
        found
    }

    /// What is in it, unpacked.
    pub(super) fn text(&self) -> String {
        let bytes = match self.encoding.as_deref() {
            Some("base64") => base64_decode(self.body).unwrap_or_default().into(),
            Some("quoted-printable") => {
                quoted_printable_decode(self.body).unwrap_or_default().into()
            }
            Some(_) | None => Cow::from(self.body),
        };
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The head with its empty line, and the rest.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in bytes.split_inclusive(|it| *it == b'\n') {
        at += line.len();
        if line.trim_ascii().is_empty() {
            break;
        }
    }
    bytes.split_at(at)
}
