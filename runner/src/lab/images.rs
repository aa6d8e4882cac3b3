//! Guest images: built by the recipes in `lab/guests`, content-addressed, built once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::ids::{GuestId, PlatformId, Sha256Digest};
use domain::testbed::{Guest, Platform, Testbed};
use sha2::{Digest as _, Sha256};

use super::applications::Additions;
use super::guest::{DRIVER, Recipe, SettingsProblem};
use super::profile::Profile;
use crate::ledger::Ledger;
use crate::tool;

/// The recipe's files, compiled in so that the binary stands alone.
const RECIPE_FILES: [(&str, &str); 10] = [
    ("build.sh", include_str!("../../../lab/guests/build.sh")),
    ("boot.sh", include_str!("../../../lab/guests/boot.sh")),
    ("facts.awk", include_str!("../../../lab/guests/facts.awk")),
    ("facts.sh", include_str!("../../../lab/guests/facts.sh")),
    ("initramfs.sh", include_str!("../../../lab/guests/initramfs.sh")),
    ("inittab", include_str!("../../../lab/guests/inittab")),
    ("lease.sh", include_str!("../../../lab/guests/lease.sh")),
    ("network.sh", include_str!("../../../lab/guests/network.sh")),
    ("nftables.conf", include_str!("../../../lab/guests/nftables.conf")),
    ("power.sh", include_str!("../../../lab/guests/power.sh")),
];

/// What guests have besides that travel while they run. Others are made without it, and keep their key.
const LIVE_FILE: (&str, &str) = ("live.sh", include_str!("../../../lab/guests/live.sh"));

/// Scratch folders of builds begin with this and the process id of the builder.
const SCRATCH: &str = "building-";

/// Longest an image may take to build: most of it is downloading kernels.
const LONGEST_BUILD: Duration = Duration::from_secs(1800);

/// Whose image: a host-only initramfs makes one image per platform.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageKey {
    /// The guest.
    pub guest: GuestId,
    /// The platform it was installed on, where that makes a difference.
    pub platform: Option<PlatformId>,
}

/// A built image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Raw disk image; never written to.
    pub path: PathBuf,
    /// Digest of its bytes.
    pub sha256: Sha256Digest,
    /// Whether it was built now rather than found.
    pub built: bool,
}

/// Why an image cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ImageFault {
    /// The testbed asks for something the lab cannot make.
    #[error(transparent)]
    Settings(#[from] SettingsProblem),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The recipe failed.
    #[error("the image of guest `{guest}` could not be built: {why}")]
    Build {
        /// Whose image.
        guest: GuestId,
        /// The recipe's last words.
        why: String,
    },
}

/// The cache of images.
#[derive(Debug)]
pub struct Images {
    folder: PathBuf,
}

struct Job {
    key: ImageKey,
    kernel: String,
    boot_modules: String,
    root_modules: String,
    address: String,
    /// Whom it talks to while it moves, empty for nobody.
    peer: String,
    additions: Additions,
}

impl Job {
    /// The recipe's files that go into it.
    fn files(&self) -> impl Iterator<Item = (&'static str, Cow<'static, str>)> {
        let live = (!self.peer.is_empty()).then_some(LIVE_FILE);
        let files = RECIPE_FILES.into_iter().chain(live);
        files.map(|(name, text)| (name, self.additions.to(name, text)))
    }
}

impl Images {
    /// The cache in this folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Every image a testbed needs, building those that are not there. `tell` hears of each build.
    ///
    /// # Errors
    /// The first image that cannot be had.
    pub async fn ensure(
        &self,
        testbed: &Testbed,
        tell: impl Fn(&ImageKey),
    ) -> Result<BTreeMap<ImageKey, Image>, ImageFault> {
        self.sweep();
        let mut images = BTreeMap::new();
        for job in jobs(testbed)? {
            let image = match self.cached(&job)? {
                Some(image) => image,
                None => {
                    tell(&job.key);
                    self.build(&job).await?
                }
            };
            images.insert(job.key, image);
        }
        Ok(images)
    }

