//! Reads the hardware of a machine: its family, its items, and what vendors add about firmware.

use roxmltree::Node;

use super::model::{Item, System, Unit};
use super::read::{Lines, attribute, children, text};

/// Most items of one machine.
const MOST_ITEMS: usize = 10_000;
/// Most texts of one kind in one item.
const MOST_TEXTS: usize = 64;

/// Adds what a hardware section says.
pub(super) fn read(section: Node<'_, '_>, lines: &Lines, system: &mut System) {
    for settings in children(section, "System") {
        if let Some(families) = field(settings, "VirtualSystemType") {
            let families = families.split([' ', ',']).filter(|it| !it.is_empty());
            system.families.extend(families.take(MOST_TEXTS).map(str::to_owned));
        }
        system.identifier = field(settings, "VirtualSystemIdentifier").or(system.identifier.take());
    }
    for name in ["Item", "StorageItem", "EthernetPortItem"] {
        let room = MOST_ITEMS.saturating_sub(system.items.len());
        system.items.extend(children(section, name).take(room).map(|it| item(it, lines)));
    }
    let firmware = children(section, "Config").find(|it| vendor(*it, "key") == Some("firmware"));
    let value = firmware.and_then(|it| vendor(it, "value")).map(str::to_owned);
    system.firmware = value.or(system.firmware.take());
}

/// An attribute of a vendor's extension, whatever its namespace.
fn vendor<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|it| it.name() == name).map(|it| it.value())
}

fn field(node: Node<'_, '_>, name: &'static str) -> Option<String> {
    children(node, name).next().map(text).filter(|it| !it.is_empty())
}

fn all(node: Node<'_, '_>, name: &'static str) -> Vec<String> {
    children(node, name).take(MOST_TEXTS).map(text).collect()
}

fn item(node: Node<'_, '_>, lines: &Lines) -> Item {
    Item {
        instance: field(node, "InstanceID").or(field(node, "InstanceId")).unwrap_or_default(),
        kind: field(node, "ResourceType").and_then(|it| it.parse().ok()),
        model: field(node, "ResourceSubType"),
        quantity: field(node, "VirtualQuantity").and_then(|it| it.parse().ok()),
        unit: field(node, "AllocationUnits").map_or(Unit::None, Unit::Written),
        parent: field(node, "Parent"),
        address: field(node, "Address"),
        host_resources: all(node, "HostResource"),
        connections: all(node, "Connection"),
        configuration: attribute(node, "configuration").map(str::to_owned),
        place: lines.place(node),
    }
}
