//! Texts that come from outside, made fit for a picture: safe to read, short, of a known width.

/// Characters of a name of a platform, guest, route or campaign that a picture shows.
pub(super) const NAME: usize = 20;

/// Characters of a sentence that a picture shows.
pub(super) const SENTENCE: usize = 90;

/// A text of at most so many characters. One that is longer ends with `…`.
///
/// Characters that XML forbids, that move a cursor or that turn the direction of reading are
/// replaced; markup is the template's concern, which escapes every text.
pub(crate) fn short(text: &str, most: usize) -> String {
    let mut clean = text.chars().map(clean);
    let mut shown: String = clean.by_ref().take(most).collect();
    if clean.next().is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// The width of a text at 12 pixels, rounded up to what wide typefaces need. In pixels.
pub(crate) fn width(text: &str) -> u32 {
    text.chars().map(char_width).sum()
}

/// What all ids of a picture begin with; a point follows. No two names share one, and no other part
/// of a page has such an id: none that a template gives holds a point, and in those that are made of
/// names a colon stands before it.
pub(super) fn prefix(name: &str) -> String {
    let mut prefix = String::new();
    for c in name.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => prefix.push(c),
            _ => prefix.push_str(&format!("_{:x}_", u32::from(c))),
        }
    }
    prefix
}

/// A link that stays on this site; anything else is none.
pub(super) fn link(href: &str) -> Option<&str> {
    let foreign = href.starts_with("//") || href.chars().any(|it| it == '\\' || clean(it) != it);
    (!foreign && href.starts_with(['#', '/', '?'])).then_some(href)
}

fn clean(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => ' ',
        '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            '\u{fffd}'
        }
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        _ if c.is_control() => '\u{fffd}',
        _ => c,
    }
}

fn char_width(c: char) -> u32 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 4,
        'f' | 't' | 'r' | '-' | '(' | ')' | '/' => 6,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '→' | '…' => 12,
        'A'..='Z' => 9,
        _ if c.is_ascii() => 8,
        _ => 13,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_and_say_so() {
        assert_eq!(short("kvm-like", 8), "kvm-like");
        assert_eq!(short("kvm-like!", 8), "kvm-lik…");
        assert_eq!(short("", 8), "");
    }

    #[test]
    fn nothing_turns_the_direction_or_breaks_xml() {
        assert_eq!(short("a\u{0}b\u{1b}c\u{202e}d\u{ffff}e\nf", 20), "a�b�c�d�e f");
    }

    #[test]
    fn no_two_names_share_a_prefix() {
        let names = ["a b", "a_b", "a-b", "a_20_b", "a\"b", "", "ab"];
        let prefixes: std::collections::BTreeSet<String> = names.map(prefix).into();
        assert_eq!(prefixes.len(), names.len());
        assert!(prefixes.iter().all(|it| it.chars().all(|c| c.is_ascii_graphic() && c != '"')));
    }

    #[test]
    fn links_stay_on_this_site() {
        for good in ["#cell:lean:a:b", "/cells/1", "?at=3"] {
            assert_eq!(link(good), Some(good));
        }
        for bad in
            ["javascript:alert(1)", "//elsewhere", "http://elsewhere", "/\\elsewhere", "#\u{0}", ""]
        {
            assert_eq!(link(bad), None, "{bad}");
        }
    }
}
