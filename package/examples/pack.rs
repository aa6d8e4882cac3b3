//! What lab/bench-ovf.sh measures: packs a raw disk, puts packed disks into an OVA, or checks a package.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use package::descriptor::{Firmware, Machine, Version};
use package::{Algorithm, Order};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["disk", raw, to, threads] => disk(Path::new(raw), Path::new(to), threads),
        ["ova", vmdk, to] => ova(Path::new(vmdk), Path::new(to)),
        ["check", file] => check(Path::new(file)),
        _ => Err("usage: pack disk RAW TO THREADS | ova VMDK TO | check FILE".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pack: {error}");
            ExitCode::FAILURE
        }
    }
}

type Done = Result<(), Box<dyn std::error::Error>>;

fn disk(raw: &Path, to: &Path, threads: &str) -> Done {
    let file = File::open(raw)?;
    let bytes = file.metadata()?.len();
    let out = std::io::BufWriter::with_capacity(1 << 20, File::create(to)?);
    package::vmdk::write(&file, bytes, "disk.vmdk", threads.parse()?, out)?;
    Ok(())
}

fn ova(vmdk: &Path, to: &Path) -> Done {
    let machine = Machine {
        name: "bench".to_owned(),
        cpus: 1,
        memory_mib: 512,
        identifier: None,
        family: "vmx-10".to_owned(),
        os: (101, "Linux".to_owned()),
        firmware: Firmware::Bios,
        disks: Vec::new(),
        adapters: Vec::new(),
    };
    let order = Order {
        machine,
        disks: vec![PathBuf::from(vmdk)],
        version: Version::One,
        algorithm: Algorithm::Sha256,
        threads: 2,
    };
    package::write(&order, to)?;
    Ok(())
}

fn check(file: &Path) -> Done {
    let report = package::check(file, None)?;
    if report.findings.is_empty() { Ok(()) } else { Err(format!("{:?}", report.findings).into()) }
}
