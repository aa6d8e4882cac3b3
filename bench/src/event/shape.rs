//! What a step outcome says: guests, platforms, observations, evidence and versions as a lab has them.

use domain::event::{Evidence, EvidenceKind, Outcome, Pins, StepFinished};
use domain::ids::CampaignId;
use domain::observation::{Channel, Observation, Value};
use domain::plan::Trial;
use domain::step::Step;

use super::seed::Seed;

/// How much a step outcome says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Shape {
    /// A few observations: leaves of 650 to 910 bytes.
    Short,
    /// Some twenty observations, as a step that reads a guest's facts: 1.9 to 2.6 kB.
    Campaign,
}

const GUESTS: [&str; 6] = ["server", "desktop", "legacy", "appliance", "db-12", "router"];
const PLATFORMS: [&str; 4] = ["kvm-like", "vmware-like", "hyperv-like", "xen-like"];
const ROUTES: [&str; 2] = ["direct", "ovf"];
const EVIDENCE: [(EvidenceKind, &str); 6] = [
    (EvidenceKind::Argv, "qemu-img.argv"),
    (EvidenceKind::Stdout, "qemu-img.out"),
    (EvidenceKind::SerialLog, "serial.log"),
    (EvidenceKind::Screenshot, "screen.png"),
    (EvidenceKind::Descriptor, "package.ovf"),
    (EvidenceKind::Manifest, "package.mf"),
];

impl Shape {
    /// One step outcome of the campaign whose stream this is.
    pub(crate) fn step(self, stream: u32, seed: &mut Seed) -> StepFinished {
        let trial = trial(seed);
        let step = Step::ALL[seed.below(7) as usize];
        StepFinished {
            campaign: id::<CampaignId>(&format!("2026-11-{:02}.default", stream + 1)),
            outcome: outcome(seed),
            observations: self.observations(step, seed),
            evidence: (0..1 + u8::from(seed.flip(30))).map(|_| evidence(seed)).collect(),
            pins: self.pins(&trial, seed),
            act: act(step, &trial, seed),
            duration_ms: 20 + seed.below(60_000),
            trial,
            step,
        }
    }

    fn observations(self, step: Step, seed: &mut Seed) -> Vec<Observation> {
        match self {
            Shape::Short => few(step, seed).into_iter().take(1).collect(),
            Shape::Campaign => [facts(seed), few(step, seed)].concat(),
        }
    }

    fn pins(self, trial: &Trial, seed: &mut Seed) -> Pins {
        let mut pins = Pins::new();
        pins.insert(format!("platform:{}", trial.source), platform_version(seed));
        if self == Shape::Campaign {
            pins.insert(format!("platform:{}", trial.target), platform_version(seed));
            pins.insert("converter:qemu-img".to_owned(), "qemu-img 7.2.22".to_owned());
        }
        pins
    }
}

/// An identifier of this file's own words; they are all spelled well.
fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("an identifier of the benchmark")
}

fn trial(seed: &mut Seed) -> Trial {
    let source = seed.below(4) as usize;
    let target = (source + 1 + seed.below(3) as usize) % 4;
    Trial {
        guest: id(seed.one_of(&GUESTS)),
        source: id(PLATFORMS[source]),
        target: id(PLATFORMS[target]),
        route: id(seed.one_of(&ROUTES)),
        repetition: 1 + seed.below(30) as u32,
    }
}

fn outcome(seed: &mut Seed) -> Outcome {
    match seed.below(50) {
        0 => Outcome::LabError { reason: "the lab's disk is full: free some".to_owned() },
        1..=4 => Outcome::NotCompleted {
            reason: format!("no sign of life within {} s", 60 + seed.below(120)),
        },
        _ => Outcome::Completed,
    }
}

fn platform_version(seed: &mut Seed) -> String {
    let machine = seed.one_of(&["q35", "pc", "pc-i440fx-7.2"]);
    format!("QEMU 7.2.{}, {machine}", 17 + seed.below(6))
}

