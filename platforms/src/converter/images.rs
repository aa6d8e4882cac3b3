//! What qemu-img is asked about images, before and after a conversion, whoever carries that out.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value as Json;

use super::running::{ask, complaint};
use super::{Answered, Estimate, Form, Keeps, Order};
use crate::transport::{Answer, Processes};
use crate::words::{Fault, FaultClass};

/// Beyond this share of a disk no format's own tables go, in parts of it (VHDX, the largest: blocks' states and maps).
const TABLES: u64 = 256;
/// And beside that: headers and logs, whatever the size.
const HEADERS: u64 = 16 * 1024 * 1024;

/// A disk image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Where it is.
    pub path: PathBuf,
    /// Its format.
    pub form: Form,
}

impl Image {
    /// The disk that an order is about: itself, or the VMDK in the folder of a package.
    ///
    /// # Errors
    /// It is within an OVA, where qemu-img does not look.
    pub fn of_input(order: &Order) -> Answered<Self> {
        let unfit = |words: &str| Fault::new(FaultClass::Unsupported, words);
        let form = match order.from.as_str() {
            Form::OVA => {
                return Err(unfit("the disk within an OVA is not looked at: unpack it first"));
            }
            Form::OVF => "vmdk".parse().map_err(|_| unfit("no form"))?,
            _ => order.from.clone(),
        };
        Ok(Self { path: order.disk.clone(), form })
    }
}

/// What was found out about a conversion's result. Facts; what they are worth is for rules to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// What the disk holds for a guest, in bytes, before.
    pub capacity_before: u64,
    /// And after.
    pub capacity_after: u64,
    /// Whether a guest sees the same bytes; nothing where the conversion is there to change them.
    pub same_bytes: Option<bool>,
    /// Damaged places in the result's own structure; nothing where its format has no check.
    pub corruptions: Option<u64>,
    /// Places that are taken and unused; nothing where its format has no check.
    pub leaks: Option<u64>,
}

impl Verified {
    /// Whether nothing was found that a person should look at.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.capacity_before == self.capacity_after
            && self.same_bytes != Some(false)
            && self.corruptions.unwrap_or(0) == 0
    }
}

/// Asks qemu-img.
#[derive(Debug, Default)]
pub struct Images {
    processes: Processes,
}

impl Images {
    /// Capacity of a disk, in bytes.
    ///
    /// # Errors
    /// It is no such image, or cannot be read.
    pub async fn capacity(&self, image: &Image) -> Answered<u64> {
        let info = self.info(image).await?;
        info["virtual-size"].as_u64().ok_or_else(|| unreadable(image))
    }

    /// Refuses an image that is no whole by itself: converting it would read whatever file it names.
    ///
    /// # Errors
    /// It names another file outside its folder, is no such image, or cannot be read.
    pub async fn stands_alone(&self, image: &Image) -> Answered<()> {
        let info = self.info(image).await?;
        let specific = &info["format-specific"]["data"];
        let named = [&info["backing-filename"], &specific["data-file"]];
        let mut named: Vec<&str> = named.into_iter().filter_map(Json::as_str).collect();
        let extents = specific["extents"].as_array().into_iter().flatten();
        let elsewhere = |it: &&str| std::path::Path::new(it).parent() != image.path.parent();
        named.extend(extents.filter_map(|it| it["filename"].as_str()).filter(elsewhere));
        match named.first() {
            None => Ok(()),
            Some(other) => {
                let path = image.path.display();
                let words =
                    format!("{path} needs another file, {other}: make one disk of them first");
                Err(Fault::new(FaultClass::Unsupported, words))
            }
        }
    }

    /// How much a conversion of this disk writes.
    pub(super) async fn estimate(&self, image: &Image) -> Answered<Estimate> {
        let capacity = self.capacity(image).await?;
        let path = text(image);
        let argv = ["measure", "--output=json", "-f", image.form.as_str(), "-O", "qcow2", &path];
        let answer = self.asked(&argv).await?;
        let measured: Json = serde_json::from_str(&answer.stdout).unwrap_or_default();
        let data_bytes = measured["required"].as_u64().ok_or_else(|| unreadable(image))?;
        let most_bytes = capacity.saturating_add(capacity / TABLES).saturating_add(HEADERS);
        Ok(Estimate { data_bytes, most_bytes })
    }

    /// Holds a result against what it was made of.
    pub(super) async fn verify(
        &self,
        before: &Image,
        after: &Image,
        keeps: Option<Keeps>,
    ) -> Answered<Verified> {
        let (capacity_before, capacity_after) =
            (self.capacity(before).await?, self.capacity(after).await?);
        let (corruptions, leaks) = self.check(after).await?.unzip();
        let same_bytes = match keeps {
            Some(Keeps::Bytes) => Some(self.shows_the_same(before, after).await?),
            Some(Keeps::Guest) | None => None,
        };
        Ok(Verified { capacity_before, capacity_after, same_bytes, corruptions, leaks })
    }

    /// Whether two disks show a guest the same bytes.
    ///
    /// # Errors
    /// One cannot be read.
    pub async fn shows_the_same(&self, a: &Image, b: &Image) -> Answered<bool> {
        let (from, to) = (text(a), text(b));
        let argv = ["compare", "-f", a.form.as_str(), "-F", b.form.as_str(), &from, &to];
        let answer = self.asked(&argv).await?;
        match answer.exit {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(complaint(&[], "qemu-img", &answer)),
        }
    }

    /// Corruptions and leaks; nothing where the format has no check.
    async fn check(&self, image: &Image) -> Answered<Option<(u64, u64)>> {
        let path = text(image);
        let argv = ["check", "--output=json", "-f", image.form.as_str(), &path];
        let answer = self.asked(&argv).await?;
        let report: Json = serde_json::from_str(&answer.stdout).unwrap_or_default();
        let count = |key: &str| report[key].as_u64().unwrap_or(0);
        // qemu-img(1): 0 sound, 2 corrupt, 3 leaks, 63 this format has no check, 1 not completed.
        match answer.exit {
            Some(0 | 2 | 3) if report.is_object() => {
                Ok(Some((count("corruptions"), count("leaks"))))
            }
            Some(63) => Ok(None),
            _ => Err(complaint(&[], "qemu-img", &answer)),
        }
    }

    async fn info(&self, image: &Image) -> Answered<Json> {
        let path = text(image);
        let answer =
            self.asked(&["info", "--output=json", "-f", image.form.as_str(), &path]).await?;
        match answer.exit {
            Some(0) => serde_json::from_str(&answer.stdout).map_err(|_| unreadable(image)),
            _ => Err(complaint(&[], "qemu-img", &answer)),
        }
    }

    async fn asked(&self, words: &[&str]) -> Answered<Answer> {
        let argv: Vec<String> =
            ["qemu-img"].iter().chain(words).map(|it| (*it).to_owned()).collect();
        ask(&self.processes, &argv, &std::collections::BTreeMap::new()).await
    }
}

fn text(image: &Image) -> String {
    image.path.to_string_lossy().into_owned()
}

fn unreadable(image: &Image) -> Fault {
    let words = format!("qemu-img says nothing that can be read about {}", image.path.display());
    Fault::new(FaultClass::Vendor, words)
}
