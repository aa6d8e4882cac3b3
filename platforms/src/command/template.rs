//! Arguments with places for values. A value is put in once and never looked into: `${…}` inside a value stays text.

/// An argument, or an environment variable, as a driver file writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(pub(super) Vec<Piece>);

/// A part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// As it is.
    Text(String),
    /// The value of this name, for whoever reads it at the other end.
    Value(String, Quoting),
}

/// How a value is written so that a shell at the other end of a connection takes it for one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// As it is: there is no shell.
    None,
    /// For a POSIX shell: `${name|sh}`.
    Posix,
    /// For PowerShell: `${name|pwsh}`.
    PowerShell,
}

impl Quoting {
    fn named(name: &str) -> Option<Self> {
        match name {
            "sh" => Some(Self::Posix),
            "pwsh" => Some(Self::PowerShell),
            _ => None,
        }
    }

    /// The value as that shell reads it. Both take everything between single quotes as it is but for the quote itself;
    /// PowerShell takes four other characters for one.
    pub(super) fn quoted(self, value: &str) -> String {
        match self {
            Self::None => value.to_owned(),
            Self::Posix => format!("'{}'", value.replace('\'', r"'\''")),
            Self::PowerShell => {
                let twice = |it: char| matches!(it, '\'' | '\u{2018}'..='\u{201b}');
                let doubled: String = value
                    .chars()
                    .flat_map(|it| [Some(it), twice(it).then_some(it)])
                    .flatten()
                    .collect();
                format!("'{doubled}'")
            }
        }
    }
}

impl Template {
    /// Reads one; the error says what is wrong.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            let (name, after) =
                behind.split_once('}').ok_or_else(|| format!("`${{{behind}` has no end"))?;
            let (name, quoting) = match name.split_once('|') {
                None => (name, Quoting::None),
                Some((name, how)) => {
                    let unknown =
                        || format!("`{how}` is no way of quoting; there are `sh` and `pwsh`");
                    (name, Quoting::named(how).ok_or_else(unknown)?)
                }
            };
            if !is_name(name) {
                return Err(format!("`{name}` is no name of a value"));
            }
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Value(name.to_owned(), quoting));
            rest = after;
        }
        if !rest.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// The names of the values it needs.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|it| match it {
            Piece::Text(_) => None,
            Piece::Value(name, _) => Some(name.as_str()),
        })
    }

    /// The names of the values that are put in as they are.
    pub(super) fn bare(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|it| match it {
            Piece::Value(name, Quoting::None) => Some(name.as_str()),
            Piece::Value(_, Quoting::Posix | Quoting::PowerShell) | Piece::Text(_) => None,
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
        let value = |it: &str| Piece::Value(it.to_owned(), Quoting::None);
        let read = |it: &str| Template::read(it).map(|it| it.0);
        assert_eq!(read("uuid=${vm}.x").unwrap(), [text("uuid="), value("vm"), text(".x")]);
        assert_eq!(read("${a}${b}").unwrap(), [value("a"), value("b")]);
        assert_eq!(read("").unwrap(), [text("")]);
        assert_eq!(read("$5 {x} $").unwrap(), [text("$5 {x} $")]);
        assert_eq!(read("${vm").unwrap_err(), "`${vm` has no end");
        assert_eq!(read("${${vm}}").unwrap_err(), "`${vm` is no name of a value");
        assert!(read("${VM}").is_err() && read("${}").is_err());
        assert_eq!(read("${vm|sh}").unwrap(), [Piece::Value("vm".to_owned(), Quoting::Posix)]);
        assert!(read("${vm|cmd}").unwrap_err().contains("no way of quoting"));
    }

    #[test]
    fn a_shell_at_the_other_end_gets_the_value_and_nothing_else() {
        for value in ["web", "", "a'b", "$(touch x)`y`", "a\nb; rm -rf /", r"\", "--all", "’ö’"]
        {
            let script = format!("printf %s {}", Quoting::Posix.quoted(value));
            let said = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(said.stdout).unwrap(), value);
        }
        assert_eq!(Quoting::PowerShell.quoted("a'b; $(x)"), "'a''b; $(x)'");
        assert_eq!(Quoting::PowerShell.quoted("a\u{2019}"), "'a\u{2019}\u{2019}'");
    }
}
