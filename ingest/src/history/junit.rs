//! JUnit XML: one test case a trial.
//!
//! There is no standard but what tools write and read. Which trial a test case is, is told by its
//! properties, by the mapping of the call, or by its name as Portolan writes it; how it stood, by a
//! property or by its children.

use domain::score::{Score, Standing};
use roxmltree::{Document, Node, ParsingOptions};

use super::fields::{Field, Fields};
use super::lines::Lines;
use super::roster::Roster;
use super::row::Row;
use super::words::{cut, of_error, quoted, seconds};
use super::xml;

/// Most nodes of a document.
const MOST_NODES: u32 = 10_000_000;

/// What stands between source and target in the name of a test case.
const ARROWS: [&str; 2] = ["→", "->"];

/// Reads a file into the roster.
pub(super) fn take(text: &str, roster: &mut Roster<'_>) {
    let mut lines = Lines::of(text);
    if let Err((offset, words)) = xml::guard(text) {
        return roster.reject(lines.at(offset), words);
    }
    let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = match Document::parse_with_options(text, options) {
        Ok(document) => document,
        Err(error) => {
            let line = u64::from(error.pos().row);
            let words = of_error(error);
            return roster.reject(line, format!("the file is not well-formed XML: {words}"));
        }
    };
    let root = document.root_element();
    match root.tag_name().name() {
        "testsuites" | "testsuite" => suite(root, &Suite::default(), &mut lines, roster),
        other => roster.reject(
            lines.at(root.range().start),
            format!("the file is no JUnit report: its root is {}", quoted(other)),
        ),
    }
}

/// What a test suite, and those around it, say about their test cases.
#[derive(Debug, Clone, Default)]
struct Suite<'a> {
    name: &'a str,
    fields: Fields<'a>,
}

impl<'a> Suite<'a> {
    /// A suite within this one. Each of its test cases copies what it says.
    fn within(&self, node: Node<'a, '_>) -> Self {
        let mut fields = Fields::default();
        for (field, text) in properties(node) {
            fields.offer(field, cut(text));
        }
        fields.offer(Field::At, cut(node.attribute("timestamp").unwrap_or_default()));
        fields.offer_all(&self.fields);
        Self { name: node.attribute("name").map_or(self.name, cut), fields }
    }
}

/// Reads the test cases of a suite and of all suites within it. The guard has bounded their depth.
fn suite<'a>(
    node: Node<'a, '_>,
    around: &Suite<'a>,
    lines: &mut Lines<'_>,
    roster: &mut Roster<'_>,
) {
    let this = around.within(node);
    for child in node.children().filter(Node::is_element) {
        match child.tag_name().name() {
            "testcase" => {
                let line = lines.at(child.range().start);
                roster.take(line, case(child, &this, line, roster));
            }
            "properties" | "system-out" | "system-err" => {}
            // A wrapper that somebody has put around suites hides none.
            _ => suite(child, &this, lines, roster),
        }
    }
}

fn case(
    node: Node<'_, '_>,
    suite: &Suite<'_>,
    line: u64,
    roster: &Roster<'_>,
) -> Result<Row, String> {
    let class = node.attribute("classname").unwrap_or_default();
    let name = node.attribute("name").unwrap_or_default();
    let full = format!("{class}.{name}");
    let full = full.trim_start_matches('.');
    let read = || {
        let mut fields = Fields::default();
        properties(node).for_each(|(field, text)| fields.offer(field, text));
        match &roster.defaults.map {
            Some(map) => fields.offer_all(&map.fields(full).ok_or("it does not match --map")?),
            None => as_portolan_writes(class, name, suite.name, &mut fields),
        }
        if let Some(time) = node.attribute("time").filter(|it| !it.trim().is_empty()) {
            fields.offer(Field::DurationMs, seconds(time)?.to_string());
        }
        fields.offer(Field::At, node.attribute("timestamp").unwrap_or_default());
        fields.offer_all(&suite.fields);
        let (standing, reason) = outcome(node);
        fields.offer(Field::Standing, standing.word());
        fields.offer(Field::Reason, reason);
        Row::read(line, &fields, roster.defaults)
    };
    read().map_err(|reason| format!("test case {}: {reason}", quoted(full)))
}

/// Class `guest.source`, name `source → target`, suite `guest`.
fn as_portolan_writes<'a>(class: &'a str, name: &'a str, suite: &'a str, fields: &mut Fields<'a>) {
    let Some((source, target)) = ARROWS.iter().find_map(|arrow| name.split_once(arrow)) else {
        return;
    };
    let (source, target) = (source.trim(), target.trim());
    fields.offer(Field::Source, source);
    fields.offer(Field::Target, target);
    let guest = class.strip_suffix(source).and_then(|it| it.strip_suffix('.'));
    fields.offer(Field::Guest, guest.unwrap_or(suite));
}

/// The properties of an element that are named like fields. Other systems have many others.
fn properties<'a>(node: Node<'a, '_>) -> impl Iterator<Item = (Field, &'a str)> {
    let inner = node.children().find(|it| it.tag_name().name() == "properties");
    let properties = inner.into_iter().flat_map(|it| it.children());
    properties.filter_map(|property| {
        let field = Field::named(property.attribute("name")?)?;
        Some((field, property.attribute("value").or_else(|| property.text())?))
    })
}

/// How a test case stood, and why, by its children: a failure that was seen outweighs trouble with
/// the test itself, and both outweigh what was left out afterwards.
fn outcome<'a>(node: Node<'a, '_>) -> (Standing, &'a str) {
    let known = [
        ("failure", Standing::Scored(Score::Failure)),
        ("error", Standing::LabError),
        ("skipped", Standing::NotRun),
    ];
    let child = |name| node.children().find(move |it: &Node<'a, '_>| it.tag_name().name() == name);
    for (name, standing) in known {
        if let Some(child) = child(name) {
            return (standing, why(child));
        }
    }
    // GoogleTest and CTest say it in an attribute alone.
    match node.attribute("status") {
        Some("notrun" | "disabled" | "skipped") => (Standing::NotRun, ""),
        Some(_) | None => (Standing::Scored(Score::Success), ""),
    }
}

fn why<'a>(node: Node<'a, '_>) -> &'a str {
    let told = [node.attribute("message"), node.text(), node.attribute("type")];
    let mut told = told.into_iter().flatten().map(str::trim);
    told.find(|it| !it.is_empty()).unwrap_or_default()
}
