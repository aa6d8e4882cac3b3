//! Reads a descriptor into what it says. What is missing or malformed is told as findings, and as much as
//! can be read is read all the same.

use roxmltree::{Document, Node, ParsingOptions};

use super::guard::guard;
use super::hardware;
use super::model::{Descriptor, Disk, FileReference, Place, Section, System, Version};
use super::{OVF1, OVF2, bytes_of};
use crate::finding::Finding;
use crate::rules::structure;

/// Largest descriptor read, in bytes.
pub const LARGEST: u64 = 4 * 1024 * 1024;
/// Most files, disks, networks, machines, sections and items of one machine that are kept.
const MOST: usize = 10_000;

/// A descriptor, and what is wrong with its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it says; none where it is not an envelope.
    pub descriptor: Option<Descriptor>,
    /// What is wrong with its form.
    pub findings: Vec<Finding>,
}

/// Reads a descriptor; `name` is the file's, for findings.
#[must_use]
pub fn read(name: &str, bytes: &[u8]) -> Reading {
    match tree(name, bytes) {
        Ok(reading) => reading,
        Err(finding) => Reading { descriptor: None, findings: vec![finding] },
    }
}

fn tree(name: &str, bytes: &[u8]) -> Result<Reading, Finding> {
    let broken = |words: String| structure::WELL_FORMED.broken(name, words);
    if bytes.len() as u64 > LARGEST {
        return Err(broken(format!("it has more than {LARGEST} bytes")));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| broken(format!("byte {} is not UTF-8", error.valid_up_to())))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    guard(text).map_err(broken)?;
    let options = ParsingOptions { nodes_limit: 1_000_000, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| broken(format!("it is not well-formed XML: {error}")))?;
    let mut form = Form { file: name, lines: Lines::of(text), findings: Vec::new() };
    let descriptor = form.envelope(document.root_element());
    Ok(Reading { descriptor, findings: form.findings })
}

/// Where the lines of a descriptor end. Asked once: the parser would count them anew for every element.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// Where an element stands.
    pub(super) fn place(&self, node: Node<'_, '_>) -> Place {
        let before = self.0.partition_point(|end| *end < node.range().start);
        Place(u32::try_from(before + 1).unwrap_or(u32::MAX))
    }
}

/// An attribute of OVF, by its qualified name; where an exporter forgot the prefix, without.
pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let space = node.tag_name().namespace()?;
    node.attribute((space, name)).or_else(|| node.attribute(name))
}

/// Children that are elements of this name, whatever their namespace.
pub(super) fn children<'a, 'b>(
    node: Node<'a, 'b>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'b>> {
    node.children().filter(move |it| it.is_element() && it.tag_name().name() == name).take(MOST)
}

/// The text of an element, without white around it.
pub(super) fn text(node: Node<'_, '_>) -> String {
    node.text().unwrap_or_default().trim().to_owned()
}

/// Sections of the standard, by their names.
const SECTIONS: [&str; 14] = [
    "AnnotationSection",
    "BootDeviceSection",
    "DeploymentOptionSection",
    "DiskSection",
    "EnvironmentFilesSection",
    "EulaSection",
    "InstallSection",
    "NetworkPortProfileSection",
    "NetworkSection",
    "OperatingSystemSection",
    "ProductSection",
    "ResourceAllocationSection",
    "StartupSection",
    "VirtualHardwareSection",
];
/// Sections that OVF 2.x has beside those.
const LATER: [&str; 4] =
    ["PlacementGroupSection", "PlacementSection", "ScaleOutSection", "SharedDiskSection"];

struct Form<'n> {
    file: &'n str,
    lines: Lines,
    findings: Vec<Finding>,
}

