//! From a file to a driver: every mistake is told, with its line and what to do.

mod described;
mod parts;
mod references;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use domain::policy::{meant, near};
use toml::Spanned;

use super::driver::{Driver, Retry, Var, Verb};
use super::file::{DriverFile, MOST_ENTRIES, MOST_FILE, PlatformPart, VarPart};
use super::problem::{Problem, Problems, line_of};
use super::template::{Template, is_name};
use super::{duration, fields};
use crate::words::{Capability, CapabilitySet, PowerOp};

/// How long to wait before a second try, when the file does not say.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Most tries after the first.
const MOST_TRIES: u32 = 10;

impl Driver {
    /// Reads a driver file.
    ///
    /// # Errors
    /// Its mistakes, at most twenty, in the order of their lines.
    pub fn read(text: &str) -> Result<Self, Vec<Problem>> {
        if text.len() > MOST_FILE {
            let what = format!("the file has more than {} KiB", MOST_FILE >> 10);
            return Err(vec![Problem { line: 1, what, remedy: "make it shorter".to_owned() }]);
        }
        let file: DriverFile = toml::from_str(text)
            .map_err(|error| vec![unreadable(text, &error, "docs/drivers.md")])?;
        let mut problems = Problems::of(text);
        let driver = Checking {
            problems: &mut problems,
            secrets: BTreeSet::new(),
            known: BTreeSet::new(),
            asking: BTreeSet::new(),
        }
        .driver(file);
        problems.into_result()?;
        Ok(driver)
    }
}

/// A file that TOML or its keys are wrong in.
pub(crate) fn unreadable(text: &str, error: &toml::de::Error, docs: &str) -> Problem {
    let line = error.span().map_or(1, |it| line_of(text, it.start));
    let what: String = error.message().chars().take(300).collect();
    let remedy = if what.contains("unknown field") || what.contains("unknown variant") {
        "write one of those that are named".to_owned()
    } else if what.contains("missing field") {
        format!("add it; {docs} says what it is for")
    } else {
        format!("write it as {docs} shows")
    };
    Problem { line, what: what.replace('\n', " "), remedy }
}

/// What is checked against: the file's own values, filled in first.
struct Checking<'p, 't> {
    problems: &'p mut Problems<'t>,
    /// Names of values that are secret.
    secrets: BTreeSet<String>,
    /// Names of all values of the file.
    known: BTreeSet<String>,
    /// Verbs of the file's own that others ask: they only read.
    asking: BTreeSet<String>,
}

