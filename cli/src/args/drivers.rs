//! The command line of drivers.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Drivers {
    /// List the drivers that are shipped, and how far each was really tried
    #[command(after_help = "Example: portolan drivers list")]
    List,
    /// Hold a driver to what every platform must do
    #[command(after_help = TEST)]
    Test(DriverTest),
}

const TEST: &str = "Nothing is changed at the platform unless a machine is named with --vm: it is then \
    switched on and off, paused, and left in the state it was found in.\n\n\
    A secret is given by where it is: --var password=env:NAME or --var password=file:PATH.\n\n\
    Exit codes: 0 it conforms, 2 usage, or a driver file with mistakes, 3 a clause is broken.\n\n\
    Examples:\n  portolan drivers test libvirt --var uri=test:///default\n  \
    portolan drivers test mine.toml --vm web --record web.transcript\n  \
    portolan drivers test mine.toml --vm web --replay web.transcript";

#[derive(Debug, Group)]
pub(crate) struct DriverTest {
    /// A driver file, or the name of a shipped driver
    #[arg(value_name = "FILE")]
    pub(crate) driver: PathBuf,
    /// Answer from this transcript; nothing is run
    #[arg(long, value_name = "TRANSCRIPT", conflicts_with = "record")]
    pub(crate) replay: Option<PathBuf>,
    /// Write down every call and its answer; secrets are not in it
    #[arg(long, value_name = "TRANSCRIPT")]
    pub(crate) record: Option<PathBuf>,
    /// A machine whose power may be changed, by name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) vm: Option<String>,
    /// A value that the driver needs
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) vars: Vec<(String, String)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
