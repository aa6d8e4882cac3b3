//! Step 3 at a harbour: the source's disk is written out, by the driver's own export where it gives what the target takes.

use std::path::{Path, PathBuf};

use domain::event::EvidenceKind;
use domain::observation::{Channel, Observation};
use domain::step::Step;
use platforms::platform::Platform as _;
use platforms::words::{Capability, ExportPlan, PowerState, VmRef};

use super::trouble::stop;
use super::{Fleet, Harbour};
use crate::driver::{Proof, StepReport};
use crate::lab::export::{WHOLE, same, size};
use crate::lab::layout::{Package, PackageKey, write_whole};
use crate::lab::seen::{Seen, Stop, report};
use crate::lab::source::{SourceVm, digest};
use crate::stopwatch::Stopwatch;

impl Fleet {
    /// Step 3: by the driver's own export where it gives the target's format; by the lab's converters else.
    pub(super) async fn export(&self, harbour: &Harbour, key: &PackageKey) -> StepReport {
        let capabilities = harbour.platform.capabilities();
        let gives = capabilities.has(Capability::Export)
            && capabilities.formats_out.contains(&key.format)
            && key.through == Package::Disk;
        let lab = self.lab();
        if !gives {
            return lab.export(key).await;
        }
        let act = || async {
            let source = lab.source_vm(&key.source).await;
            let claim = lab.claim(1, 0).await;
            let clock = Stopwatch::start();
            let result = match (source, claim) {
                (Ok(source), Ok(_claim)) => self.export_now(harbour, key, &source).await,
                (Err(stop), _) | (_, Err(stop)) => Err(stop),
            };
            let act = lab.act(&format!("{}/{}", key.source.name(), key.name()));
            report(Step::Export, &act, clock, result)
        };
        lab.exports.once(key.clone(), act).await
    }

    async fn export_now(
        &self,
        harbour: &Harbour,
        key: &PackageKey,
        source: &SourceVm,
    ) -> Result<Seen, Stop> {
        let folder = key.folder(self.lab().ledger.folder());
        let out = folder.join("out.partial");
        let _ = std::fs::remove_dir_all(&out);
        std::fs::create_dir_all(&out).map_err(|error| Stop::io(&out, &error))?;
        let failed = |fault| stop("the export", &fault);
        let vm = harbour.platform.find(&self.machine_name(harbour, key)).await.map_err(failed)?;
        let before = digest(&source.disk)?;
        let off = harbour.state(&vm).await.map_err(failed)? == Some(PowerState::Off);
        let plan = ExportPlan { format: key.format.clone(), folder: out.clone() };
        let job = harbour.platform.export(&vm, &plan).await.map_err(failed)?;
        harbour.settle(&job).await.map_err(failed)?;
        let disk = key.disk(self.lab().ledger.folder());
        let written = only_file(&out)?;
        std::fs::rename(&written, &disk).map_err(|error| Stop::io(&written, &error))?;
        let _ = std::fs::remove_dir_all(&out);
        let (after, bytes) = (digest(&source.disk)?, size(&disk)?);
        let channel = Channel::DiskInspection;
        let observations = vec![
            Observation::flag("source.off", off, Channel::PlatformApi),
            Observation::text("source.sha256", before.to_string(), channel),
            Observation::flag("source.unchanged", same(source, before, after), channel),
            Observation::integer("package.bytes", i64::try_from(bytes).unwrap_or(0), channel),
            // A driver tells complaints of what failed; what it does not tell are none.
            Observation::integer("tool.warnings", 0, Channel::Host),
        ];
        write_whole(&folder.join(WHOLE), &bytes).map_err(|error| Stop::io(&folder, &error))?;
        Ok(Seen { observations, proofs: vec![self.export_proof(harbour, &vm, source, &plan)] })
    }

    fn machine_name(&self, harbour: &Harbour, key: &PackageKey) -> String {
        let own = harbour.machine(&key.source.guest).map(str::to_owned);
        own.unwrap_or_else(|| self.source_berth(harbour, &key.source).name)
    }

    /// The command line of the export.
    fn export_proof(
        &self,
        harbour: &Harbour,
        vm: &VmRef,
        source: &SourceVm,
        plan: &ExportPlan,
    ) -> Proof {
        let (out, disk) = (plan.folder.to_string_lossy(), source.disk.to_string_lossy());
        let argv = harbour.platform.rehearsed(
            "export",
            &[
                ("vm", &vm.id),
                ("vm_name", &vm.name),
                ("format", &plan.format),
                ("out", &out),
                ("disk", &disk),
                ("disk_format", &source.format),
            ],
        );
        let text = argv.unwrap_or_default().join("\n");
        Proof::new(EvidenceKind::Argv, "export.argv", text.as_bytes())
    }
}

/// The one file that an export wrote.
fn only_file(folder: &Path) -> Result<PathBuf, Stop> {
    let entries = std::fs::read_dir(folder).map_err(|error| Stop::io(folder, &error))?;
    let files: Vec<PathBuf> =
        entries.flatten().map(|it| it.path()).filter(|it| it.is_file()).collect();
    match files.as_slice() {
        [only] => Ok(only.clone()),
        several => {
            let words = format!("the export wrote {} files instead of one disk", several.len());
            Err(Stop::product(words, Seen::default()))
        }
    }
}
