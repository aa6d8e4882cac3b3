//! What is refused before an XML parser sees it: documents that would cost it more than their size.
//!
//! The parser compares every attribute of an element with every other, and carries the namespaces of
//! an element into all that stand within it.

use memchr::memmem::find;
use memchr::{memchr, memchr_iter};

/// Most signs of each kind: the parser makes room for so many tags and attributes at once.
const MOST_SIGNS: [(u8, usize); 2] = [(b'<', 4_000_000), (b'=', 8_000_000)];

/// Most attributes of one element.
const MOST_ATTRIBUTES: usize = 64;

/// Most declarations of namespaces in a file.
const MOST_NAMESPACES: usize = 10_000;

/// Deepest element. JUnit needs about five.
const DEEPEST: usize = 32;

/// Something that is refused, and the offset it stands at.
pub(super) type Refused = (usize, String);

/// Refuses what would cost too much to parse. Beyond the first error of a document it sees nothing
/// that the parser would see.
pub(super) fn guard(text: &str) -> Result<(), Refused> {
    let bytes = text.as_bytes();
    for (sign, most) in MOST_SIGNS {
        if memchr_iter(sign, bytes).nth(most).is_some() {
            let sign = char::from(sign);
            return Err((0, format!("the file has more than {most} signs `{sign}`: split it")));
        }
    }
    let (mut at, mut depth, mut namespaces) = (0, 0_usize, 0);
    while let Some(found) = memchr(b'<', &bytes[at..]) {
        let start = at + found;
        let Some(tag) = Tag::read(&bytes[start..]) else { return Ok(()) };
        at = start + tag.bytes;
        depth = match tag.kind {
            Kind::Opens => depth + 1,
            Kind::Closes => depth.saturating_sub(1),
            Kind::Empty | Kind::Passive => depth,
        };
        namespaces += tag.namespaces;
        if let Some(words) = refusal(&tag, depth, namespaces) {
            return Err((start, words));
        }
    }
    Ok(())
}

fn refusal(tag: &Tag, depth: usize, namespaces: usize) -> Option<String> {
    if depth > DEEPEST {
        return Some(format!("elements stand within each other more than {DEEPEST} deep"));
    }
    if tag.attributes > MOST_ATTRIBUTES {
        return Some(format!("an element has more than {MOST_ATTRIBUTES} attributes"));
    }
    (namespaces > MOST_NAMESPACES)
        .then(|| format!("the file declares more than {MOST_NAMESPACES} namespaces"))
}

/// Something between `<` and `>`.
struct Tag {
    bytes: usize,
    kind: Kind,
    attributes: usize,
    namespaces: usize,
}

/// What a tag does to the depth of what follows.
enum Kind {
    Opens,
    Closes,
    Empty,
    Passive,
}

impl Tag {
    /// The tag at the beginning of these bytes; none where the parser will go no further: a DTD, or
    /// one that does not end.
    fn read(bytes: &[u8]) -> Option<Self> {
        for (start, end) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] {
            if bytes.starts_with(start.as_bytes()) {
                let length = find(&bytes[start.len()..], end.as_bytes())?;
                let bytes = start.len() + length + end.len();
                return Some(Self { bytes, kind: Kind::Passive, attributes: 0, namespaces: 0 });
            }
        }
        if bytes.starts_with(b"<!") { None } else { Self::element(bytes) }
    }

    fn element(bytes: &[u8]) -> Option<Self> {
        let (mut attributes, mut namespaces, mut at) = (0, 0, 1);
        loop {
            match *bytes.get(at)? {
                b'>' => break,
                // What is quoted may hold any of these signs.
                quote @ (b'"' | b'\'') => at += 1 + memchr(quote, &bytes[at + 1..])?,
                b'=' => attributes += 1,
                b'x' if bytes[at..].starts_with(b"xmlns") => namespaces += 1,
                _ => {}
            }
            at += 1;
        }
        let kind = match (bytes.get(1), bytes[at - 1]) {
            (Some(b'/'), _) => Kind::Closes,
            (_, b'/') => Kind::Empty,
            _ => Kind::Opens,
        };
        Some(Self { bytes: at + 1, kind, attributes, namespaces })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<String> {
        guard(text).err().map(|(_, words)| words)
    }

    #[test]
    fn what_the_parser_reads_in_no_time_is_let_through() {
        for text in [
            "",
            "<a/>",
            "<a b='>' c=\"'/>\"><!-- <x <y --><![CDATA[<<<]]><?pi <?><b/></a>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>",
            "<a b='",
            "<a",
            "<",
            "<a><!-- ",
        ] {
            assert_eq!(refused(text), None, "{text}");
        }
        assert_eq!(refused(&"<a></a><b/>".repeat(10_000)), None);
    }

    #[test]
    fn what_would_keep_the_parser_busy_is_refused() {
        let deep = "<a b='/'>".repeat(33);
        assert!(refused(&deep).unwrap().contains("more than 32 deep"));
        let wide: String = (0..65).map(|it| format!(" a{it}='>'")).collect();
        assert!(refused(&format!("<a{wide}/>")).unwrap().contains("64 attributes"));
        let many = "<a xmlns='b'/>".repeat(10_001);
        assert!(refused(&many).unwrap().contains("10000 namespaces"));
        assert!(refused(&"=".repeat(8_000_001)).unwrap().contains("split it"));
    }
}
