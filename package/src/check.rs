//! Checks a package, wherever it is: a folder, a descriptor in one, or an OVA.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use domain::score::Score;

use crate::contents::{Contents, Entry, Kind, Wrapping};
use crate::descriptor::{self, Descriptor};
use crate::finding::{Finding, Worst};
use crate::hashing::Hashing;
use crate::manifest::{self, Manifest};
use crate::name::{ending, is_inside};
use crate::recognise::{disk_facts, packed};
use crate::rules::{self, Package, archive, structure};
use crate::target::Target;
use crate::{folder, ova};

/// Bytes read at once.
const STEP: usize = 1 << 20;

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What the descriptor says; none where it could not be read.
    pub descriptor: Option<Descriptor>,
    /// What the package holds.
    pub contents: Contents,
    /// What it does not keep, the worst first. Of each rule that is broken at least the worst is here.
    pub findings: Vec<Finding>,
    /// How many more findings there are, none worse than those of its rule that are told.
    pub left_out: u64,
}

impl Report {
    /// The lowest of its findings.
    #[must_use]
    pub fn score(&self) -> Score {
        self.findings.iter().map(|it| it.score).min().unwrap_or(Score::Success)
    }
}

/// Why nothing can be said about a package.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}", .path.display())]
pub struct CheckError {
    path: PathBuf,
    source: io::Error,
}

impl CheckError {
    /// The package that cannot be read.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why.
    #[must_use]
    pub fn why(&self) -> &io::Error {
        &self.source
    }
}

/// Checks a package, for a target if one is named.
///
/// # Errors
/// It, or a file of it, cannot be read. What is wrong with it is a finding.
pub fn check(path: &Path, target: Option<&Target>) -> Result<Report, CheckError> {
    let failed = |source| CheckError { path: path.to_owned(), source };
    let (mut place, mut findings) = Place::find(path).map_err(failed)?;
    let named = place.read_descriptor(&mut findings).map_err(failed)?;
    let mut worst = Worst::default();
    worst.add(findings);
    let mut descriptor = None;
    if let Some((file, bytes)) = named {
        let reading = descriptor::read(&file, &bytes);
        worst.add(reading.findings);
        if let Some(said) = &reading.descriptor {
            place.add_references(said).map_err(failed)?;
            let manifest = place.read_manifest(&file).map_err(failed)?;
            place.examine(said, manifest.as_ref().map(|(_, it)| it)).map_err(failed)?;
            let manifest = manifest.as_ref().map(|(name, it)| (name.as_str(), it));
            let contents = &place.contents;
            let package = Package { file: &file, descriptor: said, manifest, contents, target };
            rules::judge(&package, &mut worst);
        }
        descriptor = reading.descriptor;
    }
    let Worst { findings, left_out } = worst;
    Ok(Report { descriptor, contents: place.contents, findings, left_out })
}

/// Where a package is.
struct Place {
    at: At,
    contents: Contents,
}

enum At {
    /// A folder; and the descriptor that was named, if one was.
    Folder(PathBuf, Option<String>),
    Archive(File),
}

