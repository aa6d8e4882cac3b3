//! Lines of a mail: at most 72 columns, and nothing that moves a cursor.

/// The longest line of a text, in characters; longer words stand alone.
pub(super) const WIDTH: usize = 72;

/// A paragraph.
pub(super) fn paragraph(text: &str) -> String {
    indented(text, "", "")
}

/// A paragraph whose first line begins with one text and all others with another.
pub(super) fn indented(text: &str, first: &str, others: &str) -> String {
    let text = one_line(text);
    filled(text.split_whitespace(), first, others)
}

/// The same of pieces that are not broken.
pub(super) fn filled<'a>(
    pieces: impl Iterator<Item = &'a str>,
    first: &str,
    others: &str,
) -> String {
    let mut lines = vec![first.to_owned()];
    let mut is_empty = true;
    for piece in pieces {
        let length = lines.last().map_or(0, |it| it.chars().count());
        if !is_empty && length + piece.chars().count() >= WIDTH {
            lines.push(others.to_owned());
            is_empty = true;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if is_empty { "" } else { " " });
            line.push_str(piece);
            is_empty = false;
        }
    }
    lines.join("\n")
}

/// A text in one line, without control characters.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect()
}
