//! Follows a process call by call and says what each did to the watched folder.
//!
//! What it does not know it refuses: a call that is silently ignored would make every image wrong.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

use super::calls::{Call, bytes, number};
use super::files::{Descriptors, Target};
use super::{Act, Step};
use crate::tree::{Data, Naming, Node, Place, TOP, Tree};

/// The state of the watched folder and of the process that is followed.
#[derive(Debug, Clone)]
pub(crate) struct Tracker {
    base: PathBuf,
    /// The folder as every process sees it, whatever is on disk.
    pub(crate) tree: Tree,
    last: u32,
    files: Descriptors,
    steps: Vec<Step>,
}

type Told<T> = Result<T, String>;

impl Tracker {
    /// Watches a folder as it is now. Its path must be absolute and free of symbolic links.
    pub(crate) fn new(base: &Path) -> Self {
        let tree = Tree::load(base);
        let last = u32::try_from(tree.listing().len()).unwrap();
        Self { base: base.to_owned(), tree, last, files: Descriptors::new(), steps: Vec::new() }
    }

    /// Follows one process from its start to its end; returns what it did.
    ///
    /// # Errors
    /// Names the call that the model does not know.
    pub(crate) fn follow(&mut self, calls: &[Call]) -> Told<Vec<Step>> {
        self.files = Descriptors::new();
        let mut calls: Vec<&Call> = calls.iter().collect();
        // A descriptor is free as soon as closing begins: another thread may get its number at once.
        calls.sort_by_key(|it| if it.name == "close" { it.started } else { it.ended });
        for call in calls {
            let failed = call.result.is_none_or(|result| result < 0);
            if !failed || call.name == "close" || call.name.ends_with("sync") {
                self.call(call).map_err(|why| {
                    format!("line {}: {} {:.200?}: {why}", call.ended, call.name, call.args)
                })?;
            }
        }
        Ok(std::mem::take(&mut self.steps))
    }

    fn call(&mut self, call: &Call) -> Told<()> {
        match call.name.as_str() {
            "open" | "openat" | "creat" => self.open(call),
            "close" => self.close(call),
            "dup" | "dup2" | "dup3" => self.duplicate(call),
            "fcntl" => self.control(call),
            "lseek" => self.seek(call),
            "write" | "pwrite64" | "writev" | "pwritev" | "pwritev2" => self.write(call),
            "ftruncate" => self.resize(call, word(call, 1)?, false),
            "fallocate" if call.args[1] == "0" => {
                self.resize(call, word(call, 2)? + word(call, 3)?, true)
            }
            "rename" | "renameat" | "renameat2" => self.rename(call),
            "unlink" | "unlinkat" | "rmdir" => self.unlink(call),
            "mkdir" | "mkdirat" => self.make_folder(call),
            "fsync" | "fdatasync" => self.sync(call),
            // The disk's own cache is not flushed and the size is not kept: this gives nothing.
            "sync_file_range" => Ok(()),
            "mmap" => self.map(call),
            "clone" | "clone3" if call.args.iter().any(|it| it.contains("CLONE_THREAD")) => Ok(()),
            _ => self.refuse_if_inside(call),
        }
    }

    fn act(&mut self, call: &Call, act: Act) {
        match &act {
            Act::Data(node, data) => self.tree.write(*node, data),
            Act::Name(naming) => self.tree.name(naming),
            Act::Sync(_) | Act::SyncFailed(_) | Act::Said(_) => {}
        }
        self.steps.push(Step { started: call.started, ended: call.ended, act });
    }

    fn open(&mut self, call: &Call) -> Told<()> {
        let path = if call.name == "openat" { 1 } else { 0 };
        let flags = if call.name == "creat" { "O_CREAT|O_TRUNC" } else { &call.args[path + 1] };
        self.files.close(result(call));
        let Some(place) = self.place(call, path)? else {
            return Ok(());
        };
        if ["O_TMPFILE", "O_SYNC", "O_DSYNC"].iter().any(|it| flags.contains(it)) {
            return Err("this way of opening is not modelled".to_owned());
        }
        let node = match self.node(&place) {
            Some(node) => node,
            None => self.create(call, place, false),
        };
        if flags.contains("O_TRUNC") && !self.tree.bytes(node).is_empty() {
            self.act(call, Act::Data(node, Data::Resize(0)));
        }
        self.files.open(result(call), node, flags.contains("O_APPEND"));
        Ok(())
    }

    fn create(&mut self, call: &Call, place: Place, folder: bool) -> Node {
        self.last += 1;
        let node = Node { number: self.last, folder };
        self.act(call, Act::Name(Naming::Put(place, node)));
        node
    }

    fn close(&mut self, call: &Call) -> Told<()> {
        self.files.close(word(call, 0)?);
        Ok(())
    }

    fn duplicate(&mut self, call: &Call) -> Told<()> {
        self.files.duplicate(word(call, 0)?, result(call));
        Ok(())
    }

