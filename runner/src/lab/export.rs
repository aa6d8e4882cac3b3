//! Step 3: the VM is exported to the target's disk format, or to an OVF package.

use std::path::Path;

use domain::event::EvidenceKind;
use domain::ids::Sha256Digest;
use domain::observation::{Channel, Observation};
use domain::step::Step;
use package::descriptor::OutDisk;

use super::acts::Lab;
use super::layout::{Package, PackageKey, write_whole};
use super::ovf;
use super::qemu_img::Disk;
use super::seen::{Seen, Stop, report};
use super::source::{SourceVm, digest};
use crate::driver::{Proof, StepReport};
use crate::ledger::vm_uses;
use crate::stopwatch::Stopwatch;
use crate::tool::ToolRun;

/// File names within an OVF package.
pub(crate) const DESCRIPTOR: &str = "vm.ovf";
pub(crate) const MANIFEST: &str = "vm.mf";
/// Marks a package that is whole.
pub(crate) const WHOLE: &str = "package.json";

impl Lab {
    /// Step 3, carried out once for all targets that take the same package.
    pub(crate) async fn export(&self, key: &PackageKey) -> StepReport {
        self.exports
            .once(key.clone(), || async {
                let source = self.source_vm(&key.source).await;
                let claim = self.claim(1, 0).await;
                let clock = Stopwatch::start();
                let result = match (source, claim) {
                    (Ok(source), Ok(_claim)) => self.export_now(key, &source).await,
                    (Err(stop), _) | (_, Err(stop)) => Err(stop),
                };
                let act = self.act(&format!("{}/{}", key.source.name(), key.name()));
                report(Step::Export, &act, clock, result)
            })
            .await
    }

    /// Makes sure that the package is there; exported again only where a killed run lost it.
    pub(crate) async fn have_package(&self, key: &PackageKey) -> Result<(), Stop> {
        let whole = key.folder(self.ledger.folder()).join(WHOLE);
        if !whole.exists() {
            self.export(key).await;
        }
        let lost = || Stop::lab(format!("the package {} could not be had again", key.name()));
        whole.exists().then_some(()).ok_or_else(lost)
    }

    async fn export_now(&self, key: &PackageKey, source: &SourceVm) -> Result<Seen, Stop> {
        let folder = key.folder(self.ledger.folder());
        std::fs::create_dir_all(&folder).map_err(|error| Stop::io(&folder, &error))?;
        let before = self.source_digest(source)?;
        let used = vm_uses(&source.disk).map_err(|error| Stop::io(&source.disk, &error))?;
        let (run, mut proofs) = match key.through {
            Package::Disk => (self.export_disk(key, source).await?, Vec::new()),
            Package::Ovf => self.export_ovf(key, source).await?,
        };
        let after = self.source_digest(source)?;
        proofs.extend(run.proofs("convert"));

        let disk = key.disk(self.ledger.folder());
        let bytes = size(&disk)?;
        let warnings = i64::try_from(run.complaints()).unwrap_or(i64::MAX);
        let channel = Channel::DiskInspection;
        let observations = vec![
            Observation::flag("source.off", !used, Channel::Host),
            Observation::text("source.sha256", before.to_string(), channel),
            Observation::flag("source.unchanged", same(source, before, after), channel),
            Observation::integer("package.bytes", i64::try_from(bytes).unwrap_or(0), channel),
            Observation::integer("tool.warnings", warnings, Channel::Host),
        ];
        let whole = folder.join(WHOLE);
        write_whole(&whole, &bytes).map_err(|error| Stop::io(&whole, &error))?;
        Ok(Seen { observations, proofs })
    }

    async fn export_disk(&self, key: &PackageKey, source: &SourceVm) -> Result<ToolRun, Stop> {
        let from = source.image();
        let disk = key.disk(self.ledger.folder());
        let to = Disk { path: &disk, format: &key.format };
        let options = self.create_arguments(&key.format);
        self.convert(from, to, &options).await
    }

    async fn export_ovf(
        &self,
        key: &PackageKey,
        source: &SourceVm,
    ) -> Result<(ToolRun, Vec<Proof>), Stop> {
        let folder = key.folder(self.ledger.folder());
        let from = source.image();
        let disk = key.disk(self.ledger.folder());
        let to = Disk { path: &disk, format: "vmdk" };
        let stream = ["-o".to_owned(), "subformat=streamOptimized".to_owned()];
        let run = self.convert(from, to, &stream).await?;

        let disk_file = disk.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let out = OutDisk {
            file: disk_file,
            file_bytes: size(&disk)?,
            capacity_bytes: u64::try_from(source.capacity_bytes).unwrap_or(0),
        };
        let written = ovf::write(&source.vm, out, digest(&disk)?);
        let ovf::Written { descriptor, manifest } =
            written.map_err(|error| Stop::io(&folder, &error))?;
        for (name, bytes) in [(DESCRIPTOR, &descriptor[..]), (MANIFEST, manifest.as_bytes())] {
            let path = folder.join(name);
            std::fs::write(&path, bytes).map_err(|error| Stop::io(&path, &error))?;
        }
        let proofs = vec![
            Proof::new(EvidenceKind::Descriptor, DESCRIPTOR, descriptor),
            Proof::new(EvidenceKind::Manifest, MANIFEST, manifest.as_bytes()),
        ];
        Ok((run, proofs))
    }

    /// The digest of the source VM's disk as it is now.
    pub(crate) fn source_digest(&self, source: &SourceVm) -> Result<Sha256Digest, Stop> {
        digest(&source.disk)
    }

    /// The options of the platform whose own format this is.
    fn create_arguments(&self, format: &str) -> Vec<String> {
        let platforms = self.testbed.platforms.iter();
        let mut profiles = platforms.filter_map(|it| self.profile(&it.id).ok());
        let owner = profiles.find(|profile| profile.disk_format == format);
        owner.map(|profile| profile.create_arguments()).unwrap_or_default()
    }
}

pub(crate) fn same(source: &SourceVm, before: Sha256Digest, after: Sha256Digest) -> bool {
    before == source.sha256 && after == source.sha256
}

pub(crate) fn size(path: &Path) -> Result<u64, Stop> {
    std::fs::metadata(path).map(|it| it.len()).map_err(|error| Stop::io(path, &error))
}
