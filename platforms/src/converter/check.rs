//! From a file to a recipe: every mistake is told, with its line and what to do.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use regex_lite::Regex;
use toml::Spanned;

use super::file::{ConversionPart, ConverterFile, ErrorPart, ProbePart};
use super::{Card, Conversion, Form};
use crate::command::{ErrorRule, MOST_FILE, Problem, Problems, Template, duration, unreadable};

/// How long a question to a tool may take.
pub(super) const ASKED: Duration = Duration::from_secs(60);
/// How long a conversion may take when its file does not say.
const CONVERTED: Duration = Duration::from_secs(2 * 3600);
/// Most entries of one kind.
const MOST_ENTRIES: usize = 128;
/// What may stand in arguments.
pub(super) const VALUES: [&str; 7] = ["from", "to", "input", "disk", "out", "folder", "name"];
/// The argument that stands for the options of the wanted form.
const OPTIONS: &str = "${options}";

/// A converter's file that was checked.
#[derive(Debug)]
pub struct Recipe {
    /// What it is.
    pub card: Card,
    pub(super) env: BTreeMap<String, Template>,
    pub(super) probe: Option<Probe>,
    pub(super) errors: Vec<ErrorRule>,
    /// How each conversion of the card is carried out; none where a person works the tool.
    pub(super) ways: Vec<Option<Way>>,
}

#[derive(Debug)]
pub(super) struct Probe {
    pub(super) argv: Vec<String>,
    pub(super) version: Regex,
    pub(super) can: Option<(Vec<String>, Regex)>,
}

/// How a conversion is carried out.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) needs: Vec<Template>,
    pub(super) argv: Vec<Word>,
    pub(super) options: BTreeMap<Form, Vec<String>>,
    pub(super) result: Template,
    pub(super) leaves: Vec<Template>,
    pub(super) progress: Option<Regex>,
    pub(super) warns: Option<Regex>,
    pub(super) limit: Duration,
}

#[derive(Debug)]
pub(super) enum Word {
    Plain(Template),
    Options,
}

impl Recipe {
    /// Reads a converter file.
    ///
    /// # Errors
    /// Its mistakes, at most twenty, in the order of their lines.
    pub fn read(text: &str) -> Result<Self, Vec<Problem>> {
        if text.len() > MOST_FILE {
            let what = format!("the file has more than {} KiB", MOST_FILE >> 10);
            return Err(vec![Problem { line: 1, what, remedy: "make it shorter".to_owned() }]);
        }
        let file: ConverterFile =
            toml::from_str(text).map_err(|it| vec![unreadable(text, &it, "docs/converters.md")])?;
        let mut checking = Checking { problems: Problems::of(text) };
        let recipe = checking.recipe(file);
        checking.problems.into_result()?;
        Ok(recipe)
    }
}

struct Checking<'t> {
    problems: Problems<'t>,
}