impl Checking<'_, '_> {
    fn driver(mut self, file: DriverFile) -> Driver {
        let vars = self.vars(file.vars);
        let env = file.env.into_iter().filter_map(|(name, text)| {
            let template = self.template(&text, &[], true)?;
            if name.is_empty() || !name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_') {
                self.problems.add(
                    &text.span(),
                    format!("`{name}` is no name of an environment variable"),
                    "use letters, digits and `_`",
                );
            }
            Some((name, template))
        });
        let env: BTreeMap<String, Template> = env.collect();
        let retry = self.retry(file.retry.most, file.retry.first);
        let errors = file.errors.into_iter().filter_map(|it| self.error(it)).collect();
        self.references(&file.verb, &file.platform.span());
        self.asking = references::asking(&file.verb);
        let verbs: BTreeMap<String, Verb> = file
            .verb
            .into_iter()
            .filter_map(|(name, part)| Some((name.clone(), self.verb(&name, part)?)))
            .collect();
        let PlatformPart {
            id,
            product,
            exercised,
            evidence,
            sources,
            twice,
            formats_in,
            formats_out,
        } = self.platform(file.platform);
        let definition = file.definition.and_then(|it| self.definition(it, &formats_in));
        let capabilities = CapabilitySet {
            can: capabilities(&verbs),
            twice,
            formats_in: formats_in.into_iter().collect(),
            formats_out: formats_out.into_iter().collect(),
        };
        Driver {
            id,
            product,
            exercised,
            evidence,
            sources,
            vars,
            capabilities,
            definition,
            env,
            retry,
            errors,
            verbs,
        }
    }

    fn platform(&mut self, part: Spanned<PlatformPart>) -> PlatformPart {
        let (span, part) = (part.span(), part.into_inner());
        if part.id.parse::<domain::ids::PlatformId>().is_err() {
            self.problems.add(
                &span,
                format!("the id {:?} is none", part.id.chars().take(80).collect::<String>()),
                "use lower-case letters, digits, `-`, `_` and `.`, a letter or digit first",
            );
        }
        for (name, text) in [("product", &part.product), ("evidence", &part.evidence)] {
            if text.trim().is_empty() || text.len() > 1024 {
                let remedy = "say it in a sentence; readers rely on it";
                self.problems.add(
                    &span,
                    format!("`{name}` is empty or longer than 1024 bytes"),
                    remedy,
                );
            }
        }
        part
    }

    fn vars(&mut self, parts: BTreeMap<String, Spanned<VarPart>>) -> BTreeMap<String, Var> {
        let reserved: BTreeSet<&str> = fields::all_values().collect();
        let mut vars = BTreeMap::new();
        self.few(parts.len(), "values", parts.values().next().map(Spanned::span));
        for (name, part) in parts {
            let (span, VarPart { about, default, secret }) = (part.span(), part.into_inner());
            if !is_name(&name) || reserved.contains(name.as_str()) {
                self.problems.add(
                    &span,
                    format!("no value can be called `{name}`"),
                    format!(
                        "use lower-case letters, digits and `_`, and none of: {}",
                        reserved.iter().copied().collect::<Vec<_>>().join(", ")
                    ),
                );
            }
            if let Some(reference) = &secret {
                if default.is_some() {
                    let remedy =
                        "say where it is with `secret` alone: a secret never stands in a file";
                    self.problems.add(&span, format!("the secret `{name}` has a default"), remedy);
                }
                if !is_reference(reference) {
                    let remedy = "write \"env:NAME\" or \"file:PATH\"";
                    self.problems.add(
                        &span,
                        format!("`{name}` says not where the secret is"),
                        remedy,
                    );
                }
                self.secrets.insert(name.clone());
            }
            self.known.insert(name.clone());
            vars.insert(name, Var { about, default, secret });
        }
        vars
    }

    fn retry(&mut self, most: u32, first: Option<Spanned<String>>) -> Retry {
        let span = first.as_ref().map_or(0..0, Spanned::span);
        if most > MOST_TRIES {
            self.problems.add(
                &span,
                format!("{most} further tries"),
                format!("at most {MOST_TRIES}"),
            );
        }
        Retry { most, first: first.and_then(|it| self.time(&it)).unwrap_or(FIRST_WAIT) }
    }

    fn time(&mut self, text: &Spanned<String>) -> Option<Duration> {
        let time = duration::read(text.get_ref());
        if time.is_none() {
            let what = format!("{:?} is no time", text.get_ref());
            self.problems.add(
                &text.span(),
                what,
                "write such as \"500ms\", \"30s\", \"5m\" or \"2h\", at most a week",
            );
        }
        time
    }

    /// Reads an argument or environment variable that may use the file's values and these.
    fn template(&mut self, text: &Spanned<String>, values: &[&str], env: bool) -> Option<Template> {
        let template = match Template::read(text.get_ref()) {
            Ok(template) => template,
            Err(what) => {
                self.problems.add(&text.span(), what, "a value is written ${name}");
                return None;
            }
        };
        for name in template.names() {
            if self.secrets.contains(name) && !env {
                self.problems.add(
                    &text.span(),
                    format!("the secret `{name}` stands among the arguments, which every user of the machine can read"),
                    "hand it over in [env]",
                );
            } else if !self.known.contains(name) && !values.contains(&name) {
                let all = self.known.iter().map(String::as_str).chain(values.iter().copied());
                let what = format!("there is no value `{name}` here{}", meant(&near(name, all)));
                self.problems.add(&text.span(), what, "declare it in [vars], or mend its name");
            }
        }
        Some(template)
    }

    fn few(&mut self, number: usize, what: &str, span: Option<Range<usize>>) {
        if number > MOST_ENTRIES {
            let what = format!("{number} {what}");
            self.problems.add(&span.unwrap_or(0..0), what, format!("at most {MOST_ENTRIES}"));
        }
    }
}

/// Whether a text says where a secret is.
fn is_reference(text: &str) -> bool {
    ["env:", "file:"].iter().any(|it| text.strip_prefix(it).is_some_and(|rest| !rest.is_empty()))
}

/// What these verbs make a driver able to do.
fn capabilities(verbs: &BTreeMap<String, Verb>) -> BTreeSet<Capability> {
    let has = |it: &Capability| verbs.contains_key(it.verb());
    let mut can: BTreeSet<Capability> = Capability::BY_VERB.into_iter().filter(has).collect();
    can.extend(PowerOp::ALL.map(Capability::Power).into_iter().filter(has));
    let import = verbs.get("import");
    if import.is_some_and(|it| it.dry.is_some()) {
        can.insert(Capability::Precheck);
    }
    if import.is_some_and(|it| it.cancel.is_some()) {
        can.insert(Capability::CancelImport);
    }
    if verbs.get("export").is_some_and(|it| it.cancel.is_some()) {
        can.insert(Capability::CancelExport);
    }
    can
}
