//! What holds for every converter that changes no byte: there and back, a guest sees the same disk.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use platforms::conformance::Held;
use platforms::converter::{
    Answered, Converter, Form, Image, Images, Keeps, Order, Spec, Verified,
};
use platforms::words::{Fault, FaultClass};
use serde::Serialize;

use super::contents::{failed, ordered};
use super::converter;

/// Bytes of the disk that is converted: no whole number of anything that a format counts in, but for sectors.
const CAPACITY: u64 = (24 << 20) + 512;

/// One conversion and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// From which form.
    pub from: Form,
    /// To which.
    pub to: Form,
    /// Whether what was made is what it was made of.
    pub held: Held,
    /// What was found out about it; nothing where it was not made.
    pub verified: Option<Verified>,
}

/// Tries every conversion of a converter that keeps all bytes and is possible here, with a real disk in this folder.
///
/// # Errors
/// The converter is not here, or the folder cannot be written to.
pub async fn there_and_back(converter: &dyn Converter, folder: &Path) -> Answered<Vec<Tried>> {
    let here = converter.probe().await?;
    let disk = folder.join("disk.raw");
    make(&disk).map_err(|error| failed(&disk, &error))?;
    let mut all = Vec::new();
    for conversion in &converter.card().conversions {
        for (from, to) in
            conversion.from.iter().flat_map(|a| conversion.to.iter().map(move |b| (a, b)))
        {
            let why = if conversion.keeps == Keeps::Guest {
                Some("it changes what is on the disk; there is no guest for it here")
            } else if !here.accepts.contains(from) || !here.produces.contains(to) {
                Some("this installation does not do it")
            } else {
                None
            };
            let (held, verified) = match why {
                Some(why) => (Held::NotApplicable(why.to_owned()), None),
                None => held(once(converter, &disk, (from, to)).await),
            };
            all.push(Tried { from: from.clone(), to: to.clone(), held, verified });
        }
    }
    Ok(all)
}

fn held(tried: Answered<Verified>) -> (Held, Option<Verified>) {
    match tried {
        Ok(verified) if verified.is_sound() => (Held::Holds, Some(verified)),
        Ok(verified) => {
            let why = "what was made is another disk than the one that was given";
            (Held::Broken(why.to_owned()), Some(verified))
        }
        Err(fault) => (Held::Broken(fault.to_string()), None),
    }
}

/// Makes the disk of this form, converts it, and holds the result against the disk that was first.
async fn once(
    tested: &dyn Converter,
    disk: &Path,
    (from, to): (&Form, &Form),
) -> Answered<Verified> {
    let own = tempfile::tempdir_in(disk.parent().unwrap_or(disk));
    let own = own.map_err(|error| failed(disk, &error))?;
    let order = ordered(
        (from.clone(), given(disk, from, own.path()).await?),
        (to.clone(), own.path().join("out")),
        machine(),
    )?;
    tested.run(&order, &|_| ()).await?;
    let verified = tested.verify(&order).await?;
    // Not against what it was given alone: that was made by a converter, too.
    let first = Image { path: disk.to_owned(), form: raw()? };
    let same = match order.to.is_package() {
        true => verified.same_bytes,
        false => {
            let made = Image { path: order.out.clone(), form: order.to.clone() };
            Some(Images::default().shows_the_same(&first, &made).await?)
        }
    };
    let both = verified.same_bytes.zip(same).map(|(a, b)| a && b);
    Ok(Verified { same_bytes: both, ..verified })
}

/// The disk in this form, made by a converter that is shipped.
async fn given(disk: &Path, form: &Form, folder: &Path) -> Answered<PathBuf> {
    if form.as_str() == Form::RAW {
        return Ok(disk.to_owned());
    }
    let maker = if form.is_package() { "portolan-ovf" } else { "qemu-img" };
    let maker = converter(maker).ok().flatten();
    let none = || Fault::new(FaultClass::Unsupported, format!("nothing here makes {form}"));
    let out = folder.join("given");
    let order = Order {
        from: raw()?,
        input: disk.to_owned(),
        disk: disk.to_owned(),
        to: form.clone(),
        out: out.clone(),
        machine: machine(),
    };
    maker.ok_or_else(none)?.run(&order, &|_| ()).await?;
    Ok(out)
}

fn machine() -> Spec {
    Spec { name: "tested".to_owned(), cpus: 1, memory_mib: 64 }
}

fn raw() -> Answered<Form> {
    Form::RAW.parse().map_err(|_| Fault::new(FaultClass::Vendor, "raw is no form"))
}

/// A disk with something at its beginning, in its middle and at its end, and nothing between.
fn make(disk: &Path) -> io::Result<()> {
    let mut file = File::create(disk)?;
    file.set_len(CAPACITY)?;
    for at in [0, 5 << 20, CAPACITY - 512] {
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&at.wrapping_add(0x5eed).to_le_bytes().repeat(64))?;
    }
    Ok(())
}