impl Checking<'_> {
    fn recipe(&mut self, file: ConverterFile) -> Recipe {
        let (span, part) = (file.converter.span(), file.converter.into_inner());
        let said =
            [("maker", &part.maker), ("product", &part.product), ("evidence", &part.evidence)];
        for (name, text) in said {
            if text.trim().is_empty() || text.len() > 1024 {
                let what = format!("`{name}` is empty or longer than 1024 bytes");
                self.problems.add(&span, what, "say it in a sentence; readers rely on it");
            }
        }
        if file.conversion.is_empty() || file.conversion.len() > MOST_ENTRIES {
            let what = "it has no [[conversion]], or more than 128";
            self.problems.add(&span, what, "say what it makes of what");
        }
        let probe = file.probe.and_then(|it| self.probe(it));
        let errors = file.errors.into_iter().filter_map(|it| self.error(it)).collect();
        let env = file.env.iter();
        let env = env.filter_map(|(name, it)| Some((name.clone(), self.template(&span, it)?)));
        let env = env.collect();
        let (mut conversions, mut ways) = (Vec::new(), Vec::new());
        for part in file.conversion {
            let (conversion, way) = self.conversion(part, probe.is_some());
            conversions.push(conversion);
            ways.push(way);
        }
        let card = Card {
            id: part.id,
            vendor: part.vendor,
            maker: part.maker,
            product: part.product,
            status: part.status,
            exercised: part.exercised,
            evidence: part.evidence,
            sources: part.sources,
            conversions,
        };
        Recipe { card, env, probe, errors, ways }
    }

    fn probe(&mut self, part: Spanned<ProbePart>) -> Option<Probe> {
        let (span, part) = (part.span(), part.into_inner());
        let empty = part.argv.is_empty() || part.can.as_ref().is_some_and(|it| it.argv.is_empty());
        if empty {
            self.problems.add(&span, "`argv` is empty", "name the program and its arguments");
        }
        let version = self.pattern(&span, &part.version, &["version"])?;
        let can = match part.can {
            None => None,
            Some(can) => Some((can.argv, self.pattern(&span, &can.pattern, &["can"])?)),
        };
        Some(Probe { argv: part.argv, version, can })
    }

    fn error(&mut self, part: Spanned<ErrorPart>) -> Option<ErrorRule> {
        let (span, part) = (part.span(), part.into_inner());
        let pattern = self.pattern(&span, &part.pattern, &[])?;
        if !pattern.is_match(&part.example) {
            let what = format!("`match` does not match its example {:?}", part.example);
            self.problems.add(&span, what, "mend one of the two");
        }
        Some(ErrorRule::new(pattern, part.class, part.example))
    }

    fn conversion(
        &mut self,
        part: Spanned<ConversionPart>,
        is_probed: bool,
    ) -> (Conversion, Option<Way>) {
        let (span, part) = (part.span(), part.into_inner());
        if part.from.is_empty() || part.to.is_empty() {
            let what = "`from` or `to` is empty";
            self.problems.add(&span, what, "name the forms it accepts and produces");
        }
        if !part.argv.is_empty() && !is_probed {
            let what = "it is started from here, but nothing says whether it is installed";
            self.problems.add(&span, what, "add a [probe]");
        }
        let conversion = Conversion {
            from: part.from.iter().cloned().collect(),
            to: part.to.iter().cloned().collect(),
            keeps: part.keeps,
            is_drivable: !part.argv.is_empty(),
        };
        let way = if part.argv.is_empty() { None } else { self.way(&span, part) };
        (conversion, way)
    }

    fn way(&mut self, span: &Range<usize>, part: ConversionPart) -> Option<Way> {
        let result = self.template(span, part.result.as_deref().unwrap_or("result"))?;
        let all = |this: &mut Self, texts: &[String]| -> Option<Vec<Template>> {
            texts.iter().map(|it| this.template(span, it)).collect()
        };
        let (needs, leaves) = (all(self, &part.needs)?, all(self, &part.leaves)?);
        let word = |text: &String| match text.as_str() {
            OPTIONS => Some(Word::Options),
            text => self.template(span, text).map(Word::Plain),
        };
        let argv: Vec<Word> = part.argv.iter().map(word).collect::<Option<_>>()?;
        let progress = match part.progress {
            None => None,
            Some(text) => Some(self.pattern(span, &text, &["percent", "done"])?),
        };
        let warns = match part.warns {
            None => None,
            Some(text) => Some(self.pattern(span, &text, &[])?),
        };
        let limit = match part.limit.as_deref() {
            None => Some(CONVERTED),
            Some(text) => duration::read(text),
        };
        if limit.is_none() {
            self.problems.add(
                span,
                "`limit` is no time",
                "write such as \"30s\", \"5m\" or \"2h\"",
            );
        }
        self.writes(span, &argv);
        Some(Way {
            needs,
            argv,
            options: part.options,
            result,
            leaves,
            progress,
            warns,
            limit: limit.unwrap_or(CONVERTED),
        })
    }

    /// A conversion that names no place to write to would write where it likes.
    fn writes(&mut self, span: &Range<usize>, argv: &[Word]) {
        let names: BTreeSet<&str> =
            argv.iter().filter_map(Word::template).flat_map(Template::names).collect();
        if !["out", "folder"].iter().any(|it| names.contains(it)) {
            let remedy = "let it write to ${out}, or into ${folder}";
            self.problems.add(span, "its arguments name no place to write to", remedy);
        }
    }

    fn template(&mut self, span: &Range<usize>, text: &str) -> Option<Template> {
        let template = match Template::read(text) {
            Ok(template) => template,
            Err(what) => {
                self.problems.add(span, what, "a value is written ${name}");
                return None;
            }
        };
        if let Some(name) = template.names().find(|it| !VALUES.contains(it)) {
            let what = format!("there is no value `{name}` here");
            let remedy = format!("there are: {}", VALUES.join(", "));
            self.problems.add(span, what, remedy);
        }
        Some(template)
    }

    /// A pattern with at least one of these groups.
    fn pattern(&mut self, span: &Range<usize>, text: &str, groups: &[&str]) -> Option<Regex> {
        let what = match Regex::new(&format!("(?m){text}")) {
            Err(error) => format!("{text:?} is no pattern: {error}"),
            Ok(pattern) => {
                let has = |it: &&str| pattern.capture_names().flatten().any(|name| name == *it);
                if groups.is_empty() || groups.iter().any(has) {
                    return Some(pattern);
                }
                format!("{text:?} has no group `{}`", groups.join("` or `"))
            }
        };
        self.problems.add(span, what, "write it as docs/converters.md shows");
        None
    }
}

impl Word {
    fn template(&self) -> Option<&Template> {
        match self {
            Self::Plain(template) => Some(template),
            Self::Options => None,
        }
    }
}
