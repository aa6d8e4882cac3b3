//! Verbs that name others: what they name must be there, and nothing may be there that nobody names.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use domain::policy::{meant, near};
use toml::Spanned;

use super::Checking;
use crate::command::fields::{WORDS, word};
use crate::command::file::VerbPart;

/// Verbs that every file needs.
const NEEDED: [&str; 2] = ["identify", "list"];

impl Checking<'_, '_> {
    pub(super) fn references(
        &mut self,
        verbs: &BTreeMap<String, Spanned<VerbPart>>,
        platform: &Range<usize>,
    ) {
        self.few(verbs.len(), "verbs", verbs.values().next().map(Spanned::span));
        for needed in NEEDED.iter().filter(|it| !verbs.contains_key(**it)) {
            let remedy = format!("add [verb.{needed}]");
            self.problems.add(platform, format!("there is no verb `{needed}`"), remedy);
        }
        let mut named = BTreeSet::new();
        for (name, part) in verbs {
            for (key, other) in referred(part.get_ref()) {
                named.insert(other);
                if !verbs.contains_key(other) {
                    let near = meant(&near(other, verbs.keys().map(String::as_str)));
                    let what = format!(
                        "`{key}` of `{name}` names a verb `{other}` that is not there{near}"
                    );
                    self.problems.add(
                        &part.span(),
                        what,
                        format!("add [verb.{other}], or mend the name"),
                    );
                }
            }
        }
        for (name, part) in verbs {
            if word(name).is_none() && !named.contains(name.as_str()) {
                let near = meant(&near(name, WORDS.iter().map(|it| it.verb)));
                let what = format!("nothing asks for the verb `{name}`{near}");
                let remedy = "mend its name, name it in another verb, or remove it";
                self.problems.add(&part.span(), what, remedy);
            }
        }
        self.waits(verbs);
        self.undoes(verbs);
    }

    /// An import that tells what it made is taken back by that: a machine of the same name may be somebody's own.
    fn undoes(&mut self, verbs: &BTreeMap<String, Spanned<VerbPart>>) {
        let Some(import) = verbs.get("import").map(Spanned::get_ref) else {
            return;
        };
        let Some((name, undo)) = import.undo.as_ref().and_then(|it| verbs.get_key_value(it)) else {
            return;
        };
        let by_name = |it: &&Spanned<String>| {
            ["${name}", "${vm_name}"].iter().any(|name| it.get_ref().contains(name))
        };
        if let Some(by) = undo.get_ref().argv.iter().find(by_name)
            && import.map.contains_key("id")
        {
            let what = format!("`{name}` takes back by `{}` what `import` made", by.get_ref());
            self.problems.add(&by.span(), what, "name it by ${id}: another may have that name");
        }
    }

    /// What is waited for must be among what the verb asked gives.
    fn waits(&mut self, verbs: &BTreeMap<String, Spanned<VerbPart>>) {
        for (name, part) in verbs {
            let Some(wait) = &part.get_ref().wait else {
                continue;
            };
            let span = wait.span();
            let wait = wait.get_ref();
            let Some(asked) = verbs.get(&wait.verb) else {
                continue;
            };
            let map = &asked.get_ref().map;
            for field in [Some(&wait.field), wait.progress.as_ref()].into_iter().flatten() {
                if !map.contains_key(field) {
                    let near = meant(&near(field, map.keys().map(String::as_str)));
                    let what = format!(
                        "`{name}` waits for `{field}`, which `{}` does not map{near}",
                        wait.verb
                    );
                    self.problems.add(&span, what, "map it there, or mend the name");
                }
            }
        }
    }
}

/// Verbs that others name to be told something, and that none names to do something.
pub(super) fn asking(verbs: &BTreeMap<String, Spanned<VerbPart>>) -> BTreeSet<String> {
    let named = || verbs.values().flat_map(|it| referred(it.get_ref()));
    let asks = |key: &str| matches!(key, "wait" | "also" | "dry");
    let mut asking: BTreeSet<String> =
        named().filter(|(key, _)| asks(key)).map(|(_, name)| name.to_owned()).collect();
    for (_, name) in named().filter(|(key, _)| !asks(key)) {
        asking.remove(name);
    }
    asking
}

/// The verbs that one names, and by which key.
fn referred(part: &VerbPart) -> impl Iterator<Item = (&'static str, &str)> {
    let single = [("undo", &part.undo), ("dry", &part.dry), ("cancel", &part.cancel)];
    let single = single.into_iter().filter_map(|(key, it)| Some((key, it.as_deref()?)));
    let wait = part.wait.iter().map(|it| ("wait", it.get_ref().verb.as_str()));
    single.chain(wait).chain(part.also.iter().map(|it| ("also", it.as_str())))
}
