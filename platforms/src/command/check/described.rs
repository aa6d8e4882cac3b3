//! The definition of a machine: that `import` takes it, and that all its values are known.

use toml::Spanned;

use super::Checking;
use crate::command::definition::{Definition, VALUES};
use crate::command::file::DefinitionPart;
use crate::words::Firmware;

impl Checking<'_, '_> {
    pub(super) fn definition(
        &mut self,
        part: Spanned<DefinitionPart>,
        formats_in: &[String],
    ) -> Option<Definition> {
        let (span, part) = (part.span(), part.into_inner());
        if !formats_in.contains(&part.format) {
            let what = format!("`import` does not take a definition as `{}`", part.format);
            self.problems.add(&span, what, "name it in formats_in, too");
        }
        if part.disks.is_empty() {
            let what = "the definition stands around no disk".to_owned();
            self.problems.add(&span, what, "name the formats of disks that it can hold");
        }
        let firmware = Firmware::ALL.into_iter().find(|it| it.name() == part.firmware);
        if firmware.is_none() {
            let what = format!("there is no firmware `{}`", part.firmware);
            self.problems.add(&span, what, "write bios or uefi");
        }
        let text = self.template(&part.text, &VALUES, false)?;
        Some(Definition {
            format: part.format,
            disks: part.disks,
            firmware: firmware?,
            network: part.network,
            storage_driver: part.storage_driver,
            network_driver: part.network_driver,
            written: part.written,
            text,
        })
    }
}