    /// The images of a testbed that are there already; nothing is built or removed.
    ///
    /// # Errors
    /// When the testbed asks for something the lab cannot make, or a file cannot be read.
    pub fn found(&self, testbed: &Testbed) -> Result<BTreeMap<ImageKey, Image>, ImageFault> {
        let mut images = BTreeMap::new();
        for job in jobs(testbed)? {
            if let Some(image) = self.cached(&job)? {
                images.insert(job.key, image);
            }
        }
        Ok(images)
    }

    /// Removes scratch folders of builds whose process is gone: a killed one could not.
    fn sweep(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let owner = name.strip_prefix(SCRATCH).and_then(|it| it.split('-').next());
            if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists())
                && let Err(error) = fs::remove_dir_all(entry.path())
            {
                tracing::warn!(%error, name, "a scratch folder could not be removed");
            }
        }
    }

    /// The image a recipe made earlier, if it is there and its bytes are what they were.
    fn cached(&self, job: &Job) -> Result<Option<Image>, ImageFault> {
        let Ok(name) = fs::read_to_string(self.index(job)) else {
            return Ok(None);
        };
        let Ok(sha256) = name.trim().parse::<Sha256Digest>() else {
            return Ok(None);
        };
        let path = self.image(sha256);
        if !path.is_file() {
            return Ok(None);
        }
        let found = digest_file(&path).map_err(|source| io(&path, source))?;
        Ok((found == sha256).then_some(Image { path, sha256, built: false }))
    }

    async fn build(&self, job: &Job) -> Result<Image, ImageFault> {
        let downloads = self.folder.join("downloads");
        let images = self.folder.join("images");
        for folder in [&downloads, &images] {
            fs::create_dir_all(folder).map_err(|source| io(folder, source))?;
        }
        let prefix = format!("{SCRATCH}{}-", std::process::id());
        let scratch = tempfile::Builder::new().prefix(&prefix).tempdir_in(&self.folder);
        let scratch = scratch.map_err(|error| io(&self.folder, error))?;
        for (name, text) in job.files() {
            let path = scratch.path().join(name);
            fs::write(&path, text.as_bytes()).map_err(|source| io(&path, source))?;
        }
        let fresh = scratch.path().join("image.raw");
        self.run_recipe(job, scratch.path(), &fresh).await?;
        let sha256 = digest_file(&fresh).map_err(|source| io(&fresh, source))?;
        let path = self.image(sha256);
        fs::rename(&fresh, &path).map_err(|source| io(&path, source))?;
        let index = self.index(job);
        let folder = index.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).map_err(|source| io(folder, source))?;
        fs::write(&index, format!("{sha256}\n")).map_err(|source| io(&index, source))?;
        Ok(Image { path, sha256, built: true })
    }

    async fn run_recipe(&self, job: &Job, scratch: &Path, out: &Path) -> Result<(), ImageFault> {
        let build = |why: String| ImageFault::Build { guest: job.key.guest.clone(), why };
        let setting = |name: &str, value: &str| format!("{name}={value}");
        let path = |name: &str, path: &Path| format!("{name}={}", path.display());
        let argv = vec![
            "env".to_owned(),
            setting("GUEST", job.key.guest.as_str()),
            setting("KERNEL", &job.kernel),
            setting("BOOT_MODULES", &job.boot_modules),
            setting("ROOT_MODULES", &job.root_modules),
            setting("ADDRESS", &job.address),
            setting("PEER", &job.peer),
            path("OUT", out),
            path("DOWNLOADS", &self.folder.join("downloads")),
            path("WORK", &scratch.join("work")),
            "bash".to_owned(),
            scratch.join("build.sh").display().to_string(),
        ];
        let ledger = Ledger::open(scratch).map_err(|source| io(scratch, source))?;
        let run = tool::run(&ledger, scratch, argv, LONGEST_BUILD).await;
        match run {
            Ok(run) if run.succeeded() => Ok(()),
            Ok(run) => Err(build(super::machine::last_line(&run.stderr).to_owned())),
            Err(fault) => Err(build(fault.to_string())),
        }
    }

    fn image(&self, sha256: Sha256Digest) -> PathBuf {
        self.folder.join("images").join(format!("{sha256}.raw"))
    }

    /// Where the digest of a recipe's image stands: named by everything that goes into it.
    fn index(&self, job: &Job) -> PathBuf {
        let mut hash = Sha256::new();
        let inputs = [&job.kernel, &job.boot_modules, &job.root_modules, &job.address];
        let inputs = inputs.into_iter().chain((!job.peer.is_empty()).then_some(&job.peer));
        let files = job.files().flat_map(|(name, text)| [Cow::from(name), text]);
        let all = files.chain([Cow::from(job.key.guest.as_str())]);
        for text in all.chain(inputs.map(|it| Cow::from(it.as_str()))) {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        let key = Sha256Digest::from_bytes(hash.finalize().into());
        self.folder.join("recipes").join(key.to_string())
    }
}

