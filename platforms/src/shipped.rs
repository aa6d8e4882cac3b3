//! The drivers that come with Portolan, as files.

/// One of them.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Its name.
    pub id: &'static str,
    /// The file.
    pub text: &'static str,
    /// A transcript of the conformance suite, when there is one.
    pub transcript: Option<&'static str>,
}

/// Every one of them, by name.
pub const ALL: &[Shipped] = &[
    Shipped {
        id: "hyperv",
        text: include_str!("../drivers/hyperv.toml"),
        transcript: Some(include_str!("../transcripts/hyperv.toml")),
    },
    Shipped { id: "libvirt", text: include_str!("../drivers/libvirt.toml"), transcript: None },
    Shipped {
        id: "proxmox",
        text: include_str!("../drivers/proxmox.toml"),
        transcript: Some(include_str!("../transcripts/proxmox.toml")),
    },
    Shipped { id: "vsphere", text: include_str!("../drivers/vsphere.toml"), transcript: None },
    Shipped {
        id: "xen-xl",
        text: include_str!("../drivers/xen-xl.toml"),
        transcript: Some(include_str!("../transcripts/xen-xl.toml")),
    },
    Shipped {
        id: "xenserver",
        text: include_str!("../drivers/xenserver.toml"),
        transcript: Some(include_str!("../transcripts/xenserver.toml")),
    },
];

/// The one of this name.
#[must_use]
pub fn named(id: &str) -> Option<&'static Shipped> {
    ALL.iter().find(|it| it.id == id)
}