impl Place {
    fn find(path: &Path) -> io::Result<(Self, Vec<Finding>)> {
        if path.metadata()?.is_dir() {
            let contents = folder::list(path)?;
            return Ok((Self { at: At::Folder(path.to_owned(), None), contents }, Vec::new()));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if ending(&name) == "ovf" {
            let within = path.parent().filter(|it| !it.as_os_str().is_empty());
            let within = within.unwrap_or(Path::new(".")).to_owned();
            let contents = beside(&within, &name)?;
            return Ok((Self { at: At::Folder(within, Some(name)), contents }, Vec::new()));
        }
        // A link on the command line is the caller's own.
        let file = folder::open(&path.canonicalize()?)?;
        if let Some(what) = packed(&file)? {
            let words = format!("it is {what}, which is not opened");
            let contents = Contents { wrapping: Wrapping::Other(what), ..Contents::default() };
            return Ok((
                Self { at: At::Archive(file), contents },
                vec![archive::COMPRESSED.broken(name, words)],
            ));
        }
        let index = ova::index(&file)?;
        Ok((Self { at: At::Archive(file), contents: index.contents }, index.findings))
    }

    /// The descriptor's name and bytes; findings where there is not one.
    fn read_descriptor(
        &mut self,
        findings: &mut Vec<Finding>,
    ) -> io::Result<Option<(String, Vec<u8>)>> {
        let named = match &self.at {
            At::Folder(_, named) => named.as_deref(),
            At::Archive(_) => None,
        };
        let is_one = |it: &&Entry| it.kind == Kind::File && ending(&it.name) == "ovf";
        let is_named = |it: &&Entry| named.is_none_or(|name| it.name == name);
        let all: Vec<Entry> =
            self.contents.entries.iter().filter(is_one).filter(is_named).cloned().collect();
        match &all[..] {
            [one] => Ok(Some((one.name.clone(), self.read(one, descriptor::LARGEST)?))),
            _ if matches!(self.contents.wrapping, Wrapping::Other(_)) => Ok(None),
            none_or_many => {
                let words = format!("there are {} descriptors", none_or_many.len());
                findings.push(structure::FOUND.broken("the package", words));
                Ok(None)
            }
        }
    }

    /// Adds what lies in subfolders, or beside a descriptor that was named.
    fn add_references(&mut self, said: &Descriptor) -> io::Result<()> {
        let At::Folder(within, _) = &self.at else { return Ok(()) };
        let known: BTreeSet<String> =
            self.contents.entries.iter().map(|it| it.name.clone()).collect();
        let mut names = BTreeSet::new();
        for file in &said.files {
            // What leads out of the package is told by its rule, and not looked for.
            if !is_inside(&file.href) {
                continue;
            }
            names.insert(file.href.clone());
            // Parts are counted as far as there are any.
            let parts = (0..100_000).map(|number| format!("{}.{number:09}", file.href));
            let parts =
                parts.take_while(|it| file.chunk_bytes.is_some() && within.join(it).exists());
            names.extend(parts);
        }
        for name in names.difference(&known) {
            self.contents.entries.extend(folder::entry(within, name)?);
        }
        Ok(())
    }

    /// The manifest beside the descriptor, or the only one there is.
    fn read_manifest(&self, file: &str) -> io::Result<Option<(String, Manifest)>> {
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let all = || {
            self.contents
                .entries
                .iter()
                .filter(|it| it.kind == Kind::File && ending(&it.name) == "mf")
        };
        let own = all().find(|it| it.name.rsplit_once('.').is_some_and(|(it, _)| it == stem));
        let Some(entry) = own.or_else(|| all().next().filter(|_| all().count() == 1)) else {
            return Ok(None);
        };
        let bytes = self.read(entry, manifest::LARGEST)?;
        Ok(Some((entry.name.clone(), manifest::read(&entry.name, &bytes))))
    }

    /// The bytes of a file, at most one more than is read of its kind.
    fn read(&self, entry: &Entry, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(entry)?.take(most + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn open(&self, entry: &Entry) -> io::Result<io::Take<File>> {
        let mut file = match &self.at {
            At::Folder(within, _) => folder::open(&within.join(&entry.name))?,
            At::Archive(file) => file.try_clone()?,
        };
        file.seek(SeekFrom::Start(entry.offset))?;
        Ok(file.take(entry.bytes))
    }

    /// Reads each file once: its digest, and what kind of disk it is.
    fn examine(&mut self, said: &Descriptor, manifest: Option<&Manifest>) -> io::Result<()> {
        // By name: a package may have ten thousand of each.
        let disks: BTreeSet<&str> =
            said.disks.iter().filter_map(|it| Some(said.file_of(it)?.href.as_str())).collect();
        let listed = manifest.map(|it| it.listed.as_slice()).unwrap_or_default();
        let listed: std::collections::BTreeMap<&str, _> =
            listed.iter().map(|it| (it.name.as_str(), it.digest.algorithm())).collect();
        for number in 0..self.contents.entries.len() {
            let entry = &self.contents.entries[number];
            let algorithm = listed.get(entry.name.as_str()).copied();
            let is_disk = disks.contains(entry.name.as_str());
            if entry.kind != Kind::File || (algorithm.is_none() && !is_disk) {
                continue;
            }
            let mut reader =
                Hashing::new(BufReader::with_capacity(STEP, self.open(entry)?), algorithm);
            let disk = if is_disk { Some(disk_facts(&mut reader)?) } else { None };
            io::copy(&mut BufReader::with_capacity(STEP, &mut reader), &mut io::sink())?;
            let entry = &mut self.contents.entries[number];
            (entry.digest, entry.disk) = (reader.finish(), disk);
        }
        Ok(())
    }
}

/// A descriptor that was named, and what goes with it: the folder's other files are not the package's.
fn beside(within: &Path, name: &str) -> io::Result<Contents> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let names = [name.to_owned(), format!("{stem}.mf"), format!("{stem}.cert")];
    let entries = names.iter().filter_map(|it| folder::entry(within, it).transpose());
    Ok(Contents { entries: entries.collect::<io::Result<_>>()?, wrapping: Wrapping::Folder })
}
