//! Arguments with places for values. A value is put in once and never looked into: `${…}` inside a value stays text.

/// An argument, or an environment variable, as a driver file writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(pub(super) Vec<Piece>);

/// A part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it is.
    Text(String),
    /// The value of this name.
    Value(String),
}

impl Template {
    /// Reads one; the error says what is wrong.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            let (name, after) =
                behind.split_once('}').ok_or_else(|| format!("`${{{behind}` has no end"))?;
            if !is_name(name) {
                return Err(format!("`{name}` is no name of a value"));
            }
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Value(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// The names of the values it needs.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|it| match it {
            Piece::Text(_) => None,
            Piece::Value(name) => Some(name.as_str()),
        })
    }
}

/// Whether a value can be called that: lower-case letters, digits and `_`, a letter first.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_lowercase())
        && name.len() <= 64
        && name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_and_what_is_none_is_said() {
        let text = |it: &str| Piece::Text(it.to_owned());
        let value = |it: &str| Piece::Value(it.to_owned());
        let read = |it: &str| Template::read(it).map(|it| it.0);
        assert_eq!(read("uuid=${vm}.x").unwrap(), [text("uuid="), value("vm"), text(".x")]);
        assert_eq!(read("${a}${b}").unwrap(), [value("a"), value("b")]);
        assert_eq!(read("").unwrap(), [text("")]);
        assert_eq!(read("$5 {x} $").unwrap(), [text("$5 {x} $")]);
        assert_eq!(read("${vm").unwrap_err(), "`${vm` has no end");
        assert_eq!(read("${${vm}}").unwrap_err(), "`${vm` is no name of a value");
        assert!(read("${VM}").is_err() && read("${}").is_err());
    }
}
