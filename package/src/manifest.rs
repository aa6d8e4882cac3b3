//! The manifest: digests of a package's files. Written in the grammar that importers agree on, read in every
//! grammar that exporters were seen to write.

use std::collections::BTreeSet;

use crate::digest::{Algorithm, Digest};
use crate::finding::Finding;
use crate::rules::manifest as rules;

/// Largest manifest read, in bytes.
pub const LARGEST: u64 = 1024 * 1024;
/// Most complaints about its grammar; a file that is no manifest has one a line.
const MOST_COMPLAINTS: usize = 20;

/// A manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// What it lists, in its order; each file once.
    pub listed: Vec<Listed>,
    /// Deviations from the grammar that importers agree on.
    pub findings: Vec<Finding>,
}

/// A file that a manifest vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// The digest it should have.
    pub digest: Digest,
    /// The line, from 1.
    pub line: usize,
}

/// The text of a manifest: `SHA256(name)= hex`, one line a file. It never lists itself.
#[must_use]
pub fn write<'a>(files: impl IntoIterator<Item = (&'a str, &'a Digest)>) -> String {
    let line = |(name, digest): (&str, &Digest)| {
        format!("{}({name})= {digest}\n", digest.algorithm().name())
    };
    files.into_iter().map(line).collect()
}

/// Reads a manifest; `file` is its name.
#[must_use]
pub fn read(file: &str, bytes: &[u8]) -> Manifest {
    let mut manifest = Manifest::default();
    if bytes.len() as u64 > LARGEST {
        manifest
            .findings
            .push(rules::GRAMMAR.broken(file, format!("it has more than {LARGEST} bytes")));
        return manifest;
    }
    let mut seen = BTreeSet::new();
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    if text.is_empty() {
        manifest.findings.push(rules::GRAMMAR.broken(file, "it is empty"));
        return manifest;
    }
    for (number, line) in (1..).zip(text.split('\n')) {
        let (listed, deviations) = entry(line, number);
        for words in deviations {
            manifest.complain(file, number, &words);
        }
        let Some(listed) = listed else { continue };
        if listed.name == file {
            manifest.complain(file, number, "the manifest lists itself");
        } else if seen.insert(listed.name.clone()) {
            manifest.listed.push(listed);
        } else {
            manifest.complain(file, number, &format!("{} is listed a second time", listed.name));
        }
    }
    manifest
}

impl Manifest {
    fn complain(&mut self, file: &str, line: usize, words: &str) {
        if self.findings.len() < MOST_COMPLAINTS {
            self.findings.push(rules::GRAMMAR.broken(format!("{file}, line {line}"), words));
        }
    }

    /// What it says of a file.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<&Listed> {
        self.listed.iter().find(|it| it.name == name)
    }
}

/// One line, and how it departs from the grammar.
fn entry(line: &str, number: usize) -> (Option<Listed>, Vec<String>) {
    let mut deviations = Vec::new();
    let plain = line.strip_suffix('\r').unwrap_or(line);
    if plain.len() != line.len() {
        deviations.push("the line ends with CR LF".to_owned());
    }
    match parts(plain) {
        Ok((algorithm, name, digest, spaces)) => {
            deviations.extend(spaces.into_iter().map(str::to_owned));
            let Some(algorithm) = Algorithm::named(algorithm) else {
                deviations.push(format!("the algorithm {algorithm:?} is not known"));
                return (None, deviations);
            };
            match Digest::written(algorithm, digest) {
                Some(digest) => {
                    (Some(Listed { name: name.to_owned(), digest, line: number }), deviations)
                }
                None => {
                    deviations.push(format!(
                        "a digest of {} has {} hexadecimal digits",
                        algorithm.name(),
                        algorithm.digits()
                    ));
                    (None, deviations)
                }
            }
        }
        Err(words) => {
            deviations.push(words);
            (None, deviations)
        }
    }
}

type Parts<'a> = (&'a str, &'a str, &'a str, Vec<&'static str>);

/// `ALGORITHM(name)= digest`, with white where some exporters put it. A name may hold any sign.
fn parts(line: &str) -> Result<Parts<'_>, String> {
    let not = || "it is not `SHA256(file)= digest`".to_owned();
    let (before, digest) = line.rsplit_once('=').ok_or_else(not)?;
    let (algorithm, name) = before.split_once('(').ok_or_else(not)?;
    let (name, behind) = name.rsplit_once(')').ok_or_else(not)?;
    if name.is_empty() || !behind.trim().is_empty() {
        return Err(not());
    }
    let mut spaces = Vec::new();
    if algorithm.trim() != algorithm {
        spaces.push("there is white before the parenthesis");
    }
    if !behind.is_empty() {
        spaces.push("there is white before `=`");
    }
    if !digest.starts_with(' ') || digest.trim_start().len() + 1 != digest.len() {
        spaces.push("there is not one space behind `=`");
    }
    if digest.trim_end() != digest {
        spaces.push("there is white at the end");
    }
    Ok((algorithm.trim(), name, digest.trim(), spaces))
}
