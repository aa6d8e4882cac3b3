//! One verb: its arguments, how its answer is read, what its complaints mean.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use domain::observation::Channel;
use domain::policy::{meant, near};
use toml::Spanned;

use super::Checking;
use crate::command::driver::{self, ErrorRule, Reading, Verb, Wait};
use crate::command::fields::{DISK, FLAGS, NIC, Word, all_values, word};
use crate::command::file::{ErrorPart, Pick, ReadingPart, VerbPart, WaitPart};
use crate::command::parse::{self, Parser};
use crate::command::reading::UNITS;
use crate::command::template::Template;
use crate::words::{Firmware, PowerState, Severity};

/// The argument that a script goes into.
const SCRIPT: &str = "${script}";
/// How long a call may take when the file does not say.
const LIMIT: Duration = Duration::from_secs(60);

impl Checking<'_, '_> {
    pub(super) fn verb(&mut self, name: &str, part: Spanned<VerbPart>) -> Option<Verb> {
        let (span, part) = (part.span(), part.into_inner());
        let word = word(name);
        let argv = self.argv(&span, word, (&part.argv, part.script.as_ref()));
        let reading = self.reading(&span, name, part.parse, part.map);
        let mut list = |it: Option<Spanned<ReadingPart>>, fields| {
            let it = it?;
            let (span, ReadingPart { parse, having, map }) = (it.span(), it.into_inner());
            let wanted = having.iter().map(String::as_str).collect();
            if let Err(parse::BadParser { what, remedy }) = parse.check(&wanted) {
                self.problems.add(&span, what, remedy);
            }
            let map = self.map(&span, &parse, map, Some(fields));
            Some(Reading { parse, having, map })
        };
        let (disks, nics) = (list(part.disks, DISK), list(part.nics, NIC));
        if name != "inspect" && (disks.is_some() || nics.is_some()) {
            self.problems.add(
                &span,
                format!("`{name}` has disks or adapters"),
                "they belong to `inspect`",
            );
        }
        Some(Verb {
            argv: argv?,
            exit: if part.exit.is_empty() {
                BTreeSet::from([0])
            } else {
                part.exit.into_iter().collect()
            },
            limit: part.limit.and_then(|it| self.time(&it)).unwrap_or(LIMIT),
            again: part.idempotent
                || word.map_or_else(|| self.asking.contains(name), |it| it.reads),
            reading,
            also: part.also,
            disks,
            nics,
            errors: part.errors.into_iter().filter_map(|it| self.error(it)).collect(),
            wait: part.wait.and_then(|it| self.wait(it)),
            undo: part.undo,
            dry: part.dry,
            cancel: part.cancel,
            channel: part.channel.unwrap_or(Channel::PlatformApi),
        })
    }

    fn argv(
        &mut self,
        span: &Range<usize>,
        word: Option<&Word>,
        (argv, script): (&[Spanned<String>], Option<&Spanned<String>>),
    ) -> Option<Vec<driver::Word>> {
        self.few(argv.len(), "arguments", Some(span.clone()));
        // A verb of the file's own is told whatever the verb that names it is told.
        let values: Vec<&str> =
            word.map_or_else(|| all_values().collect(), |it| it.values.to_vec());
        let placed = argv.iter().filter(|it| it.get_ref() == SCRIPT).count();
        if placed != usize::from(script.is_some()) {
            let remedy = "write `script` and an argument \"${script}\", each once, or neither";
            self.problems.add(
                span,
                "a script and its place among the arguments are not both there",
                remedy,
            );
        }
        let read: Vec<_> = argv
            .iter()
            .map(|it| match script.filter(|_| it.get_ref() == SCRIPT) {
                Some(script) => Some(driver::Word::Encoded(self.template(script, &values, false)?)),
                None => Some(driver::Word::Plain(self.template(it, &values, false)?)),
            })
            .collect();
        self.quoted(argv, script);
        match argv.first() {
            None => self.problems.add(span, "argv is empty", "name the program first"),
            Some(program) if program.get_ref().contains("${") || program.get_ref().is_empty() => {
                self.problems.add(
                    &program.span(),
                    "the program is not named",
                    "write its name as it is",
                );
            }
            Some(_) => {}
        }
        read.into_iter().collect()
    }

    /// What `ssh` is given is read by a shell at the other end, and a script by PowerShell: the name of a machine must
    /// come there as one word.
    fn quoted(&mut self, argv: &[Spanned<String>], script: Option<&Spanned<String>>) {
        let over = argv.first().is_some_and(|it| ["ssh", "scp"].contains(&it.get_ref().as_str()));
        let texts = argv.iter().skip(1).filter(|_| over).chain(script);
        for text in texts.filter(|it| it.get_ref() != SCRIPT) {
            let Ok(template) = Template::read(text.get_ref()) else {
                continue;
            };
            // A place is one of this machine, and no name that somebody else gave.
            let given = |it: &&str| !self.known.contains(*it) && !["out", "file"].contains(it);
            for name in template.bare().filter(given) {
                let what = format!("`${{{name}}}` is read by a shell at the other end");
                let remedy = format!("write ${{{name}|sh}}, or ${{{name}|pwsh}} for PowerShell");
                self.problems.add(&text.span(), what, remedy);
            }
        }
    }

