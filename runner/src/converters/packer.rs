//! Our own writer of OVF packages, as a converter: a disk becomes a package around a machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use domain::testbed::ConverterStatus;
use package::descriptor::{Adapter, Firmware, Machine, Version};
use package::{Algorithm, WriteError};
use platforms::clock::Pending;
use platforms::command::Exercised;
use platforms::converter::{
    Answered, Card, CommandConverter, Conversion, Converter, Estimate, Form, Image, Images, Keeps,
    Made, Making, Order, Presence, Verified,
};
use platforms::words::{Fault, FaultClass};

use super::contents::{failed, only_disk, unpacked};

/// What testbeds call it.
pub(super) const ID: &str = "portolan-ovf";
/// The disk while it has no other format yet.
const RAW: &str = "disk.raw";
/// The package while it is not in its place.
const PACKED: &str = "packed";

/// The writer. A disk that is not raw becomes so first, by the other converter.
pub struct Packer {
    card: Card,
    disks: CommandConverter,
}

impl Packer {
    /// The writer, with the converter that makes disks raw.
    #[must_use]
    pub fn new(card: Card, disks: CommandConverter) -> Self {
        Self { card, disks }
    }

    async fn pack(&self, order: &Order, heard: &(dyn Fn(f64) + Sync)) -> Answered<Made> {
        let able = self.card.conversion(&order.from, &order.to).is_some();
        let unable = || format!("{ID} makes no {} of {}", order.to, order.from);
        able.then_some(()).ok_or_else(|| Fault::new(FaultClass::Unsupported, unable()))?;
        let making = Making::begin(order)?;
        let (mut argv, disk) = (Vec::new(), self.raw(order, making.folder(), heard).await?);
        if let Some((made, _)) = &disk {
            argv.clone_from(&made.argv);
        }
        let path = disk.map_or_else(|| order.disk.clone(), |(_, path)| path);
        let bytes = whole(making, order, path).await?;
        let (stdout, stderr) = (String::new(), String::new());
        Ok(Made { argv, stdout, stderr, complaints: 0, bytes })
    }

    /// The disk as raw, where it is not.
    async fn raw(
        &self,
        order: &Order,
        folder: &Path,
        heard: &(dyn Fn(f64) + Sync),
    ) -> Answered<Option<(Made, PathBuf)>> {
        Images::default().stands_alone(&Image::of_input(order)?).await?;
        if order.from.as_str() == Form::RAW {
            return Ok(None);
        }
        let out = folder.join(RAW);
        let order = Order { to: form(Form::RAW)?, out: out.clone(), ..order.clone() };
        Ok(Some((self.disks.run(&order, heard).await?, out)))
    }

    async fn looked_at(&self, order: &Order) -> Answered<Verified> {
        let before = Image::of_input(order)?;
        let beside = tempfile::tempdir_in(order.out.parent().unwrap_or(Path::new("/")))
            .map_err(|error| failed(&order.out, &error))?;
        let (out, to, is_ova) =
            (order.out.clone(), beside.path().join("disk.vmdk"), order.to.as_str() == Form::OVA);
        let found = tokio::task::spawn_blocking(move || match is_ova {
            true => unpacked(&out, &to).map(|()| to),
            false => Ok(out.join(only_disk(&super::contents::checked(&out)?)?)),
        });
        let after = Image { path: found.await.map_err(|it| lost(&it))??, form: form("vmdk")? };
        let images = Images::default();
        Ok(Verified {
            capacity_before: images.capacity(&before).await?,
            capacity_after: images.capacity(&after).await?,
            same_bytes: Some(images.shows_the_same(&before, &after).await?),
            // The package was walked from beginning to end, its disk too, and every digest held.
            corruptions: Some(0),
            leaks: None,
        })
    }
}

impl Converter for Packer {
    fn card(&self) -> &Card {
        &self.card
    }

