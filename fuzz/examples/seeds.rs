//! Writes the seeds that are made by code to `fuzz/seeds/`; with `--check` it compares them instead.
//!
//! Run it when a stored form has changed: `cargo run --manifest-path fuzz/Cargo.toml --example seeds`.
//! The target `leaf` takes the golden files of `store/src/schema/golden` as seeds too, and `import`
//! the samples of `ingest/src/history/samples`, and `bounce` those of `post/tests/post/bouncing`, and
//! `driver` the drivers and transcripts that are shipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use domain::ids::Sha256Digest;
use fuzz::logs::{LOGS, Log};
use fuzz::segment;
use ledger::bundle::verify;
use ledger::dsse::{Envelope, IN_TOTO};
use ledger::{EntriesId, Signer, TileId, append_entry};
use package::descriptor::{Firmware, Machine, Version};
use package::{Algorithm, Order};
use store::Blobs;

/// Target, name and bytes of one file.
type Seed = (&'static str, String, Vec<u8>);

fn main() -> ExitCode {
    let check = std::env::args().any(|it| it == "--check");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let all = [
        leaves(),
        bundles(),
        notes(),
        segments(),
        blobs(),
        imports(),
        submissions(),
        answers(),
        packages(),
    ];
    let all = all.concat();
    let mut stale = 0;
    for (target, name, bytes) in all {
        let path = folder.join(target).join(name);
        if fs::read(&path).is_ok_and(|found| found == bytes) {
            continue;
        }
        if check {
            eprintln!("{} is not what the code writes today", path.display());
            stale += 1;
            continue;
        }
        fs::create_dir_all(folder.join(target)).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    ExitCode::from(u8::from(stale > 0))
}

/// What no golden file has: escapes, the future, and the earlier store's body alone.
fn leaves() -> Vec<Seed> {
    let resumed = |schema: u32, kind: &str, stream: &str| {
        format!(
            r#"{{"schema":{schema},"type":"{kind}","at":"2026-11-23T08:30:00.5Z","stream":"{stream}","version":0,"command":"82da876d-1775-527b-9a16-87c95d831cdf","event":{{"campaign":"harbour"}}}}"#
        )
    };
    let body = r#"{"position":7,"at":"2026-11-23T08:30:00Z","stream":"s","version":3,"command":"82da876d-1775-527b-9a16-87c95d831cdf","event":{"type":"CampaignResumed","campaign":"harbour"}}"#;
    let all = [
        ("escapes", resumed(2, "CampaignResumed", r#"a\"b\\c\u0001\u00e9\ud83d\ude00é"#)),
        ("newer-schema", resumed(3, "CampaignResumed", "s")),
        ("newer-type", resumed(2, "VendorNotified", "s")),
        ("early-body", body.to_owned()),
        ("text", "a\"b\\c/\n\u{1}\u{7f}é\u{2028}😀".to_owned()),
    ];
    all.map(|(name, text)| ("leaf", name.to_owned(), text.into_bytes())).into()
}

fn bundles() -> Vec<Seed> {
    let of = |log: &Log| {
        let all = [
            ("inclusion", log.inclusion(5)),
            ("consistency", log.consistency(3, 7)),
            ("consistency-new-key", log.consistency(7, 10)),
            ("export", log.export(10)),
            ("export-old-key", log.export(3)),
            ("tlog-proof", log.tlog_proof(5).to_string().into_bytes()),
        ];
        all.map(|(name, bytes)| {
            assert!(name == "tlog-proof" || verify(&*bytes, &[]).is_ok(), "a bundle that is none");
            ("bundle", format!("{}-{name}", log.origin()), bytes)
        })
    };
    LOGS.iter().flat_map(of).collect()
}

fn notes() -> Vec<Seed> {
    let log = &LOGS[0];
    let mut proof = log.tlog_proof(3);
    proof.extra = Some(b"more".to_vec());
    let mut entries = Vec::new();
    for entry in [&b"an entry"[..], b"", b"another"] {
        append_entry(&mut entries, entry).expect("a short entry");
    }
    let tile = TileId { level: 0, index: 1234, width: 17 };
    let entries_id = EntriesId { index: 1_234_067, width: 8 };
    let signer = &log.signers()[0];
    // Not one of the logs' keys: those sign no envelopes.
    let anyone = Signer::from_seed("any.example", &[9; 32]).expect("a name");
    let envelope = Envelope::sign(IN_TOTO, b"{}".to_vec(), &[&anyone]).expect("small");
    let texts = [
        ("envelope", envelope.to_string()),
        ("note", log.notes[&7].to_string()),
        ("checkpoint", log.notes[&10].text().to_owned() + "an extension\n"),
        ("tlog-proof", proof.to_string()),
        ("verifier", signer.verifier().to_string()),
        ("signer", signer.encode().to_string()),
        ("tile", tile.path()),
        ("entries-path", entries_id.path()),
        ("hash-hex", proof.proof[0].to_string()),
        ("hash-base64", proof.proof[0].to_base64()),
    ];
    let texts = texts.map(|(name, text)| ("note", name.to_owned(), text.into_bytes()));
    texts.into_iter().chain([("note", "entries".to_owned(), entries)]).collect()
}

fn segments() -> Vec<Seed> {
    let [open, sealed] = segment::originals();
    let torn = &open[..open.len() - 9];
    let lines = b"{\"schema\":2}\n{}\n\0{\"schema\":3}\n\n\0a third block\n\0no end";
    let all = [
        ("open", 0, &open[..]),
        ("open-torn", 0, torn),
        ("open-summed", 1, &open),
        ("sealed", 2, &sealed),
        ("sealed-summed", 3, &sealed),
        ("lines", 4, lines),
        ("lines-alone", 5, lines),
        ("lines-belied", 6, &[&[0, 2, 0xff], &lines[..]].concat()),
    ];
    let seed = |(name, first, rest): (&str, u8, &[u8])| {
        ("segment", name.to_owned(), [&[first], rest].concat())
    };
    all.map(seed).into()
}

fn blobs() -> Vec<Seed> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let blobs = Blobs::local(folder.path()).expect("a folder");
    let noise: Vec<u8> = (0..8_u8).flat_map(|it| Sha256Digest::of(&[it]).to_bytes()).collect();
    let text = "2026-11-23 eth0: link is up\n".repeat(9).into_bytes();
    let pieces = [("empty", vec![]), ("noise", noise), ("text", text), ("zeros", vec![0; 200_000])];
    let packed = pieces.map(|(name, bytes)| {
        let digest = blobs.put(&bytes).expect("a disk");
        (name, blobs.packed(digest).expect("it was put"))
    });
    // Without head and sum: the bare frame.
    let frames = packed.clone().map(|(name, bytes)| {
        let frame = bytes[..bytes.len() - 12].to_vec();
        ("blob", format!("{name}-frame"), frame)
    });
    let packed = packed.map(|(name, bytes)| ("blob", name.to_owned(), bytes));
    packed.into_iter().chain(frames).collect()
}

/// What no sample has: every column, and the shapes that are refused.
fn imports() -> Vec<Seed> {
    let header = "campaign;at;guest;source;target;route;repetition;standing;step;reason;duration_ms;\
                  source_version;target_version;guest_version;tool_version";
    let row = "c;2013-06-01 12:00:00;g;a;b;r;2;warn;step 7;\"'=1\";5;1;2;3;4";
    let case = "<testcase classname='a' name='b -&gt; c' time='1,5.2' status='notrun'/>";
    let suite = "<testsuite name='g' timestamp='2013-06-01T12:00:00+02:00'>";
    let result =
        r#"{"clients":["a"],"servers":["b"],"start_time":1.5,"log_dir":"l","results":[[null]]}"#;
    let all = [
        ("columns.csv", format!("\u{feff}{header}\r\n{row}\r\n;;;;;;;;;;;;;;\r\n")),
        ("open-quote.csv", format!("{header}\n\"{row}\n")),
        (
            "names.xml",
            format!(
                "{suite}<properties><property name='route' value='r'/></properties>{case}</testsuite>"
            ),
        ),
        ("doctype.xml", format!("<!DOCTYPE a [<!ENTITY b 'c'>]>{suite}&b;</testsuite>")),
        ("null.json", result.to_owned()),
        ("ragged.json", result.replace("[[null]]", "[[],[]]")),
    ];
    all.map(|(name, text)| ("import", name.to_owned(), text.into_bytes())).into()
}

/// What labs and operators send, whole and spoilt.
fn submissions() -> Vec<Seed> {
    let trial = r#"{"guest":"g","source":"a","target":"b","route":"r","repetition":1}"#;
    let testbed = r#"{"name":"t","slots":{"cpu":1,"memory_mib":512},"vendor":[{"id":"v","name":"V"}],"platform":[{"id":"a","vendor":"v","product":"A","driver":"qemu"},{"id":"b","vendor":"v","product":"B","driver":"qemu"}],"guest":[{"id":"g","name":"G","architecture":"x86_64","firmware":"bios","memory_mib":64,"cpus":1}],"converter":[{"id":"c","vendor":"v","product":"C"}],"route":[{"id":"r","through":"disk","converters":["c"]}]}"#;
    let start = format!(
        r#"{{"start-campaign":{{"testbed":{testbed},"pins":{{"platform:a":"1"}},"plan":[{trial}]}}}}"#
    );
    let digest = Sha256Digest::of(b"log");
    let step = format!(
        r#"{{"record-step":{{"trial":{trial},"step":"sanity-check","attempt":0,"outcome":"completed","observations":[{{"fact":"boot.ok","value":{{"flag":true}},"channel":"host"}}],"evidence":[{{"kind":"serial-log","name":"serial.log","sha256":"{digest}","bytes":3}}],"act":"1","duration_ms":7}}}}"#
    );
    let error = step.replace(r#""completed""#, r#"{"lab-error":{"reason":"off"}}"#);
    let finish = r#"{"finish-campaign":{"ending":"cancelled","cost":{"wall_ms":1,"tools_cpu_ms":2,"own_cpu_ms":3,"own_peak_kib":4,"processors":5},"attempt":0}}"#;
    let resume = r#"{"resume-campaign":{"pins":{"platform:a":"2"},"attempt":1}}"#;
    let batch = |lease: &str, commands: &[&str]| {
        format!(
            r#"{{"schema":"portolan.submission/1","campaign":"c","expected_version":null,"lease":{lease},"commands":[{}]}}"#,
            commands.join(",")
        )
    };
    let all = [
        ("whole.json", batch("null", &[&start, &step, finish, resume])),
        ("again.json", batch("null", &[&start, &error, &step, &step])),
        ("leased.json", batch(r#""l-1""#, &[&step])),
        ("empty.json", batch("null", &[])),
        ("deep.json", "[".repeat(300)),
        ("lease.json", r#"{"lab":"l","platforms":["a","b"],"pins":{"host:kernel":"6"},"most":4}"#.to_owned()),
        ("offer.json", format!(r#"{{"campaign":"c","testbed":{testbed},"plan":[{trial}]}}"#)),
        ("declare.json", r#"{"waiver":{"waiver":"w","rule":"R","reason":"r","expires":"2030-01-01T00:00:00Z","guest":"g"}}"#.to_owned()),
    ];
    all.map(|(name, text)| ("submission", name.to_owned(), text.into_bytes())).into()
}

/// An answer in the form of each parser.
fn answers() -> Vec<Seed> {
    let all = [
        ("json", r#"{"a":[{"b":7,"a":{"b":"x"}}],"c":true}"#),
        ("pairs", "a: 1\nb: 2\n\na: 3\n"),
        ("xe", "a ( RO): b: 1; c: 2\n    c (MRW): x\n\n"),
        ("table", "a    b\n------\n1    2\n3    4\n"),
        ("xml", "<a><b><c d='1'/><e>2</e></b></a>"),
    ];
    all.map(|(name, text)| ("driver", name.to_owned(), text.as_bytes().to_vec())).into()
}

/// The parts of a small package that our own writer made.
fn packages() -> Vec<Seed> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let raw = folder.path().join("disk.raw");
    let mut disk = vec![0; 512 << 10];
    disk[..4].copy_from_slice(b"boot");
    fs::write(&raw, &disk).expect("a disk");
    let machine = Machine {
        name: "server".to_owned(),
        cpus: 1,
        memory_mib: 64,
        identifier: Some("00000000-0000-8000-8000-000000000001".to_owned()),
        family: "vmx-10".to_owned(),
        os: (96, "Debian GNU/Linux".to_owned()),
        firmware: Firmware::Bios,
        disks: Vec::new(),
        adapters: Vec::new(),
    };
    let (version, algorithm) = (Version::One, Algorithm::Sha256);
    let order = Order { machine, disks: vec![raw], version, algorithm, threads: 1 };
    let (vm, ova) = (folder.path().join("vm"), folder.path().join("vm.ova"));
    package::write(&order, &vm).expect("a package");
    package::write(&order, &ova).expect("an archive");
    let mut files: Vec<_> =
        fs::read_dir(&vm).expect("a folder").flatten().map(|it| it.path()).collect();
    files.push(ova);
    files.sort();
    let seed = |path: &PathBuf| {
        let ending = path.extension()?.to_str()?.to_owned();
        let which = ["ovf", "mf", "ova", "vmdk"].iter().position(|it| *it == ending)?;
        let bytes = fs::read(path).expect("a file");
        Some(("package", ending, [&[u8::try_from(which).ok()?], bytes.as_slice()].concat()))
    };
    files.iter().filter_map(seed).collect()
}
