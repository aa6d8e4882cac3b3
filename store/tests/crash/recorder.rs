//! Runs programs under strace on one folder and keeps what they did to it, session after session.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use crate::trace::{Act, Call, Step, Tracker, WATCHED, parse};
use crate::tree::{Data, Place, TOP, Tree};

/// What happened to a folder: its state before and every step since.
#[derive(Debug)]
pub(crate) struct Recording {
    /// The folder before; all of it safe on disk.
    pub(crate) before: Tree,
    /// What was done, in the order in which it ended.
    pub(crate) steps: Vec<Step>,
    /// How many lines the record has: a cut may be anywhere up to here.
    pub(crate) lines: usize,
}

/// How a traced program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit status, or the signal that ended it.
    pub(crate) status: ExitStatus,
    /// What it complained about.
    pub(crate) err: String,
    /// The lines of the record on which strace made a call fail.
    pub(crate) injected: Vec<usize>,
}

impl Ended {
    /// Whether it was killed.
    pub(crate) fn was_killed(&self) -> bool {
        self.status.signal() == Some(9)
    }

    /// Whether it aborted.
    pub(crate) fn aborted(&self) -> bool {
        self.status.signal() == Some(6)
    }
}

/// Records what programs do to one folder.
#[derive(Debug)]
pub(crate) struct Recorder {
    folder: PathBuf,
    tracker: Tracker,
    recording: Recording,
}

impl Recorder {
    /// Watches a folder from now on.
    pub(crate) fn new(folder: &Path) -> Self {
        let folder = folder.canonicalize().unwrap();
        let tracker = Tracker::new(&folder);
        let recording = Recording { before: tracker.tree.clone(), steps: Vec::new(), lines: 0 };
        Self { folder, tracker, recording }
    }

    /// Runs a program to its end under strace, with more options for strace.
    ///
    /// It fails when the program did something that the model does not know, or when the model and
    /// the real folder differ afterwards.
    pub(crate) fn run(&mut self, program: &Command, options: &[String]) -> Ended {
        let record = tempfile::NamedTempFile::new().unwrap();
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-xx", "-s", "4194304", "-e", WATCHED]);
        // Faster by far, but a signal cannot be injected that way.
        strace.args(options.is_empty().then_some("--seccomp-bpf"));
        strace.args(options).arg("-o").arg(record.path());
        strace.arg(program.get_program()).args(program.get_args()).current_dir("/");
        let output = strace.output().expect("install the Debian package strace");
        let text = std::fs::read_to_string(record.path()).unwrap();
        let first = self.recording.lines;
        let injected = text.lines().enumerate().filter(|(_, line)| line.ends_with("(INJECTED)"));
        let injected = injected.map(|(line, _)| first + line).collect();
        self.take(&text);
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        Ended { status: output.status, err, injected }
    }

    /// How many lines the record has until now.
    pub(crate) fn lines(&self) -> usize {
        self.recording.lines
    }

    /// Ends the recording.
    pub(crate) fn finish(self) -> Recording {
        self.recording
    }

    fn take(&mut self, text: &str) {
        let calls = parse(text).unwrap();
        let mut steps = self.tracker.follow(&calls).unwrap();
        let lines = text.lines().count();
        let begun: Vec<Call> = calls.into_iter().filter(|it| it.result.is_none()).collect();
        let real = Tree::load(&self.folder);
        if !begun.is_empty() {
            steps.extend(self.done_of(begun, &real, lines));
            steps.extend(self.mend(&real, lines));
        }
        assert_same(&self.tracker.tree, &real);
        let offset = self.recording.lines;
        let shift =
            |it: Step| Step { started: it.started + offset, ended: it.ended + offset, ..it };
        self.recording.steps.extend(steps.into_iter().map(shift));
        self.recording.lines += lines + 1;
    }

