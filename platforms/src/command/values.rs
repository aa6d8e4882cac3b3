//! Values that go into arguments.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding as _};
use domain::policy::{meant, near};

use super::driver::Driver;
use super::template::{Piece, Quoting, Template};
use crate::transport::{Arg, EnvPiece};
use crate::words::{Fault, FaultClass};

/// Longest value, in bytes.
const LONGEST: usize = 4096;

/// Values that are another one each time.
const PLACES: [&str; 5] = ["out", "file", "disk", "disk_format", "console"];

/// Values by name. A place is shown as `${name}`: it is another one each time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    plain: BTreeMap<String, String>,
    places: BTreeMap<String, String>,
}

/// Why a driver cannot be used with the values given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VarProblem {
    /// One is not given and has no default.
    #[error("the driver needs `{name}` ({about}): give it with --var {name}=…")]
    Missing {
        /// Its name.
        name: String,
        /// What it is.
        about: String,
    },
    /// The driver knows none of that name.
    #[error("the driver has no value `{name}`{}", meant(near))]
    Unknown {
        /// The name.
        name: String,
        /// Names like it.
        near: Vec<String>,
    },
}

impl Values {
    /// A driver's own values: those given, else their defaults. Secrets are not among them.
    pub(super) fn of(
        driver: &Driver,
        given: &BTreeMap<String, String>,
    ) -> Result<Self, VarProblem> {
        if let Some(name) = given.keys().find(|it| !driver.vars.contains_key(*it)) {
            let near = near(name, driver.vars.keys().map(String::as_str));
            let near = near.into_iter().map(str::to_owned).collect();
            return Err(VarProblem::Unknown { name: name.clone(), near });
        }
        let mut values = Self::default();
        for (name, var) in driver.vars.iter().filter(|(_, var)| var.secret.is_none()) {
            match given.get(name).or(var.default.as_ref()) {
                Some(value) => values.plain.insert(name.clone(), value.clone()),
                None => {
                    let about = var.about.clone();
                    return Err(VarProblem::Missing { name: name.clone(), about });
                }
            };
        }
        Ok(values)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.plain.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(super) fn with_place(mut self, name: &str, value: &str) -> Self {
        self.places.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(super) fn with_all(mut self, values: &BTreeMap<String, String>) -> Self {
        for (name, value) in values {
            let of =
                if PLACES.contains(&name.as_str()) { &mut self.places } else { &mut self.plain };
            of.insert(name.clone(), value.clone());
        }
        self
    }

    pub(super) fn get(&self, name: &str) -> Result<(&str, bool), Fault> {
        let plain = self.plain.get(name).map(|it| (it.as_str(), false));
        let found = plain.or_else(|| self.places.get(name).map(|it| (it.as_str(), true)));
        let (value, place) = found.ok_or_else(|| {
            let words = format!("`${{{name}}}` is not known at this point");
            Fault::new(FaultClass::Unsupported, words)
        })?;
        if value.contains('\0') || value.len() > LONGEST {
            let words = format!("`{name}` has a NUL character or more than {LONGEST} bytes");
            return Err(Fault::new(FaultClass::NotFound, words));
        }
        Ok((value, place))
    }

    /// An argument with its values. A value that begins one, or a word of a shell at the other end, may not begin with `-`:
    /// the program would take the name of a machine for an option.
    pub(crate) fn argument(&self, template: &Template) -> Result<Arg, Fault> {
        let mut arg = Arg { real: String::new(), shown: String::new() };
        for piece in &template.0 {
            match piece {
                Piece::Text(text) => {
                    arg.real.push_str(text);
                    arg.shown.push_str(text);
                }
                Piece::Value(name, quoting) => {
                    let (value, place) = self.get(name)?;
                    if value.starts_with('-') && begins_word(&arg.real, *quoting) {
                        let words = format!(
                            "{value:?} begins with `-`, so that it would be taken for an option; name it otherwise"
                        );
                        return Err(Fault::new(FaultClass::NotFound, words));
                    }
                    let value = quoting.quoted(value);
                    arg.real.push_str(&value);
                    arg.shown.push_str(&if place { format!("${{{name}}}") } else { value });
                }
            }
        }
        Ok(arg)
    }

    /// A script for PowerShell as `-EncodedCommand` takes it; it is shown as it was before.
    pub(super) fn encoded(&self, script: &Template) -> Result<Arg, Fault> {
        let Arg { real, shown } = self.argument(script)?;
        let bytes: Vec<u8> = real.encode_utf16().flat_map(u16::to_le_bytes).collect();
        Ok(Arg { real: Base64::encode_string(&bytes), shown })
    }

    /// An environment variable with its values; secrets stay names.
    pub(super) fn variable(
        &self,
        driver: &Driver,
        template: &Template,
    ) -> Result<Vec<EnvPiece>, Fault> {
        let pieces = template.0.iter().map(|piece| match piece {
            Piece::Text(text) => Ok(EnvPiece::Plain(text.clone())),
            Piece::Value(name, _)
                if driver.vars.get(name).is_some_and(|it| it.secret.is_some()) =>
            {
                Ok(EnvPiece::Secret(name.clone()))
            }
            Piece::Value(name, quoting) => Ok(EnvPiece::Plain(quoting.quoted(self.get(name)?.0))),
        });
        pieces.collect()
    }
}

/// Whether a value behind this text is the beginning of what a program gets. Quotes are no help: the shell takes them
/// away. PowerShell is another matter: what is quoted there is no parameter.
fn begins_word(before: &str, quoting: Quoting) -> bool {
    match quoting {
        Quoting::None => before.is_empty(),
        Quoting::Posix => before.is_empty() || before.ends_with(char::is_whitespace),
        Quoting::PowerShell => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_never_looked_into_and_never_an_option() {
        let values = Values::default()
            .with("vm", "${out}")
            .with("bad", "--all")
            .with_place("out", "/place/x1");
        let arg = |text: &str| values.argument(&Template::read(text).unwrap());
        assert_eq!(arg("a=${vm}").unwrap(), Arg::plain("a=${out}"));
        let place = Arg { real: "/place/x1/f".to_owned(), shown: "${out}/f".to_owned() };
        assert_eq!(arg("${out}/f").unwrap(), place);
        assert!(arg("${bad}").unwrap_err().words.contains("taken for an option"));
        assert_eq!(arg("name=${bad}").unwrap().real, "name=--all");
        for word in ["${bad|sh}", "xl list ${bad|sh}", "xl list\n${bad|sh}"] {
            assert!(arg(word).unwrap_err().words.contains("taken for an option"), "{word}");
        }
        assert_eq!(arg("file=/x/${bad|sh}.cfg").unwrap().real, "file=/x/'--all'.cfg");
        let script = values.encoded(&Template::read("Get-VM ${vm|pwsh}").unwrap()).unwrap();
        assert_eq!(script.shown, "Get-VM '${out}'");
        assert_eq!(script.real, "RwBlAHQALQBWAE0AIAAnACQAewBvAHUAdAB9ACcA");
        let long = Values::default().with("vm", &"x".repeat(LONGEST + 1));
        assert!(long.argument(&Template::read("${vm}").unwrap()).is_err());
    }
}