    fn probe(&self) -> Pending<'_, Answered<Presence>> {
        Box::pin(async {
            // What is not raw needs the other tool; without it the writer is still here.
            let others = self.disks.probe().await.ok();
            let all = self.card.accepts().into_iter();
            let readable = |it: &&Form| {
                it.as_str() == Form::RAW
                    || others.as_ref().is_some_and(|all| all.accepts.contains(*it))
            };
            Ok(Presence {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                abilities: [].into(),
                accepts: all.filter(readable).cloned().collect(),
                produces: self.card.produces().into_iter().cloned().collect(),
            })
        })
    }

    fn estimate<'a>(&'a self, order: &'a Order) -> Pending<'a, Answered<Estimate>> {
        // Packed, it is smaller than a disk can be.
        self.disks.estimate(order)
    }

    fn run<'a>(
        &'a self,
        order: &'a Order,
        heard: &'a (dyn Fn(f64) + Sync),
    ) -> Pending<'a, Answered<Made>> {
        Box::pin(self.pack(order, heard))
    }

    fn verify<'a>(&'a self, order: &'a Order) -> Pending<'a, Answered<Verified>> {
        Box::pin(self.looked_at(order))
    }
}

/// Writes the package and puts it in its place, in a thread that is told to stop when nobody waits for it any more.
async fn whole(making: Making, order: &Order, disk: PathBuf) -> Answered<u64> {
    let stop = Arc::new(AtomicBool::new(false));
    let _guard = StopOnDrop(Arc::clone(&stop));
    let (order, is_ova) = (package_of(order, disk), order.to.as_str() == Form::OVA);
    let work = tokio::task::spawn_blocking(move || {
        let folder = making.folder().join(PACKED);
        std::fs::create_dir(&folder).map_err(|error| failed(&folder, &error))?;
        let name = order.machine.name.clone();
        let result = if is_ova { format!("{name}.ova") } else { name };
        let written = package::write_unless(&stop, &order, &folder.join(&result));
        written.map_err(|error| refused(&error))?;
        std::fs::rename(folder.join(&result), making.folder().join(".whole"))
            .map_err(|error| failed(&folder, &error))?;
        making.finish(".whole", &[RAW.to_owned(), PACKED.to_owned()])
    });
    work.await.map_err(|error| lost(&error))?
}

struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

fn package_of(order: &Order, disk: PathBuf) -> package::Order {
    let machine = &order.machine;
    package::Order {
        machine: Machine {
            name: machine.name.clone(),
            cpus: machine.cpus,
            memory_mib: machine.memory_mib,
            identifier: None,
            family: "vmx-10".to_owned(),
            os: (101, "Other Linux (64-bit)".to_owned()),
            firmware: Firmware::Bios,
            disks: Vec::new(),
            adapters: vec![Adapter { network: "network1".to_owned(), mac: None }],
        },
        disks: vec![disk],
        version: Version::One,
        algorithm: Algorithm::Sha256,
        threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    }
}

fn refused(error: &WriteError) -> Fault {
    match error {
        WriteError::Io { path, source } => failed(path, source),
        WriteError::Stopped => Fault::new(FaultClass::Transient, error.to_string()),
        WriteError::Exists(_) | WriteError::Name(_) | WriteError::Format { .. } => {
            Fault::new(FaultClass::Vendor, error.to_string())
        }
    }
}

fn lost(error: &tokio::task::JoinError) -> Fault {
    Fault::new(FaultClass::Transient, format!("the writer ended before its time: {error}"))
}

fn form(name: &str) -> Answered<Form> {
    name.parse()
        .map_err(|it: platforms::converter::NoForm| Fault::new(FaultClass::Vendor, it.to_string()))
}

/// What it says of itself.
pub(super) fn card(disks: &Card) -> Answered<Card> {
    let none = |_| Fault::new(FaultClass::Vendor, "no name");
    Ok(Card {
        id: ID.parse().map_err(none)?,
        vendor: "portolan".parse().map_err(none)?,
        maker: "Portolan".to_owned(),
        product: "Portolan OVF packer".to_owned(),
        status: ConverterStatus::Current,
        exercised: Exercised::RealThing,
        evidence: "itself: every package is read again and its disk compared; virt-v2v 2.2.0 took an OVA that it wrote"
            .to_owned(),
        sources: vec!["https://www.dmtf.org/standards/ovf".to_owned()],
        conversions: vec![Conversion {
            from: disks.produces().into_iter().cloned().collect(),
            to: [form(Form::OVF)?, form(Form::OVA)?].into(),
            keeps: Keeps::Bytes,
            is_drivable: true,
        }],
    })
}
