//! XML, by paths of element names. Entities that would expand for ever are refused with every DTD.

use std::collections::BTreeSet;

use roxmltree::{Document, Node};

use super::{BadParser, MOST_RECORDS, Misread, Record};

pub(super) fn check(each: &str, wanted: &BTreeSet<&str>) -> Result<(), BadParser> {
    if !each.starts_with('/') {
        return Err(BadParser {
            what: format!("`{each}` does not begin at the root"),
            remedy: format!("write \"/{each}\""),
        });
    }
    let steps = |path: &str| path.split('/').any(str::is_empty);
    match wanted.iter().find(|it| steps(it)).or(steps(&each[1..]).then_some(&each)) {
        None => Ok(()),
        Some(path) => Err(BadParser {
            what: format!("`{path}` has an empty step"),
            remedy:
                "write names with one `/` between them, and `@name` at the end for an attribute"
                    .to_owned(),
        }),
    }
}

pub(super) fn read(
    text: &str,
    each: &str,
    wanted: &BTreeSet<&str>,
) -> Result<Vec<Record>, Misread> {
    let document = Document::parse(text).map_err(|it| Misread(format!("no XML: {it}")))?;
    let mut found = vec![document.root()];
    for step in each.split('/').skip(1) {
        found = found.into_iter().flat_map(|it| named(it, step)).take(MOST_RECORDS + 1).collect();
    }
    let record = |node: Node<'_, '_>| -> Record {
        wanted.iter().filter_map(|it| Some(((*it).to_owned(), text_at(node, it)?))).collect()
    };
    Ok(found.into_iter().map(record).collect())
}

fn named<'a>(node: Node<'a, 'a>, name: &str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |it| it.is_element() && it.tag_name().name() == name)
}

/// The text at a path: the first element of each name, or one of its attributes.
fn text_at(node: Node<'_, '_>, path: &str) -> Option<String> {
    let mut at = node;
    for step in path.split('/') {
        match step.strip_prefix('@') {
            Some(attribute) => return at.attribute(attribute).map(str::to_owned),
            None => at = at.children().find(|it| it.tag_name().name() == step)?,
        }
    }
    Some(at.text().unwrap_or_default().trim().to_owned())
}
