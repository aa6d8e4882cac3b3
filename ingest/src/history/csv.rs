//! CSV: one row a trial, or what Portolan itself writes, one row a cell or one a step.

use csv::{ReaderBuilder, StringRecord};
use memchr::memchr_iter;

use super::csv_steps::Walks;
use super::fields::{Field, Fields};
use super::lines::Lines;
use super::roster::Roster;
use super::row::{Row, missing};
use super::words::{of_error, quoted};

/// Columns of Portolan's own exports that follow from others, or have no meaning for a trial that
/// another system tells.
const PASSED_OVER: [&str; 12] = [
    "score",
    "unstable",
    "raw_standing",
    "scored",
    "planned",
    "limiting_title",
    "policy",
    "policy_sha256",
    "title",
    "outcome",
    "position",
    "act",
];

/// Most columns of a file; many more than are known.
const MOST_COLUMNS: usize = 256;

/// The column that only Portolan's export of steps has.
const OF_STEPS: &str = "outcome";

/// First characters of a field that Portolan's exports put an apostrophe before, so that no
/// spreadsheet takes it for a formula.
const FORMULA_STARTS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// Reads a file into the roster.
pub(super) fn take(text: &str, roster: &mut Roster<'_>) {
    let mut table = Table::of(text);
    let Some(header) = table.next(roster) else { return };
    let Some(columns) = columns(&header, roster) else { return };
    let mut walks = header.texts().any(|it| it == OF_STEPS).then(Walks::default);
    while let Some(record) = table.next(roster) {
        if record.is_blank() {
            continue;
        }
        let row = row(&record, &columns, roster);
        match (&mut walks, row) {
            (Some(walks), Ok(row)) => walks.take(row, roster),
            (_, row) => roster.take(record.line, row),
        }
    }
    if let Some(walks) = walks {
        walks.finish(roster);
    }
}

/// The records of a file.
struct Table<'a> {
    text: &'a str,
    lines: Lines<'a>,
    reader: csv::Reader<&'a [u8]>,
}

/// One record and the line that it begins in.
struct Record {
    line: u64,
    fields: StringRecord,
}

impl<'a> Table<'a> {
    fn of(text: &'a str) -> Self {
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(delimiter(text));
        Self { text, lines: Lines::of(text), reader: builder.from_reader(text.as_bytes()) }
    }

    /// The next record; none at the end, or where a quote is never closed.
    fn next(&mut self, roster: &mut Roster<'_>) -> Option<Record> {
        let mut fields = StringRecord::new();
        let start = self.offset();
        let read = self.reader.read_record(&mut fields);
        let line = self.lines.at(start + blank_lines(&self.text.as_bytes()[start..]));
        match read {
            Ok(true) if self.is_open(start) => {
                roster.reject(line, "a quoted field that begins in this row is never closed");
                None
            }
            Ok(true) => Some(Record { line, fields }),
            Ok(false) => None,
            Err(error) => {
                roster.reject(line, of_error(error));
                None
            }
        }
    }

    /// How far the file is read.
    fn offset(&self) -> usize {
        let offset = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
        offset.min(self.text.len())
    }

    /// Whether the record that began here goes on to the end of the file because of a quote.
    fn is_open(&self, start: usize) -> bool {
        let is_last = self.offset() == self.text.len();
        is_last && memchr_iter(b'"', &self.text.as_bytes()[start..]).count() % 2 == 1
    }
}

/// How many bytes of ends of lines stand before the next record.
fn blank_lines(text: &[u8]) -> usize {
    text.iter().take_while(|it| matches!(it, b'\r' | b'\n')).count()
}

/// The character between fields: a comma, or what some spreadsheets write in its place.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().find(|it| !it.is_empty()).unwrap_or_default();
    [b',', b';', b'\t'].into_iter().find(|it| header.as_bytes().contains(it)).unwrap_or(b',')
}

impl Record {
    /// The fields, without white space around them.
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(str::trim)
    }

    /// Whether it has nothing but separators, as spreadsheets write rows that were deleted.
    fn is_blank(&self) -> bool {
        self.texts().all(str::is_empty)
    }
}

/// What each column says; none where it is passed over. Nothing when the header cannot be used.
fn columns(header: &Record, roster: &mut Roster<'_>) -> Option<Vec<Option<Field>>> {
    if header.fields.len() > MOST_COLUMNS {
        roster.reject(header.line, format!("the header has more than {MOST_COLUMNS} columns"));
        return None;
    }
    let mut columns: Vec<Option<Field>> = Vec::new();
    let mut wrong = Vec::new();
    for text in header.texts() {
        let name = text.to_lowercase();
        let field = Field::named(&name);
        if field.is_none() && !PASSED_OVER.contains(&name.as_str()) {
            wrong.push(format!("there is no column {}; docs/import.md lists them", quoted(text)));
        } else if field.is_some_and(|it| columns.contains(&Some(it))) {
            wrong.push(format!("column {} says what another says already", quoted(text)));
        }
        columns.push(field);
    }
    for needed in [Field::Guest, Field::Source, Field::Target, Field::Standing, Field::At] {
        if !columns.contains(&Some(needed)) && roster.defaults.text(needed).is_none() {
            wrong.push(missing(needed));
        }
    }
    let is_right = wrong.is_empty();
    wrong.into_iter().for_each(|reason| roster.reject(header.line, reason));
    is_right.then_some(columns)
}

fn row(record: &Record, columns: &[Option<Field>], roster: &Roster<'_>) -> Result<Row, String> {
    let (found, expected) = (record.fields.len(), columns.len());
    if found != expected {
        return Err(format!("the row has {found} fields and the header {expected}"));
    }
    let mut fields = Fields::default();
    for (field, text) in columns.iter().zip(&record.fields) {
        if let Some(field) = field {
            fields.offer(*field, unguarded(text));
        }
    }
    Row::read(record.line, &fields, roster.defaults)
}

/// A field without the apostrophe that guards a spreadsheet against it.
fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA_STARTS) => rest,
        Some(_) | None => text,
    }
}
