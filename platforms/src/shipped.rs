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
    Shipped { id: "libvirt", text: include_str!("../drivers/libvirt.toml"), transcript: None },
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
