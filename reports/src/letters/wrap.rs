//! Lines of a mail: at most 72 columns, and nothing that moves a cursor.

/// The longest line of a text, in characters.
pub(super) const WIDTH: usize = 72;

/// A paragraph.
pub(super) fn paragraph(text: &str) -> String {
    indented(text, "", "")
}

/// A paragraph whose first line begins with one text and all others with another. A word that is longer
/// than a line is broken.
pub(super) fn indented(text: &str, first: &str, others: &str) -> String {
    let text = one_line(text);
    let indent = first.chars().count().max(others.chars().count());
    let room = WIDTH.saturating_sub(indent + 1).max(1);
    let pieces = text.split_whitespace().flat_map(|it| broken(it, room));
    filled(pieces, first, others)
}

/// The same, in so many lines at most; what is cut ends with an ellipsis.
pub(super) fn clipped(text: &str, (first, others): (&str, &str), most: usize) -> Vec<String> {
    let whole = indented(text, first, others);
    let mut lines: Vec<String> = whole.lines().map(ToOwned::to_owned).collect();
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            let kept: String = last.chars().take(WIDTH - 2).collect();
            *last = format!("{} …", kept.trim_end());
        }
    }
    lines
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

/// A word in pieces of so many characters.
fn broken(word: &str, room: usize) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let end = rest.char_indices().nth(room).map_or(rest.len(), |(at, _)| at);
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}

/// A text in one line, without control characters.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect()
}