    /// Names that a dying process had begun to change, as far as they really were: each of its
    /// threads may have come to its end or not, and the real folder knows which.
    fn done_of(&mut self, begun: Vec<Call>, real: &Tree, line: usize) -> Vec<Step> {
        let naming = begun.into_iter().filter(names);
        let ended = |call| Call { result: Some(1000), ended: line, ..call };
        let mut naming: Vec<Call> = naming.map(ended).collect();
        naming.sort_by_key(|it| it.started);
        assert!(naming.len() <= 16, "too many threads to try what each may have done");
        let mut subsets: Vec<u32> = (0..1 << naming.len()).collect();
        subsets.sort_by_key(|it| it.count_ones());
        for subset in subsets {
            let among = naming.iter().enumerate().filter(|(at, _)| subset >> at & 1 == 1);
            let done: Vec<Call> = among.map(|(_, call)| call.clone()).collect();
            let mut tracker = self.tracker.clone();
            // One may need another that was not done.
            let Ok(steps) = tracker.follow(&done) else { continue };
            if same_names(&tracker.tree, real) {
                self.tracker = tracker;
                return steps;
            }
        }
        Vec::new()
    }

    /// Writes that a dying process had begun, as far as they were really done.
    fn mend(&mut self, real: &Tree, line: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        for (path, bytes) in real.listing() {
            let (Some(bytes), Some(node)) = (bytes, self.tracker.tree.find(&path)) else {
                continue;
            };
            let old = self.tracker.tree.bytes(node);
            let same = old.iter().zip(bytes).take_while(|(old, new)| old == new).count();
            if old == bytes {
                continue;
            }
            for data in [Data::Resize(bytes.len()), Data::Write(same, bytes[same..].to_vec())] {
                self.tracker.tree.write(node, &data);
                steps.push(Step { started: line, ended: line, act: Act::Data(node, data) });
            }
        }
        steps
    }
}

/// Whether a call changes names when it succeeds.
fn names(call: &Call) -> bool {
    match call.name.as_str() {
        "open" | "openat" => call.args.iter().any(|it| it.contains("O_CREAT")),
        name => {
            ["creat", "rename", "unlink", "rmdir", "mkdir"].iter().any(|it| name.starts_with(it))
        }
    }
}

fn same_names(one: &Tree, other: &Tree) -> bool {
    one.listing().keys().eq(other.listing().keys())
}

fn assert_same(model: &Tree, real: &Tree) {
    let (model, real) = (model.listing(), real.listing());
    let (names, real_names): (Vec<_>, Vec<_>) = (model.keys().collect(), real.keys().collect());
    assert_eq!(names, real_names, "the model and the real folder have other names");
    for (path, bytes) in model {
        assert!(bytes == real[&path], "the model and the real folder differ in {path}");
    }
}

impl Tree {
    /// The node a path leads to.
    pub(crate) fn find(&self, path: &str) -> Option<crate::tree::Node> {
        path.split('/')
            .try_fold(TOP, |folder, name| self.at(&Place { folder, name: name.to_owned() }))
    }
}

#[test]
fn of_what_a_dying_process_had_begun_any_part_may_be_done() {
    for done in [vec![], vec!["a"], vec!["b"], vec!["c"], vec!["a", "c"], vec!["a", "b", "c"]] {
        let folder = tempfile::tempdir().unwrap();
        let mut recorder = Recorder::new(folder.path());
        let hex = |byte: u8| format!("\\x{byte:02x}");
        let begun = |(thread, name): (usize, &str)| {
            let path = recorder.folder.join(name);
            let path: String = path.to_str().unwrap().bytes().map(hex).collect();
            format!("{thread} mkdir(\"{path}\", 0700 <unfinished ...>\n")
        };
        let text: String = ["a", "b", "c"].into_iter().enumerate().map(begun).collect();
        done.iter().for_each(|it| std::fs::create_dir(folder.path().join(it)).unwrap());
        recorder.take(&text);
        assert_eq!(recorder.finish().steps.len(), done.len(), "{done:?}");
    }
}
