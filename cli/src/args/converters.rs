//! The command line of converters.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Converters {
    /// List the converters that are known: whether each is here, what it makes of what, how far it was tried
    #[command(after_help = "For operators: what is public names no converter.\n\n\
                            Example: portolan converters list --json")]
    List,
    /// Convert a real disk there and back, and hold what comes back against it
    #[command(after_help = TEST)]
    Test(ConverterTest),
}

const TEST: &str = "Every conversion that keeps all bytes and that this installation can do is tried with a disk of 24 MiB \
    in a folder for temporary files. What is there to change a guest has none to change here, and is told as that.\n\n\
    Exit codes: 0 every disk came back, 2 usage, or a file with mistakes, 3 one did not, or the converter is not here.\n\n\
    Examples:\n  portolan converters test qemu-img\n  portolan converters test mine.toml --json";

#[derive(Debug, Group)]
pub(crate) struct ConverterTest {
    /// A converter file, or the name of a shipped converter
    #[arg(value_name = "FILE")]
    pub(crate) converter: PathBuf,
}