fn act(step: Step, trial: &Trial, seed: &mut Seed) -> String {
    let Trial { guest, source, target, route, repetition } = trial;
    let number = step.number();
    match seed.below(3) {
        0 => format!("{number}/{guest}@{source}/{repetition}"),
        _ => format!("{number}/{guest}@{target}.{route}/{repetition}"),
    }
}

fn evidence(seed: &mut Seed) -> Evidence {
    let (kind, name) = EVIDENCE[seed.below(EVIDENCE.len() as u64) as usize];
    let bytes = 60 + seed.below(40_000);
    Evidence { kind, name: name.to_owned(), sha256: seed.digest(), bytes }
}

/// What a step without a guest's facts sees.
fn few(step: Step, seed: &mut Seed) -> Vec<Observation> {
    let number = |seed: &mut Seed, end| i64::try_from(seed.below(end)).unwrap_or(0);
    let host = Channel::Host;
    match step {
        Step::SanityCheck => vec![Observation::integer(
            "pause.uptime_gap_ms",
            number(seed, 2000),
            Channel::SerialConsole,
        )],
        Step::Shutdown => vec![
            Observation::flag("shutdown.graceful", seed.flip(95), Channel::SerialConsole),
            Observation::integer("shutdown.took_ms", number(seed, 30_000), Channel::PlatformApi),
        ],
        Step::Export => vec![
            Observation::integer(
                "package.bytes",
                number(seed, 90_000_000),
                Channel::DiskInspection,
            ),
            Observation::integer("tool.warnings", number(seed, 3), host),
        ],
        Step::ResourceCheck | Step::ConsistencyCheck => vec![
            Observation::flag("firmware.offered", seed.flip(97), Channel::PlatformApi),
            Observation::list("hardware.missing", vec![], Channel::PlatformApi),
        ],
        Step::Import | Step::Restart => {
            vec![Observation::flag("boot.reached", seed.flip(93), Channel::SerialConsole)]
        }
    }
}

/// What a guest says about itself at steps 1 and 7, the larger part of it.
fn facts(seed: &mut Seed) -> Vec<Observation> {
    let uuid = |seed: &mut Seed| Value::Text(seed.command().to_string());
    let text = |word: &str| Value::Text(word.to_owned());
    let whole = |seed: &mut Seed, end| Value::Integer(i64::try_from(seed.below(end)).unwrap_or(0));
    let list = |words: &[&str]| Value::List(words.iter().map(|it| (*it).to_owned()).collect());
    let disk = seed.one_of(&["virtio_blk", "ata_piix", "hv_storvsc", "xen_blkfront"]);
    let nic = seed.one_of(&["virtio_net", "e1000", "hv_netvsc", "xen_netfront"]);
    let mac =
        format!("52:54:00:{:02x}:{:02x}:{:02x}", seed.below(256), seed.below(256), seed.below(256));
    let address = format!("10.0.2.{}/24", 15 + seed.below(200));
    [
        ("boot.id", uuid(seed)),
        ("boot.uptime_ms", whole(seed, 20_000)),
        ("machine.id", uuid(seed)),
        ("host.name", text(seed.one_of(&GUESTS))),
        ("clock.epoch_s", Value::Integer(1_793_491_200 + seed.below(9_999_999) as i64)),
        ("clock.source", text(seed.one_of(&["tsc", "kvm-clock", "hpet", "xen"]))),
        ("canary.intact", Value::Flag(seed.flip(99))),
        ("cpu.model", text(seed.one_of(&["EPYC-Rome", "Skylake-Server", "qemu64"]))),
        ("cpu.flags", list(&["aes", "avx2", "fpu", "lm", "nx", "x2apic"])),
        ("memory.total_kib", Value::Integer(220_000 + seed.below(9_000) as i64)),
        ("nic.drivers", list(&[nic])),
        ("nic.macs", list(&[&mac])),
        ("ip.v4", list(&[&address])),
        ("route.table", list(&["default via 10.0.2.2", "10.0.2.0/24 dev eth0"])),
        ("disk.drivers", list(&[disk])),
        ("mount.root_writable", Value::Flag(true)),
    ]
    .map(|(fact, value)| Observation::new(fact, value, Channel::SerialConsole))
    .to_vec()
}
