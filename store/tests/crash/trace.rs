//! What a program did to a folder, as the kernel saw it: strace's record turned into steps.

mod calls;
mod files;
mod tracker;

use crate::tree::{Data, Naming, Node};

pub(crate) use calls::{Call, parse};
pub(crate) use tracker::Tracker;

/// The calls that are watched: all that can change a file, a name or what a descriptor means. Those
/// that the tracker does not know are watched so that it can refuse them.
pub(crate) const WATCHED: &str = "trace=open,openat,openat2,creat,close,close_range,dup,dup2,dup3,\
    fcntl,lseek,write,pwrite64,writev,pwritev,pwritev2,truncate,ftruncate,fallocate,rename,renameat,\
    renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,mknod,mknodat,fsync,\
    fdatasync,sync_file_range,sync,syncfs,msync,mmap,copy_file_range,sendfile,splice,vmsplice,ioctl,\
    io_uring_setup,io_setup,fork,vfork,clone,clone3,chdir,fchdir";

/// One thing done, between two lines of the record.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// The line on which it began.
    pub(crate) started: usize,
    /// The line on which it ended.
    pub(crate) ended: usize,
    /// What was done.
    pub(crate) act: Act,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// A file's bytes changed.
    Data(Node, Data),
    /// A name changed.
    Name(Naming),
    /// A file or folder was synced, with success.
    Sync(Node),
    /// A sync failed: what was to be synced may never reach the disk, also when a later sync of the
    /// same file says that all is well.
    SyncFailed(Node),
    /// Something was said on standard output: a promise to the outside.
    Said(String),
}