fn jobs(testbed: &Testbed) -> Result<Vec<Job>, SettingsProblem> {
    let mut jobs = Vec::new();
    for guest in super::guest::made_here(testbed) {
        let recipe = Recipe::of(guest)?;
        let job = |platform: Option<PlatformId>, boot_modules: String| Job {
            key: ImageKey { guest: guest.id.clone(), platform },
            kernel: recipe.kernel.clone(),
            boot_modules,
            root_modules: recipe.root_modules.clone(),
            address: recipe.address.clone(),
            peer: recipe.peer.map(|it| it.to_string()).unwrap_or_default(),
            additions: Additions::of(recipe.application, &guest.probes),
        };
        match &recipe.boot_modules {
            Some(modules) => jobs.push(job(None, modules.clone())),
            None => {
                for platform in &testbed.platforms {
                    let modules = host_only_modules(guest, platform)?;
                    jobs.extend(modules.map(|it| job(Some(platform.id.clone()), it)));
                }
            }
        }
    }
    Ok(jobs)
}

/// What an installer at this platform would put into a host-only initramfs; none where the guest is there already.
fn host_only_modules(
    guest: &Guest,
    platform: &Platform,
) -> Result<Option<String>, SettingsProblem> {
    if platform.driver == DRIVER {
        return Ok(Some(Profile::of(platform)?.host_only_modules));
    }
    let set = |key: &str| platform.settings.get(key).cloned();
    let missing = || SettingsProblem {
        owner: format!("platform `{}`", platform.id),
        why: format!("guest `{}` is host-only: say settings.host_only_modules", guest.id),
    };
    match set(&format!("vm.{}", guest.id)) {
        Some(_) => Ok(None),
        None => set("host_only_modules").ok_or_else(missing).map(Some),
    }
}

/// The digest of a file's bytes.
pub(super) fn digest_file(path: &Path) -> std::io::Result<Sha256Digest> {
    let mut hash = Sha256::new();
    let mut file = fs::File::open(path)?;
    std::io::copy(&mut file, &mut hash)?;
    Ok(Sha256Digest::from_bytes(hash.finalize().into()))
}

fn io(path: &Path, source: std::io::Error) -> ImageFault {
    ImageFault::Io { path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_build_left_is_swept_and_a_living_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut gone = std::process::Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        let dead = folder.path().join(format!("{SCRATCH}{}-x", gone.id()));
        let alive = folder.path().join(format!("{SCRATCH}{}-x", std::process::id()));
        let other = folder.path().join("images");
        for path in [&dead, &alive, &other] {
            fs::create_dir(path).unwrap();
        }
        Images::new(folder.path()).sweep();
        assert!(!dead.exists() && alive.exists() && other.exists());
    }
}
