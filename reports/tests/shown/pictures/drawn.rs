//! A picture read back from its markup.

use roxmltree::{Document, Node};

/// A rectangle, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) width: i64,
    pub(crate) height: i64,
}

impl Area {
    /// Whether another one lies within.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && other.x + other.width <= self.x + self.width
            && other.y + other.height <= self.y + self.height
    }

    /// Whether two have a point in common.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

/// A number of an attribute; 0 where there is none.
pub(crate) fn number(node: Node<'_, '_>, name: &str) -> i64 {
    node.attribute(name).map_or(0, |it| it.parse().unwrap())
}

/// The whole of a picture.
pub(crate) fn view_box(document: &Document<'_>) -> Area {
    let root = document.root_element();
    let numbers = numbers(root.attribute("viewBox").unwrap());
    let [x, y, width, height] = numbers[..] else { panic!("not a view box: {numbers:?}") };
    assert_eq!((width, height), (number(root, "width"), number(root, "height")));
    Area { x, y, width, height }
}

/// The text of the element that tells the picture in words.
pub(crate) fn desc<'a>(document: &'a Document<'_>) -> &'a str {
    document.descendants().find(|it| it.has_tag_name("desc")).unwrap().text().unwrap()
}

/// Elements of a class that are drawn where they stand.
pub(crate) fn of_class<'a, 'b>(document: &'a Document<'b>, class: &str) -> Vec<Node<'a, 'b>> {
    let has = |it: &Node<'a, 'b>| {
        it.attribute("class").is_some_and(|all| all.split(' ').any(|it| it == class))
    };
    document.descendants().filter(has).filter(|it| !is_definition(*it)).collect()
}

/// Every rectangle that is drawn, also those that are drawn by use, but for signs explained.
pub(crate) fn squares(document: &Document<'_>) -> Vec<Area> {
    let uses = document.descendants().filter(|it| it.has_tag_name("use") && !is_definition(*it));
    uses.flat_map(|it| used(document, it, 0, 0)).collect()
}

fn used(document: &Document<'_>, node: Node<'_, '_>, x: i64, y: i64) -> Vec<Area> {
    let (x, y) = (x + number(node, "x"), y + number(node, "y"));
    let href = node.attribute("href").unwrap().strip_prefix('#').unwrap();
    let shape = document.descendants().find(|it| it.attribute("id") == Some(href)).unwrap();
    let parts = shape.children().filter(Node::is_element);
    let part = |it: Node<'_, '_>| match it.tag_name().name() {
        "rect" => vec![area(it, x, y)],
        "use" => used(document, it, x, y),
        _ => Vec::new(),
    };
    parts.flat_map(part).collect()
}

/// A rectangle as drawn, moved.
pub(crate) fn area(node: Node<'_, '_>, x: i64, y: i64) -> Area {
    let [width, height] = ["width", "height"].map(|it| number(node, it));
    Area { x: x + number(node, "x"), y: y + number(node, "y"), width, height }
}

/// All numbers of a text, in order.
pub(crate) fn numbers(text: &str) -> Vec<i64> {
    let parts = text.split(|c: char| !c.is_ascii_digit()).filter(|it| !it.is_empty());
    parts.map(|it| it.parse().unwrap()).collect()
}

/// The counts of a sentence that begins like this: the sum told and those summed up.
pub(crate) fn counts(sentence: &str) -> (i64, i64) {
    let (sum, parts) = sentence.split_once(": ").unwrap_or((sentence, ""));
    let parts = parts.split(", ").filter(|it| !it.is_empty());
    (numbers(sum)[0], parts.map(|it| numbers(it)[0]).sum())
}

fn is_definition(node: Node<'_, '_>) -> bool {
    node.ancestors().any(|it| it.has_tag_name("defs"))
}
