//! A CSV file as RFC 4180 has it, which a spreadsheet opens without running anything.

use csv::{Terminator, WriterBuilder};

/// First characters that make a spreadsheet take a field for a formula.
const FORMULA_STARTS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// A header and its rows. Lines end with CR LF.
///
/// # Errors
/// When the bytes cannot be written; in memory that does not happen.
pub fn sheet<H, R>(header: H, rows: impl Iterator<Item = R>) -> Result<String, csv::Error>
where
    H: IntoIterator<Item: Into<String>>,
    R: IntoIterator<Item = String>,
{
    let mut bytes = Vec::new();
    {
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(&mut bytes);
        writer.write_record(header.into_iter().map(|it| neutral(it.into())))?;
        for row in rows {
            writer.write_record(row.into_iter().map(neutral))?;
        }
        writer.flush()?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A field that no spreadsheet takes for a formula: those that would get a leading apostrophe.
fn neutral(field: String) -> String {
    if field.starts_with(FORMULA_STARTS) { format!("'{field}") } else { field }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralised_and_lines_end_as_the_standard_says() {
        let rows = ["=1+1", "+1", "-1", "@x", "\tx", "a,\"b\"", "plain"].map(|it| [it.to_owned()]);
        let text = sheet(["field"], rows.into_iter()).unwrap();
        assert_eq!(
            text,
            "field\r\n'=1+1\r\n'+1\r\n'-1\r\n'@x\r\n'\tx\r\n\"a,\"\"b\"\"\"\r\nplain\r\n"
        );
    }
}
