//! The converters that come with Portolan, as files.

/// One of them.
#[derive(Debug, Clone, Copy)]
pub struct ShippedConverter {
    /// Its name.
    pub id: &'static str,
    /// The file.
    pub text: &'static str,
}

/// Every one of them, by name.
pub const SHIPPED: &[ShippedConverter] = &[
    ShippedConverter { id: "qemu-img", text: include_str!("../../converters/qemu-img.toml") },
    ShippedConverter {
        id: "vcenter-converter",
        text: include_str!("../../converters/vcenter-converter.toml"),
    },
    ShippedConverter {
        id: "virt-convert",
        text: include_str!("../../converters/virt-convert.toml"),
    },
    ShippedConverter { id: "virt-v2v", text: include_str!("../../converters/virt-v2v.toml") },
    ShippedConverter { id: "xenconvert", text: include_str!("../../converters/xenconvert.toml") },
];

/// The one of this name.
#[must_use]
pub fn shipped(id: &str) -> Option<&'static ShippedConverter> {
    SHIPPED.iter().find(|it| it.id == id)
}
