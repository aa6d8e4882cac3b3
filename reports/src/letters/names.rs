//! The names by which tools, routes and vendors are known, and whose each is: what a text may not name
//! to somebody else.

use std::collections::{BTreeSet, HashMap};

use domain::ids::{ConverterId, VendorId};
use domain::testbed::{Route, Testbed, Vendor};

use crate::leak::holds;

/// Every such name of a testbed. A text is looked through once, however many names there are.
#[derive(Debug)]
pub struct Names {
    /// By their first word.
    by_word: HashMap<String, Vec<Name>>,
    /// Those without a word in them.
    wordless: Vec<Name>,
}

#[derive(Debug)]
struct Name {
    /// As it is declared.
    declared: String,
    /// In small letters, without white at its ends.
    small: String,
    /// Where its first word begins in that.
    word_at: usize,
    /// Whose it is alone; none when it is several vendors'.
    of: Option<VendorId>,
}

/// Why a reply to this vendor is not given: it names another vendor's tool, or a vendor that makes tools
/// alone. None when it may be: the vendor reads it as it is written.
#[must_use]
pub fn told_by_reply(text: &str, vendor: &VendorId, testbed: &Testbed) -> Option<String> {
    let names = Names::of_tools(testbed);
    let found = names.of_others(text, vendor);
    let name = found.first()?;
    Some(format!(
        "the reply names `{name}`, which is another vendor's, and `{vendor}` reads the reply as it is \
         written: say it without the name"
    ))
}

impl Names {
    /// The names of a testbed's tools, of the routes that need one, and of its vendors.
    #[must_use]
    pub fn of(testbed: &Testbed) -> Self {
        let makers: HashMap<&ConverterId, &VendorId> =
            testbed.converters.iter().map(|it| (&it.id, &it.vendor)).collect();
        let mut names = Self { by_word: HashMap::new(), wordless: Vec::new() };
        for it in &testbed.converters {
            names.add(it.id.as_str(), Some(&it.vendor));
            names.add(&it.product, Some(&it.vendor));
        }
        for it in &testbed.vendors {
            names.add(it.id.as_str(), Some(&it.id));
            names.add(&it.name, Some(&it.id));
        }
        for route in testbed.routes.iter().filter(|it| !it.converters.is_empty()) {
            names.add(route.id.as_str(), only_maker(route, &makers));
        }
        names
    }

    /// Those that the public is not told: of tools, and of vendors that make nothing else.
    #[must_use]
    pub fn of_tools(testbed: &Testbed) -> Self {
        let mut names = Self { by_word: HashMap::new(), wordless: Vec::new() };
        for it in &testbed.converters {
            names.add(it.id.as_str(), Some(&it.vendor));
            names.add(&it.product, Some(&it.vendor));
        }
        let is_public =
            |it: &Vendor| testbed.platforms.iter().any(|platform| platform.vendor == it.id);
        for it in testbed.vendors.iter().filter(|it| !is_public(it)) {
            names.add(it.id.as_str(), Some(&it.id));
            names.add(&it.name, Some(&it.id));
        }
        names
    }

    fn add(&mut self, declared: &str, of: Option<&VendorId>) {
        let small = declared.trim().to_lowercase();
        let (declared, of) = (declared.to_owned(), of.cloned());
        let Some((word_at, word)) = words(&small).next() else {
            if !small.is_empty() {
                self.wordless.push(Name { declared, small, word_at: 0, of });
            }
            return;
        };
        let word = word.to_owned();
        self.by_word.entry(word).or_default().push(Name { declared, small, word_at, of });
    }

    /// The names in a text that are not this vendor's alone, as they are declared.
    #[must_use]
    pub fn of_others(&self, text: &str, vendor: &VendorId) -> BTreeSet<&str> {
        let small = text.to_lowercase();
        let with_words = words(&small).flat_map(|(at, word)| {
            let names = self.by_word.get(word).into_iter().flatten();
            names.filter(move |it| it.of.as_ref() != Some(vendor)).map(move |it| (at, it))
        });
        let with_words = with_words.filter(|(at, it)| it.stands_at(&small, *at)).map(|(_, it)| it);
        let wordless = self.wordless.iter().filter(|it| it.of.as_ref() != Some(vendor));
        let wordless = wordless.filter(|it| holds(&small, &it.small));
        with_words.chain(wordless).map(|it| it.declared.as_str()).collect()
    }
}

impl Name {
    /// Whether the whole of it stands in a text whose word at this place is its first.
    fn stands_at(&self, text: &str, at: usize) -> bool {
        let Some(start) = at.checked_sub(self.word_at) else { return false };
        let is_edge = |it: Option<char>| !it.is_some_and(char::is_alphanumeric);
        let Some(rest) = text.get(start..).and_then(|it| it.strip_prefix(&self.small)) else {
            return false;
        };
        is_edge(text.get(..start).and_then(|it| it.chars().next_back()))
            && is_edge(rest.chars().next())
    }
}

/// Whose all tools of a route are; none when they are of several.
fn only_maker<'a>(
    route: &Route,
    makers: &HashMap<&ConverterId, &'a VendorId>,
) -> Option<&'a VendorId> {
    let of: BTreeSet<Option<&&VendorId>> =
        route.converters.iter().map(|it| makers.get(it)).collect();
    match of.into_iter().collect::<Vec<_>>()[..] {
        [Some(only)] => Some(only),
        _ => None,
    }
}

/// The runs of letters and digits of a text, each with its place.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(char::is_alphanumeric)?;
        let run = &rest[start..];
        let length = run.find(|it: char| !it.is_alphanumeric()).unwrap_or(run.len());
        let at = text.len() - run.len();
        rest = &run[length..];
        Some((at, &run[..length]))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(all: &[&str]) -> Names {
        let mut names = Names { by_word: HashMap::new(), wordless: Vec::new() };
        all.iter().for_each(|it| names.add(it, None));
        names
    }

    #[test]
    fn names_are_found_whole_in_capitals_or_not() {
        let names = names(&["qemu-img", "(Mover) 2", "++", " Ä-tool ", "", "2"]);
        let vendor = "acme".parse().unwrap();
        let found = |text| names.of_others(text, &vendor).into_iter().collect::<Vec<_>>();
        assert_eq!(found("by QEMU-IMG, and ++"), ["++", "qemu-img"]);
        assert_eq!(found("a (mover) 2."), ["(Mover) 2", "2"]);
        assert_eq!(found("an ä-TOOL"), [" Ä-tool "]);
        assert_eq!(found("qemu-imgs xqemu-img qemu img (mover) 22"), [] as [&str; 0]);
    }

    proptest! {
        /// Each name is found exactly where it is found when it is looked for alone.
        #[test]
        fn all_at_once_are_found_as_each_alone(
            all in proptest::collection::vec("[aB ä+-]{0,4}", 1..6),
            text in "[AbÄ +-]{0,16}",
        ) {
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            let names = names(&all);
            let found = names.of_others(&text, &"acme".parse().unwrap());
            let alone: BTreeSet<&str> =
                all.iter().copied().filter(|it| holds(&text, it)).collect();
            prop_assert_eq!(found, alone);
        }
    }
}
