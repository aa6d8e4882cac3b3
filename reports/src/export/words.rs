//! Words of others, made fit for formats that are read line by line or as markup.

/// Plain text on one line: whatever ends a line, steers a terminal or cannot stand in XML is
/// replaced, and the ends are trimmed.
pub(super) fn line(text: &str) -> String {
    let shown = |letter: char| match letter {
        '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        _ if letter.is_control() => char::REPLACEMENT_CHARACTER,
        _ => letter,
    };
    text.chars().map(shown).collect::<String>().trim().to_owned()
}

/// The same where Markdown and HTML are understood: nothing in it is a mark.
pub(super) fn escaped(text: &str) -> String {
    const MARKS: &str = "\\`*_~^[]<>{}$!#|\"&";
    let mut escaped = String::new();
    for letter in line(text).chars() {
        if MARKS.contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        let hostile = " a\nb\r\tc\u{1b}[2Jd\u{0}e\u{85}f\u{2028}g\u{ffff} ";
        assert_eq!(
            line(hostile),
            "a\u{fffd}b\u{fffd}\u{fffd}c\u{fffd}[2Jd\u{fffd}e\u{fffd}f\u{fffd}g\u{fffd}"
        );
        assert_eq!(line(" \u{3000} "), "");
    }

    #[test]
    fn marks_mean_nothing() {
        assert_eq!(escaped("<b>[x](y) *z*"), "\\<b\\>\\[x\\](y) \\*z\\*");
    }
}
