//! Finds the entries of an OVA, without unpacking anything.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use super::header::{BLOCK, Block, Header, read};
use crate::contents::{Contents, Entry, Kind, Wrapping};
use crate::finding::Finding;
use crate::rules::archive;

/// Most entries of an archive that are read.
const MOST: usize = 10_000;
/// Longest extended header, in bytes.
const LONGEST_EXTENSION: u64 = 64 * 1024;

/// The entries of an archive, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its files.
    pub contents: Contents,
    /// What is wrong with the archive itself.
    pub findings: Vec<Finding>,
}

/// Reads all headers of an archive.
///
/// # Errors
/// The file cannot be read. What is wrong with the archive is a finding.
pub fn index(file: &File) -> io::Result<Index> {
    let mut walk = Walk { file, end: file.metadata()?.len(), at: 0, told: Told::default() };
    let mut index = Index {
        contents: Contents { entries: Vec::new(), wrapping: Wrapping::Ova },
        findings: Vec::new(),
    };
    loop {
        match walk.step() {
            Ok(Step::Entry(entry)) if index.contents.entries.len() < MOST => {
                index.contents.entries.push(entry);
            }
            Ok(Step::Entry(_)) => {
                index.findings.push(
                    archive::ENTRY
                        .broken("the archive", format!("it has more than {MOST} entries")),
                );
                return Ok(index);
            }
            Ok(Step::Odd(finding)) => {
                // One of a kind says enough: some writers put one before every file.
                if !index.findings.contains(&finding) {
                    index.findings.push(finding);
                }
            }
            Ok(Step::End) => return Ok(index),
            Err(Stop::Io(error)) => return Err(error),
            Err(Stop::Broken(broken)) => {
                let (finding, last) = *broken;
                index.findings.push(finding);
                index.contents.entries.extend(last);
                return Ok(index);
            }
        }
    }
}

/// What an extended header said about the entry behind it.
#[derive(Default)]
struct Told {
    name: Option<String>,
    bytes: Option<u64>,
    sparse: bool,
}

enum Step {
    Entry(Entry),
    Odd(Finding),
    End,
}

enum Stop {
    Io(io::Error),
    /// Nothing behind it can be read; the entry that it was seen at, with the bytes that are there.
    Broken(Box<(Finding, Option<Entry>)>),
}

struct Walk<'f> {
    file: &'f File,
    end: u64,
    at: u64,
    told: Told,
}

impl Walk<'_> {
    fn step(&mut self) -> Result<Step, Stop> {
        let Some(block) = self.block()? else {
            return Err(
                self.broken("it ends without the two empty blocks that end an archive", None)
            );
        };
        if block == [0; BLOCK] {
            return Ok(Step::End);
        }
        let header = read(&block).map_err(|why| {
            self.broken(
                &format!("at byte {} there should be a header: {why}", self.at - BLOCK as u64),
                None,
            )
        })?;
        match header.flag {
            b'L' | b'K' | b'x' | b'g' => self.extension(&header),
            _ => self.entry(header).map(Step::Entry),
        }
    }

    fn block(&mut self) -> Result<Option<Block>, Stop> {
        if self.end.saturating_sub(self.at) < BLOCK as u64 {
            return Ok(None);
        }
        let mut block = [0; BLOCK];
        self.file.read_exact_at(&mut block, self.at).map_err(Stop::Io)?;
        self.at += BLOCK as u64;
        Ok(Some(block))
    }

    fn broken(&self, words: &str, last: Option<Entry>) -> Stop {
        let at = format!("the archive, byte {}", self.at);
        Stop::Broken(Box::new((archive::WHOLE.broken(at, words), last)))
    }

    /// A name or a size that does not fit a header of ustar. Importers that read ustar alone miss it.
    fn extension(&mut self, header: &Header) -> Result<Step, Stop> {
        if header.bytes > LONGEST_EXTENSION {
            return Err(self.broken("an extended header is too long", None));
        }
        let mut bytes = vec![0; usize::try_from(header.bytes).unwrap_or(0)];
        if header.bytes > self.end.saturating_sub(self.at) {
            return Err(self.broken("an extended header is cut off", None));
        }
        self.file.read_exact_at(&mut bytes, self.at).map_err(Stop::Io)?;
        self.at += header.bytes.next_multiple_of(BLOCK as u64);
        match header.flag {
            b'L' => {
                let name = String::from_utf8_lossy(&bytes);
                self.told.name = Some(name.trim_end_matches('\0').to_owned());
            }
            b'x' => self.pax(&bytes),
            _ => {}
        }
        Ok(Step::Odd(
            archive::FORM.broken("the archive", "it has extended headers of pax or GNU tar"),
        ))
    }

    /// Records of the form `LENGTH KEY=VALUE\n`.
    fn pax(&mut self, mut bytes: &[u8]) {
        while let Some(space) = bytes.iter().position(|it| *it == b' ') {
            let length = std::str::from_utf8(&bytes[..space]).ok().and_then(|it| it.parse().ok());
            let Some(length) = length.filter(|it| *it > space + 1 && *it <= bytes.len()) else {
                return;
            };
            let record = String::from_utf8_lossy(&bytes[space + 1..length]);
            match record.trim_end_matches('\n').split_once('=') {
                Some(("path", value)) => self.told.name = Some(value.to_owned()),
                Some(("size", value)) => self.told.bytes = value.parse().ok(),
                Some((key, _)) if key.starts_with("GNU.sparse") => self.told.sparse = true,
                _ => {}
            }
            bytes = &bytes[length..];
        }
    }

    fn entry(&mut self, header: Header) -> Result<Entry, Stop> {
        let told = std::mem::take(&mut self.told);
        let bytes = told.bytes.unwrap_or(header.bytes);
        let kind = match header.flag {
            _ if told.sparse => Kind::Other("a sparse entry"),
            b'0' | 0 | b'7' => Kind::File,
            b'5' => Kind::Folder,
            b'1' => Kind::Other("a hard link"),
            b'2' => Kind::Other("a symbolic link"),
            b'3' | b'4' => Kind::Other("a device"),
            b'6' => Kind::Other("a named pipe"),
            b'S' => Kind::Other("a sparse entry"),
            _ => Kind::Other("an entry of an unknown kind"),
        };
        // Links and devices have no bytes, whatever their header says.
        let holds = matches!(header.flag, b'0' | 0 | b'7' | b'S')
            || kind == Kind::Other("an entry of an unknown kind");
        let bytes = if holds { bytes } else { 0 };
        let mut name = told.name.unwrap_or(header.name);
        if kind == Kind::Folder {
            name.truncate(name.trim_end_matches('/').len());
        }
        let mut entry = Entry { name, kind, bytes, offset: self.at, digest: None, disk: None };
        let there = self.end.saturating_sub(self.at);
        if bytes > there {
            let words =
                format!("{} should have {bytes} bytes, of which {there} are there", entry.name);
            entry.bytes = there;
            return Err(self.broken(&words, Some(entry)));
        }
        self.at += bytes.next_multiple_of(BLOCK as u64);
        Ok(entry)
    }
}