    fn reading(
        &mut self,
        span: &Range<usize>,
        name: &str,
        parse: Option<Parser>,
        map: BTreeMap<String, Spanned<Pick>>,
    ) -> Option<Reading> {
        let word = word(name);
        for needed in
            word.map_or(&[][..], |it| it.needs).iter().filter(|it| !map.contains_key(**it))
        {
            let what = format!("`{name}` does not map `{needed}`");
            self.problems.add(span, what, format!("add {needed} = \"…\" to its map"));
        }
        let fixed_alone = map.values().all(|it| it.get_ref().fixed.is_some());
        let parse = match parse {
            Some(parse) => parse,
            None if map.is_empty() => return None,
            None if fixed_alone => Parser::Text,
            None => {
                self.problems.add(
                    span,
                    format!("`{name}` has a map, but no parser"),
                    "add parse = { as = \"…\" }",
                );
                return None;
            }
        };
        // Facts of guests have names of their own; so have the fields of a file's own verbs.
        let known: Option<Vec<&str>> = match word {
            Some(it) if name != "guest-facts" => Some([it.needs, it.may].concat()),
            _ => None,
        };
        let map = self.map(span, &parse, map, known.as_deref());
        Some(Reading { parse, having: None, map })
    }

    fn map(
        &mut self,
        span: &Range<usize>,
        parse: &Parser,
        map: BTreeMap<String, Spanned<Pick>>,
        known: Option<&[&str]>,
    ) -> BTreeMap<String, Pick> {
        self.few(map.len(), "fields", Some(span.clone()));
        for (field, pick) in &map {
            if let Some(known) = known.filter(|it| !it.contains(&field.as_str())) {
                let what = format!(
                    "there is no field `{field}` here{}",
                    meant(&near(field, known.iter().copied()))
                );
                self.problems.add(&pick.span(), what, format!("known: {}", known.join(", ")));
            }
            self.pick(field, pick);
        }
        let wanted: BTreeSet<&str> =
            map.values().filter_map(|it| it.get_ref().from.as_deref()).collect();
        if let Err(parse::BadParser { what, remedy }) = parse.check(&wanted) {
            self.problems.add(span, what, remedy);
        }
        map.into_iter().map(|(name, pick)| (name, pick.into_inner())).collect()
    }

    fn pick(&mut self, field: &str, pick: &Spanned<Pick>) {
        let (span, pick) = (pick.span(), pick.get_ref());
        if pick.from.is_some() == pick.fixed.is_some() {
            let remedy =
                "give it `from`, the name the parser has for it, or `fixed`, what it always is";
            self.problems.add(
                &span,
                format!("`{field}` has neither or both of `from` and `fixed`"),
                remedy,
            );
        }
        match (&pick.unit, field.ends_with("_bytes")) {
            (Some(unit), true) if !UNITS.iter().any(|(name, _)| name == unit) && unit != "text" => {
                let all: Vec<&str> = UNITS.iter().map(|(name, _)| *name).collect();
                let remedy = format!(
                    "write one of {}, or text when it stands behind the number",
                    all.join(", ")
                );
                self.problems.add(&span, format!("there is no unit `{unit}`"), remedy);
            }
            (Some(_), false) => {
                self.problems.add(
                    &span,
                    format!("`{field}` has no unit"),
                    "only fields in bytes have one",
                );
            }
            (Some(_) | None, _) => {}
        }
        let meanings = pick.values.values().chain(&pick.fixed);
        for value in meanings.filter(|it| !means(field, it)) {
            let what = format!("`{field}` cannot be `{value}`");
            self.problems.add(
                &span,
                what,
                format!("write one of: {}", meanings_of(field).join(", ")),
            );
        }
    }

    pub(super) fn error(&mut self, part: Spanned<ErrorPart>) -> Option<ErrorRule> {
        let (span, ErrorPart { pattern, class, example }) = (part.span(), part.into_inner());
        let compiled = match parse::compiled(&pattern) {
            Ok(compiled) => compiled,
            Err(parse::BadParser { what, remedy }) => {
                self.problems.add(&span, what, remedy);
                return None;
            }
        };
        if !compiled.is_match(&example) {
            let remedy = "give a complaint as the program writes it, so that it can be tested";
            self.problems.add(&span, format!("`{pattern}` does not match its own example"), remedy);
        }
        Some(ErrorRule { pattern: compiled, class, example })
    }

    fn wait(&mut self, part: Spanned<WaitPart>) -> Option<Wait> {
        let (span, part) = (part.span(), part.into_inner());
        let (every, limit) = (self.time(&part.every)?, self.time(&part.limit)?);
        if every > limit {
            self.problems.add(
                &span,
                "it asks less often than it waits",
                "make `every` shorter than `limit`",
            );
        }
        Some(Wait {
            verb: part.verb,
            field: part.field,
            equals: part.equals,
            failed: part.failed.into_iter().collect(),
            progress: part.progress,
            every,
            limit,
        })
    }
}

/// What a field may be, where it has few values; nothing where it may be anything.
fn meanings_of(field: &str) -> Vec<&'static str> {
    match field {
        "state" => PowerState::ALL.map(PowerState::name).to_vec(),
        "firmware" => Firmware::ALL.map(Firmware::name).to_vec(),
        "severity" => Severity::ALL.map(Severity::name).to_vec(),
        flag if FLAGS.contains(&flag) => vec!["true", "false"],
        _ => Vec::new(),
    }
}

fn means(field: &str, value: &str) -> bool {
    let known = meanings_of(field);
    // A file's own verb may call something else its state.
    known.is_empty() || known.contains(&value)
}
