//! What was assessed with what: platforms, guests, the lab's host, and for operators the tools.

use super::identity::Identity;
use super::property::{our, ours, standard};
use super::shape::{Component, Components, Operation, Property};
use crate::matrix_file::MatrixFile;
use crate::setting::{PublicGuest, PublicPlatform};
use crate::tool::Tool;

/// The kinds of components, as parts of a document are told apart.
pub(super) const PLATFORM: &str = "platform";
/// See [`PLATFORM`].
pub(super) const GUEST: &str = "guest";

/// Every component; none when there is none.
pub(super) fn components(file: &MatrixFile, identity: Identity) -> Option<Components> {
    let mut components: Vec<Component> = Vec::new();
    components.extend(file.platforms.iter().map(|it| platform(it, identity)));
    components.extend(file.guests.iter().map(|it| guest(it, identity)));
    components.extend(host(file, identity));
    components.extend(file.tools.iter().flatten().map(|it| tool(it, identity)));
    (!components.is_empty()).then_some(Components { components })
}

fn platform(platform: &PublicPlatform, identity: Identity) -> Component {
    let (description, played) = match platform.stand_in {
        true => ("A stand-in: QEMU plays this hypervisor environment.", "yes"),
        false => ("A hypervisor environment.", "no"),
    };
    let mut props: Vec<Property> = standard("version", &platform.version).into_iter().collect();
    props.extend(ours([
        ("vendor", platform.vendor.clone()),
        ("product", platform.product.clone()),
        ("console", platform.console.clone()),
        ("stand-in", played.to_owned()),
    ]));
    component(identity, (PLATFORM, platform.id.as_str()), description, props)
}

fn guest(guest: &PublicGuest, identity: Identity) -> Component {
    let mut props = ours([
        ("name", guest.name.clone()),
        ("architecture", guest.architecture.clone()),
        ("firmware", guest.firmware.clone()),
        ("memory-mib", guest.memory_mib.to_string()),
        ("cpus", guest.cpus.to_string()),
    ]);
    let image = |subject: &str, version: &str| our("image", &format!("{subject} = {version}"));
    props.extend(guest.versions.iter().filter_map(|it| image(&it.subject, &it.version)));
    let description = "An operating system image that was moved.";
    component(identity, (GUEST, guest.id.as_str()), description, props)
}

/// The machine that everything ran on; none when nothing is known of it.
fn host(file: &MatrixFile, identity: Identity) -> Option<Component> {
    let pin = |subject: &str, version: &str| our("pin", &format!("{subject} = {version}"));
    let props: Vec<Property> =
        file.host.iter().filter_map(|it| pin(&it.subject, &it.version)).collect();
    let description = "The machine that the lab ran on.";
    let known = !props.is_empty();
    known.then(|| component(identity, ("host", "lab"), description, props))
}

/// A conversion tool. A file for the public has none.
fn tool(tool: &Tool, identity: Identity) -> Component {
    let mut props: Vec<Property> = standard("version", &tool.version).into_iter().collect();
    let retired = if tool.retired { "yes" } else { "no" };
    props.extend(ours([("product", tool.product.clone()), ("retired", retired.to_owned())]));
    component(identity, ("tool", tool.id.as_str()), "A conversion tool.", props)
}

fn component(
    identity: Identity,
    (kind, id): (&str, &str),
    description: &'static str,
    props: Vec<Property>,
) -> Component {
    Component {
        uuid: identity.part(kind, id),
        kind: "software",
        title: format!("{kind} {id}"),
        description,
        props,
        status: Operation { state: "operational" },
    }
}
