//! What is refused before a tree is made of a descriptor: DTDs and entities, and whatever would cost far
//! more than its size to read.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Deepest element. The standard needs about eight; vendors' extensions some more.
const DEEPEST: usize = 64;
/// Most elements.
const MOST_ELEMENTS: usize = 200_000;
/// Most attributes of one element.
const MOST_ATTRIBUTES: usize = 64;
/// Most declarations of namespaces: each is carried into all that stands within its element.
const MOST_NAMESPACES: usize = 1_000;

/// Refuses, in words, what shall not be read any further.
///
/// It reads by its own parser, so what it cannot read is left to the one that tells where.
pub(super) fn guard(text: &str) -> Result<(), String> {
    let mut reader = Reader::from_str(text);
    let mut counts = Counts::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                counts.depth += 1;
                counts.take(&tag)?;
            }
            Ok(Event::Empty(tag)) => counts.take(&tag)?,
            Ok(Event::End(_)) => counts.depth = counts.depth.saturating_sub(1),
            Ok(Event::DocType(_)) => return Err("it has a DTD, which no package needs".to_owned()),
            Ok(Event::Eof) => return Ok(()),
            Ok(
                Event::Text(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::GeneralRef(_),
            ) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

#[derive(Default)]
struct Counts {
    depth: usize,
    elements: usize,
    namespaces: usize,
}

impl Counts {
    fn take(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        self.elements += 1;
        if self.depth > DEEPEST {
            return Err(format!("elements stand within each other more than {DEEPEST} deep"));
        }
        if self.elements > MOST_ELEMENTS {
            return Err(format!("it has more than {MOST_ELEMENTS} elements"));
        }
        let mut attributes = tag.attributes();
        // Comparing each with all others is the tree's own work, after their number is known.
        let attributes = attributes.with_checks(false);
        let mut count = 0;
        for attribute in attributes {
            let attribute = attribute.map_err(|error| error.to_string())?;
            count += 1;
            self.namespaces += usize::from(attribute.key.as_ref().starts_with("xmlns"));
            if count > MOST_ATTRIBUTES {
                return Err(format!("an element has more than {MOST_ATTRIBUTES} attributes"));
            }
        }
        if self.namespaces > MOST_NAMESPACES {
            return Err(format!("it declares more than {MOST_NAMESPACES} namespaces"));
        }
        Ok(())
    }
}