    fn control(&mut self, call: &Call) -> Told<()> {
        match call.args[1].as_str() {
            "F_DUPFD" | "F_DUPFD_CLOEXEC" => self.duplicate(call),
            "F_SETFL" => {
                if let Some(file) = self.files.get(word(call, 0)?) {
                    file.append = call.args[2].contains("O_APPEND");
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn seek(&mut self, call: &Call) -> Told<()> {
        let offset = usize::try_from(result(call)).map_err(|error| error.to_string())?;
        if let Some(file) = self.files.get(word(call, 0)?) {
            file.offset = offset;
        }
        Ok(())
    }

    fn write(&mut self, call: &Call) -> Told<()> {
        let Some(file) = self.files.get(word(call, 0)?) else {
            return Ok(());
        };
        let mut new = bytes(&call.args[1])?;
        new.truncate(usize::try_from(result(call)).map_err(|error| error.to_string())?);
        let Target::Inside(node) = file.target else {
            let said = String::from_utf8_lossy(&new).into_owned();
            self.act(call, Act::Said(said));
            return Ok(());
        };
        let placed = call.name.starts_with('p');
        let offset = match (placed, file.append) {
            (_, true) => self.tree.bytes(node).len(),
            (true, false) => usize::try_from(word(call, 3)?).map_err(|error| error.to_string())?,
            (false, false) => file.offset,
        };
        if !placed && let Some(file) = self.files.get(word(call, 0)?) {
            file.offset = offset + new.len();
        }
        self.act(call, Act::Data(node, Data::Write(offset, new)));
        Ok(())
    }

    fn resize(&mut self, call: &Call, size: i64, only_grow: bool) -> Told<()> {
        let size = usize::try_from(size).map_err(|error| error.to_string())?;
        if let Some(node) = self.files.node(word(call, 0)?) {
            let before = self.tree.bytes(node).len();
            if size > before || (size < before && !only_grow) {
                self.act(call, Act::Data(node, Data::Resize(size)));
            }
        }
        Ok(())
    }

    fn rename(&mut self, call: &Call) -> Told<()> {
        let (from, to) = if call.name == "rename" { (0, 1) } else { (1, 3) };
        if call.args.get(4).is_some_and(|flags| flags.contains("RENAME_EXCHANGE")) {
            return Err("an exchange of names is not modelled".to_owned());
        }
        match (self.place(call, from)?, self.place(call, to)?) {
            (Some(from), Some(to)) => {
                let node = self.node(&from).ok_or("the old name is not known")?;
                self.act(call, Act::Name(Naming::Move(from, to, node)));
                Ok(())
            }
            (None, None) => Ok(()),
            _ => Err("it crosses the edge of the watched folder".to_owned()),
        }
    }

    fn unlink(&mut self, call: &Call) -> Told<()> {
        let path = usize::from(call.name == "unlinkat");
        if let Some(place) = self.place(call, path)? {
            self.act(call, Act::Name(Naming::Remove(place)));
        }
        Ok(())
    }

    fn make_folder(&mut self, call: &Call) -> Told<()> {
        let path = usize::from(call.name == "mkdirat");
        if let Some(place) = self.place(call, path)? {
            self.create(call, place, true);
        }
        Ok(())
    }

    fn sync(&mut self, call: &Call) -> Told<()> {
        if let Some(node) = self.files.node(word(call, 0)?) {
            match call.result {
                Some(0) => self.act(call, Act::Sync(node)),
                Some(_) => self.act(call, Act::SyncFailed(node)),
                None => {}
            }
        }
        Ok(())
    }

    fn map(&mut self, call: &Call) -> Told<()> {
        let writes = call.args[2].contains("PROT_WRITE") && call.args[3].contains("MAP_SHARED");
        if writes && self.files.node(word(call, 4)?).is_some() {
            return Err("a shared mapping writes behind the tracer's back".to_owned());
        }
        Ok(())
    }

    fn refuse_if_inside(&mut self, call: &Call) -> Told<()> {
        let name = call.name.as_str();
        let mut inside = ["sync", "syncfs", "io_uring_setup", "io_setup"].contains(&name);
        inside |= ["fork", "vfork", "clone", "clone3", "chdir", "fchdir"].contains(&name);
        for argument in &call.args {
            let held = number(argument).and_then(|it| self.files.node(it)).is_some();
            let named = argument.starts_with('"')
                && Path::new("/").join(path(argument)?).starts_with(&self.base);
            inside |= held || named;
        }
        if inside { Err("the model does not know this call".to_owned()) } else { Ok(()) }
    }

    /// The place an argument names, when it is inside; the argument before it may be a folder.
    /// Every process starts in the root folder and stays there.
    fn place(&mut self, call: &Call, at: usize) -> Told<Option<Place>> {
        let path = path(&call.args[at])?;
        let holder = at.checked_sub(1).and_then(|at| number(&call.args[at]));
        let (mut folder, inner) = match holder.filter(|_| path.is_relative()) {
            Some(holder) => match self.files.node(holder) {
                Some(folder) => (folder, path),
                None => return Ok(None),
            },
            None => match Path::new("/").join(path).strip_prefix(&self.base) {
                Ok(inner) => (TOP, inner.to_owned()),
                Err(_) => return Ok(None),
            },
        };
        let mut name = String::from(".");
        for part in inner.components() {
            let Component::Normal(part) = part else {
                return Err("a path with dots is not modelled".to_owned());
            };
            if name != "." {
                let next = Place { folder, name };
                folder = self.node(&next).ok_or("a folder of the path is not known")?;
            }
            name = part.to_string_lossy().into_owned();
        }
        Ok(Some(Place { folder, name }))
    }

    fn node(&self, place: &Place) -> Option<Node> {
        if place.name == "." { Some(place.folder) } else { self.tree.at(place) }
    }
}

fn path(argument: &str) -> Told<PathBuf> {
    Ok(PathBuf::from(OsString::from_vec(bytes(argument)?)))
}

fn word(call: &Call, at: usize) -> Told<i64> {
    let text = call.args.get(at).ok_or("an argument is missing")?;
    number(text).ok_or_else(|| format!("{text} is no number"))
}

fn result(call: &Call) -> i64 {
    call.result.unwrap_or(-1)
}
