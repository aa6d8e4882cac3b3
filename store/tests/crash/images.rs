//! Cuts the power again and again, and counts how the store fared.

use std::path::Path;

use crate::disk::{Disk, Names};
use crate::panics::watched;
use crate::recorder::Recording;
use crate::rng::Rng;
use crate::script::Ack;
use crate::trace::Act;
use crate::tree::Tree;

/// A recording of appenders, and what had been acknowledged before it began.
#[derive(Debug)]
pub(crate) struct Tape {
    /// What happened to the folder that holds the store.
    pub(crate) recording: Recording,
    /// Acknowledged before.
    pub(crate) earlier: Vec<Ack>,
}

impl Tape {
    /// Everything that was acknowledged until this line. What was about to be said counts: somebody
    /// may have heard it.
    pub(crate) fn acks(&self, cut: usize) -> Vec<Ack> {
        let said = self.recording.steps.iter().filter(|step| step.started <= cut);
        let said = said.filter_map(|step| match &step.act {
            Act::Said(line) => Some(line.parse().unwrap()),
            Act::Data(..) | Act::Name(_) | Act::Sync(_) | Act::SyncFailed(_) => None,
        });
        self.earlier.iter().cloned().chain(said).collect()
    }

    /// A moment: anywhere, or close to a sync, a rename or an acknowledgement.
    pub(crate) fn moment(&self, rng: &mut Rng) -> usize {
        let special = |act: &Act| !matches!(act, Act::Data(..));
        let steps: Vec<_> = self.recording.steps.iter().filter(|it| special(&it.act)).collect();
        if steps.is_empty() || rng.chance(50) {
            return rng.below(self.recording.lines + 1);
        }
        (steps[rng.below(steps.len())].ended + rng.below(4)).saturating_sub(2)
    }

    /// The disk after a power cut chosen by a seed, and what must be on it.
    pub(crate) fn cut(&self, rng: &mut Rng) -> (Tree, Vec<Ack>, String) {
        let cut = self.moment(rng);
        let rule = Names::ALL[rng.below(Names::ALL.len())];
        let image = Disk::at(&self.recording, cut, rule).image(rng);
        let label = format!("cut at line {cut} of {}, names {rule:?}", self.recording.lines);
        (image, self.acks(cut), label)
    }
}

/// What was wrong with a store after a power cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// It does not open, or cannot be read to its end.
    Unreadable(String),
    /// An acknowledged event is not there as it was.
    Lost(String),
    /// Something is there that must not be, or two parts of it disagree.
    Wrong(String),
    /// A checkpoint that was kept is not signed by a key of the log.
    Unsigned(String),
    /// It panicked.
    Panicked(String),
}

/// How many stores fared how.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Power cuts.
    pub(crate) images: usize,
    /// Each finding, with the number of the image and what leads to it.
    pub(crate) findings: Vec<(usize, String, Finding)>,
}

impl Table {
    /// How many findings are of a kind.
    pub(crate) fn count(&self, kind: impl Fn(&Finding) -> bool) -> usize {
        self.findings.iter().filter(|(.., finding)| kind(finding)).count()
    }

    /// How many acknowledged events were lost.
    pub(crate) fn lost(&self) -> usize {
        self.count(|it| matches!(it, Finding::Lost(_)))
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unreadable = self.count(|it| matches!(it, Finding::Unreadable(_)));
        let wrong = self.count(|it| matches!(it, Finding::Wrong(_) | Finding::Unsigned(_)));
        let panicked = self.count(|it| matches!(it, Finding::Panicked(_)));
        let good = self.images - self.findings.len();
        writeln!(f, "| images | good | unreadable | acked lost | wrong | panicked |")?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        let lost = self.lost();
        writeln!(f, "| {} | {good} | {unreadable} | {lost} | {wrong} | {panicked} |", self.images)?;
        for (image, label, finding) in self.findings.iter().take(20) {
            writeln!(f, "- image {image}, {label}: {finding:?}")?;
        }
        Ok(())
    }
}

/// Looks at a store: whether it opens, and holds what was acknowledged.
pub(crate) type Look<'a> = &'a dyn Fn(&Path, &[Ack]) -> Result<(), Finding>;

/// Cuts the power so many times, on each tape in turn, and looks at every disk.
pub(crate) fn cut_power(tapes: &[Tape], images: usize, look: Look<'_>) -> Table {
    let mut table = Table { images, findings: Vec::new() };
    for image in 0..images {
        let (tree, acks, label) = cut(tapes, image);
        if let Err(finding) = look_at(&tree, &acks, look) {
            table.findings.push((image, label, finding));
        }
    }
    table
}

fn cut(tapes: &[Tape], image: usize) -> (Tree, Vec<Ack>, String) {
    let tape = image % tapes.len();
    let (tree, acks, label) = tapes[tape].cut(&mut Rng::new(&[tape as u64, image as u64]));
    (tree, acks, format!("recording {tape}, {label}"))
}

/// Puts an image into a folder and looks at it.
pub(crate) fn look_at(tree: &Tree, acks: &[Ack], look: Look<'_>) -> Result<(), Finding> {
    let folder = scratch();
    tree.save(folder.path());
    let (answer, panics) = watched(|| look(&folder.path().join("store"), acks));
    if let Some(panic) = panics.into_iter().next() {
        return Err(Finding::Panicked(panic));
    }
    answer.unwrap_or_else(|| Err(Finding::Panicked("without a place".to_owned())))
}

/// A folder for a store whose syncs need not be real: in memory, where there is such a place.
pub(crate) fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

/// Keeps the disks that a store did not get along with, for a closer look.
pub(crate) fn keep(name: &str, tapes: &[Tape], table: &Table) {
    for (image, label, finding) in table.findings.iter().take(20) {
        let name = format!("{name} {image}").replace([' ', '/'], "-");
        keep_disk(&name, &cut(tapes, *image).0, &format!("{label}\n{finding:?}"));
    }
}

/// Keeps one disk, and says where.
pub(crate) fn keep_disk(name: &str, disk: &Tree, why: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    disk.save(&folder);
    std::fs::write(folder.join("finding"), why).unwrap();
    println!("kept: {}", folder.display());
}
