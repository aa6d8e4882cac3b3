//! Reading the spelling of a leaf from left to right. There is one, so anything else is damage.

use std::borrow::Cow;

use uuid::Uuid;

/// What is left of a leaf. Errors say what should stand there.
pub(super) struct Reading<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Reading<'a> {
    /// Passes these very bytes.
    pub(super) fn pass(&mut self, text: &'static str) -> Result<(), String> {
        self.rest = self
            .rest
            .strip_prefix(text.as_bytes())
            .ok_or_else(|| format!("`{text}` is not where it should be"))?;
        Ok(())
    }

    /// A whole number, without sign or leading zeros.
    pub(super) fn number(&mut self) -> Result<u64, String> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.rest.split_at(digits);
        if number.len() > 1 && number[0] == b'0' {
            return Err("a number begins with 0".to_owned());
        }
        let number = std::str::from_utf8(number).ok().and_then(|it| it.parse().ok());
        self.rest = rest;
        number.ok_or_else(|| "a number is missing or too large".to_owned())
    }

    /// A command's id, hyphenated, without its quotes.
    pub(super) fn id(&mut self) -> Result<Uuid, String> {
        let wrong = || "the command is no UUID".to_owned();
        let (id, rest) = self.rest.split_at_checked(36).ok_or_else(wrong)?;
        self.rest = rest;
        Uuid::try_parse_ascii(id).map_err(|_| wrong())
    }

    /// A text behind its opening quote, up to and with the closing one.
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, String> {
        let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
        let end = self.rest.iter().position(ends).unwrap_or(self.rest.len());
        if self.rest.get(end) != Some(&b'"') {
            return self.escaped_text(end).map(Cow::Owned);
        }
        let text = std::str::from_utf8(&self.rest[..end]);
        self.rest = &self.rest[end + 1..];
        text.map(Cow::Borrowed).map_err(|error| error.to_string())
    }

    /// A text with escapes, none of them before `plain`.
    fn escaped_text(&mut self, plain: usize) -> Result<String, String> {
        let mut escaped = false;
        let closes = |byte: &u8| {
            let closes = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            closes
        };
        let behind = self.rest.get(plain..).unwrap_or_default();
        let length = behind.iter().position(closes).ok_or("a text does not end")?;
        let (text, rest) = self.rest.split_at(plain + length);
        self.rest = &rest[1..];
        let quoted = [b"\"", text, b"\""].concat();
        serde_json::from_slice(&quoted).map_err(|error| error.to_string())
    }
}