impl Form<'_> {
    fn complain(&mut self, node: Node<'_, '_>, words: impl Into<String>) {
        if self.findings.len() < MOST {
            let place = format!("{}, {}", self.file, self.lines.place(node));
            self.findings.push(structure::SCHEMA.broken(place, words));
        }
    }

    fn envelope(&mut self, root: Node<'_, '_>) -> Option<Descriptor> {
        if root.tag_name().name() != "Envelope" {
            self.complain(
                root,
                format!("the root is `{}`, not `Envelope`", root.tag_name().name()),
            );
            return None;
        }
        let version = match root.tag_name().namespace().unwrap_or_default() {
            OVF1 => Version::One,
            OVF2 => Version::Two,
            other => Version::Other(other.chars().take(200).collect()),
        };
        self.order(root);
        let mut said = Descriptor {
            version,
            files: Vec::new(),
            disks: Vec::new(),
            networks: Vec::new(),
            systems: Vec::new(),
            collection: children(root, "VirtualSystemCollection").next().is_some(),
            foreign: Vec::new(),
        };
        for list in children(root, "References") {
            said.files.extend(children(list, "File").map(|it| self.file(it)));
        }
        for section in children(root, "DiskSection").chain(children(root, "SharedDiskSection")) {
            let shared = children(section, "SharedDisk");
            said.disks.extend(children(section, "Disk").chain(shared).map(|it| self.disk(it)));
        }
        for section in children(root, "NetworkSection") {
            let names = children(section, "Network").map(|it| self.needed(it, "name"));
            said.networks.extend(names);
        }
        self.sections(root, &mut said.foreign);
        self.systems(root, &mut said);
        Some(said)
    }

    /// References, sections, exactly one content, strings: what stands in another order is told.
    fn order(&mut self, root: Node<'_, '_>) {
        let (mut reached, mut contents) = (0, 0);
        for node in root.children().filter(Node::is_element) {
            let rank = match node.tag_name().name() {
                "References" => 0,
                "VirtualSystem" | "VirtualSystemCollection" => {
                    contents += 1;
                    2
                }
                "Strings" => 3,
                _ => 1,
            };
            if rank < reached {
                let name = node.tag_name().name();
                self.complain(node, format!("`{name}` stands behind what should follow it"));
            }
            reached = reached.max(rank);
        }
        if children(root, "References").next().is_none() {
            self.complain(root, "there is no `References`");
        }
        if contents != 1 {
            self.complain(
                root,
                format!(
                    "there are {contents} contents; there must be one \
                `VirtualSystem` or `VirtualSystemCollection`"
                ),
            );
        }
    }

    /// An attribute without which an element says nothing.
    fn needed(&mut self, node: Node<'_, '_>, name: &str) -> String {
        let found = attribute(node, name).map(str::trim).filter(|it| !it.is_empty());
        if found.is_none() {
            let element = node.tag_name().name();
            self.complain(node, format!("`{element}` has no attribute `ovf:{name}`"));
        } else if node.tag_name().namespace().is_some_and(|it| node.attribute((it, name)).is_none())
        {
            let words = format!("the attribute `{name}` lacks its prefix `ovf:`");
            self.complain(node, words);
            if let Some(last) = self.findings.last_mut() {
                last.score = domain::score::Score::Warning;
            }
        }
        found.unwrap_or_default().to_owned()
    }

    fn file(&mut self, node: Node<'_, '_>) -> FileReference {
        let number = |it: &str| it.trim().parse::<u64>().map_err(|_| it.to_owned());
        FileReference {
            id: self.needed(node, "id"),
            href: self.needed(node, "href"),
            bytes: attribute(node, "size").map(number),
            compression: attribute(node, "compression")
                .filter(|it| !it.is_empty() && *it != "identity")
                .map(str::to_owned),
            chunk_bytes: attribute(node, "chunkSize").and_then(|it| number(it).ok()),
            place: self.lines.place(node),
        }
    }

    fn disk(&mut self, node: Node<'_, '_>) -> Disk {
        let written = self.needed(node, "capacity");
        let unit = attribute(node, "capacityAllocationUnits").unwrap_or("byte");
        let number: Option<u64> = written.parse().ok();
        Disk {
            id: self.needed(node, "diskId"),
            file: attribute(node, "fileRef").map(str::to_owned),
            capacity_bytes: number.and_then(|it| it.checked_mul(bytes_of(unit)?)),
            written: format!("{written} × {unit}"),
            format: attribute(node, "format").unwrap_or_default().to_owned(),
            place: self.lines.place(node),
        }
    }

    /// Notes the sections that are not of the standard. In OVF 1.0 an extension could be a `Section`
    /// with a type.
    fn sections(&mut self, within: Node<'_, '_>, foreign: &mut Vec<Section>) {
        let space = within.tag_name().namespace();
        for node in within.children().filter(Node::is_element) {
            let name = node.tag_name().name();
            let standard = node.tag_name().namespace() == space;
            let known = SECTIONS.contains(&name) || LATER.contains(&name);
            if !name.ends_with("Section") || (standard && known) || foreign.len() >= MOST {
                continue;
            }
            // `required` is OVF's own attribute, whoever's the section is.
            let required = space
                .and_then(|it| node.attribute((it, "required")))
                .or_else(|| node.attribute("required"));
            let required = required.is_none_or(|it| it.trim() != "false" && it.trim() != "0");
            foreign.push(Section {
                name: name.to_owned(),
                required,
                place: self.lines.place(node),
            });
        }
    }

    /// Every machine, in collections of collections too; the guard has bounded their depth.
    fn systems(&mut self, within: Node<'_, '_>, said: &mut Descriptor) {
        for node in within.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "VirtualSystemCollection" => {
                    self.sections(node, &mut said.foreign);
                    self.systems(node, said);
                }
                "VirtualSystem" if said.systems.len() < MOST => {
                    self.sections(node, &mut said.foreign);
                    let system = self.system(node);
                    said.systems.push(system);
                }
                _ => {}
            }
        }
    }

    fn system(&mut self, node: Node<'_, '_>) -> System {
        let os = children(node, "OperatingSystemSection").next();
        let mut system = System {
            id: self.needed(node, "id"),
            name: children(node, "Name").next().map(text),
            os: os.and_then(|it| attribute(it, "id")?.trim().parse().ok()),
            place: self.lines.place(node),
            ..System::default()
        };
        for section in children(node, "VirtualHardwareSection") {
            system.has_hardware = true;
            hardware::read(section, &self.lines, &mut system);
        }
        if !system.has_hardware {
            self.complain(node, "the machine has no `VirtualHardwareSection`");
        }
        system
    }
}
