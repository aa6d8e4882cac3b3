//! Values that go into arguments.

use std::collections::BTreeMap;

use domain::policy::{meant, near};

use super::driver::Driver;
use super::template::{Piece, Template};
use crate::transport::{Arg, EnvPiece};
use crate::words::{Fault, FaultClass};

/// Longest value, in bytes.
const LONGEST: usize = 4096;

/// Values that are another one each time.
const PLACES: [&str; 2] = ["out", "file"];

/// Values by name. A place is shown as `${name}`: it is another one each time.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
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

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
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

    fn get(&self, name: &str) -> Result<(&str, bool), Fault> {
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

    /// An argument with its values. A value that begins one may not begin with `-`: the program would take the name of
    /// a machine for an option.
    pub(super) fn argument(&self, template: &Template) -> Result<Arg, Fault> {
        let mut arg = Arg { real: String::new(), shown: String::new() };
        for piece in &template.0 {
            match piece {
                Piece::Text(text) => {
                    arg.real.push_str(text);
                    arg.shown.push_str(text);
                }
                Piece::Value(name) => {
                    let (value, place) = self.get(name)?;
                    if arg.real.is_empty() && value.starts_with('-') {
                        let words = format!(
                            "{value:?} begins with `-`, so that it would be taken for an option; name it otherwise"
                        );
                        return Err(Fault::new(FaultClass::NotFound, words));
                    }
                    arg.real.push_str(value);
                    arg.shown.push_str(&if place {
                        format!("${{{name}}}")
                    } else {
                        value.to_owned()
                    });
                }
            }
        }
        Ok(arg)
    }

    /// An environment variable with its values; secrets stay names.
    pub(super) fn variable(
        &self,
        driver: &Driver,
        template: &Template,
    ) -> Result<Vec<EnvPiece>, Fault> {
        let pieces = template.0.iter().map(|piece| match piece {
            Piece::Text(text) => Ok(EnvPiece::Plain(text.clone())),
            Piece::Value(name) if driver.vars.get(name).is_some_and(|it| it.secret.is_some()) => {
                Ok(EnvPiece::Secret(name.clone()))
            }
            Piece::Value(name) => Ok(EnvPiece::Plain(self.get(name)?.0.to_owned())),
        });
        pieces.collect()
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
            .with_place("out", "/tmp/x1");
        let arg = |text: &str| values.argument(&Template::read(text).unwrap());
        assert_eq!(arg("a=${vm}").unwrap(), Arg::plain("a=${out}"));
        let place = Arg { real: "/tmp/x1/f".to_owned(), shown: "${out}/f".to_owned() };
        assert_eq!(arg("${out}/f").unwrap(), place);
        assert!(arg("${bad}").unwrap_err().words.contains("taken for an option"));
        assert_eq!(arg("name=${bad}").unwrap().real, "name=--all");
        let long = Values::default().with("vm", &"x".repeat(LONGEST + 1));
        assert!(long.argument(&Template::read("${vm}").unwrap()).is_err());
    }
}
