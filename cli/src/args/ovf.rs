//! The command line of OVF packages.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand, ValueEnum};
use package::{Algorithm, Target, descriptor};

#[derive(Debug, Subcommand)]
pub(crate) enum Ovf {
    /// Check a package: its descriptor, manifest, archive and disks
    #[command(after_help = CHECK)]
    Check(OvfCheck),
    /// Write a package around disks
    #[command(after_help = WRITE)]
    Write(OvfWrite),
}

const CHECK: &str = "Nothing is unpacked and nothing is written; memory does not grow with the package. \
    docs/ovf.md lists every rule.\n\n\
    Targets: esxi-8, esxi-6.7, esxi-5.0, virtualbox, virt-v2v, xenserver\n\n\
    Exit codes: 0 no FAILURE, 2 it cannot be read, 3 a FAILURE.\n\n\
    Examples:\n  portolan ovf check server.ova\n  \
    portolan ovf check server/ --target esxi-6.7 --json";

#[derive(Debug, Group)]
pub(crate) struct OvfCheck {
    /// An OVA, a descriptor (.ovf), or a folder that holds one
    pub(crate) file: PathBuf,
    /// Judge for this importer as well
    #[arg(long, value_name = "NAME", value_parser = target)]
    pub(crate) target: Option<&'static Target>,
}

fn target(name: &str) -> Result<&'static Target, String> {
    let known = || package::TARGETS.iter().map(|it| it.name).collect::<Vec<_>>().join(", ");
    Target::named(name).ok_or_else(|| format!("known are {}", known()))
}

const WRITE: &str = "Disks are raw images, packed as streamOptimized VMDK by all processors, or VMDKs that are \
    streamOptimized already, taken as they are. Other formats: qemu-img convert -O raw. The same disks give the \
    same bytes.\n\n\
    Examples:\n  portolan ovf write server.ova --disk server.raw --cpus 2 --memory 2048\n  \
    portolan ovf write server/ --disk root.raw --disk data.vmdk --network lan,52:54:00:12:34:56";

#[derive(Debug, Group)]
pub(crate) struct OvfWrite {
    /// What to write: one file if it ends with .ova, else a folder
    pub(crate) out: PathBuf,
    /// A disk; repeat it for more
    #[arg(long = "disk", value_name = "FILE", required = true)]
    pub(crate) disks: Vec<PathBuf>,
    /// The machine's name [default: that of OUT]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Its processors
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) cpus: u32,
    /// Its memory, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=64 << 20))]
    pub(crate) memory: u32,
    /// A network that an adapter is connected to, and its MAC if that shall be kept; repeat it for more
    #[arg(long = "network", value_name = "NAME[,MAC]", value_parser = adapter)]
    pub(crate) networks: Vec<descriptor::Adapter>,
    /// Its SMBIOS UUID
    #[arg(long)]
    pub(crate) uuid: Option<uuid::Uuid>,
    /// What starts it
    #[arg(long, value_enum, default_value_t = Boot::Bios)]
    pub(crate) firmware: Boot,
    /// Family of hardware; vmx-10 is read by ESXi since 5.5 and by all others
    #[arg(long, default_value = "vmx-10")]
    pub(crate) family: String,
    /// Its operating system as CIM numbers them: 96 Debian 64-bit, 101 Linux 64-bit, 103 Windows 2008 R2
    #[arg(long, value_name = "ID", default_value_t = 101)]
    pub(crate) os: u32,
    /// Which OVF: 1 is read by all importers, 2 by few
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub(crate) ovf: u8,
    /// What the manifest is made with: sha256, sha1 for ESXi before 6.5, or sha512
    #[arg(long, default_value = "sha256", value_parser = digest)]
    pub(crate) digest: Algorithm,
    /// Threads that pack [default: as many as there are processors]
    #[arg(long)]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) threads: Option<u8>,
}

fn digest(name: &str) -> Result<Algorithm, String> {
    Algorithm::named(name).ok_or_else(|| "known are sha1, sha256 and sha512".to_owned())
}

/// `NAME`, or `NAME,52:54:00:12:34:56`.
fn adapter(text: &str) -> Result<descriptor::Adapter, String> {
    let (network, mac) = text.split_once(',').map_or((text, None), |(name, mac)| (name, Some(mac)));
    let is_mac = |it: &str| {
        let pairs: Vec<&str> = it.split(':').collect();
        let pair = |it: &&str| it.len() == 2 && it.bytes().all(|it| it.is_ascii_hexdigit());
        pairs.len() == 6 && pairs.iter().all(pair)
    };
    if network.is_empty() || network.chars().any(char::is_control) {
        return Err("a network needs a name".to_owned());
    }
    match mac.filter(|it| !is_mac(it)) {
        Some(_) => {
            Err("a MAC is six pairs of hexadecimal digits, such as 52:54:00:12:34:56".to_owned())
        }
        None => {
            Ok(descriptor::Adapter { network: network.to_owned(), mac: mac.map(str::to_owned) })
        }
    }
}

/// What starts a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Boot {
    /// Every importer takes it for granted
    Bios,
    /// Told by an extension of VMware's, which many importers miss
    Efi,
}

impl From<Boot> for descriptor::Firmware {
    fn from(boot: Boot) -> Self {
        match boot {
            Boot::Bios => Self::Bios,
            Boot::Efi => Self::Efi,
        }
    }
}
