//! What became of the operations at each platform: for a terminal, and as JSON.

use comfy_table::{Table, presets};
use domain::operations::{Found, Operation, overall};
use domain::score::Standing;
use serde::Serialize;

use crate::text::{Colour, paint, printable, signed};

/// The schema of the JSON form.
pub const SCHEMA: &str = "portolan.ops/1";

/// The operations of a testbed's platforms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpsFile {
    /// The schema: [`SCHEMA`].
    pub schema: &'static str,
    /// What people call the testbed.
    pub testbed: String,
    /// Each platform with each guest that was operated there.
    pub platforms: Vec<PlatformOps>,
}

/// One machine at one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlatformOps {
    /// Where.
    pub platform: String,
    /// By which driver.
    pub driver: String,
    /// Something else plays this platform.
    pub stand_in: bool,
    /// Which guest.
    pub guest: String,
    /// How the platform stands with it.
    pub standing: &'static str,
    /// Each operation, in order.
    pub operations: Vec<OperationTold>,
    #[serde(skip)]
    stands: Standing,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperationTold {
    /// Which.
    pub operation: Operation,
    /// How it stands.
    pub standing: &'static str,
    /// What there is to say of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    #[serde(skip)]
    stands: Standing,
}

impl PlatformOps {
    /// What became of a machine: each operation with its time in milliseconds.
    #[must_use]
    pub fn new(
        (platform, driver, stand_in): (String, String, bool),
        guest: String,
        all: Vec<(Operation, Found, u64)>,
    ) -> Self {
        let found: Vec<Found> = all.iter().map(|(_, found, _)| found.clone()).collect();
        let stands = overall(&found);
        let told = |(operation, found, took_ms): (Operation, Found, u64)| OperationTold {
            operation,
            standing: found.standing().word(),
            why: found.why().map(str::to_owned),
            took_ms,
            stands: found.standing(),
        };
        let operations = all.into_iter().map(told).collect();
        Self { platform, driver, stand_in, guest, standing: stands.word(), operations, stands }
    }

    /// How the platform stands with it.
    #[must_use]
    pub fn stands(&self) -> Standing {
        self.stands
    }
}

/// The table: operations down, platforms across; then what there is to say, and what a stand-in is.
#[must_use]
pub fn text(file: &OpsFile, colour: Colour) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    let name = |it: &PlatformOps| {
        let stand_in = if it.stand_in { " (stand-in)" } else { "" };
        format!("{}{stand_in}\n{}", it.platform, it.guest)
    };
    let header = std::iter::once("operation".to_owned()).chain(file.platforms.iter().map(name));
    table.set_header(header);
    for (place, operation) in Operation::ALL.iter().enumerate() {
        let cell = |it: &PlatformOps| it.operations.get(place).map_or(String::new(), timed);
        table
            .add_row(std::iter::once(operation.to_string()).chain(file.platforms.iter().map(cell)));
    }
    let all = file.platforms.iter().map(|it| signed(it.stands));
    table.add_row(std::iter::once("platform".to_owned()).chain(all));
    let mut parts = vec![format!("Operations on {}", file.testbed), table.to_string()];
    let why: Vec<String> = file.platforms.iter().flat_map(reasons).collect();
    if !why.is_empty() {
        parts.push(why.join("\n"));
    }
    if file.platforms.iter().any(|it| it.stand_in) {
        parts.push(
            "A stand-in is QEMU playing the platform: its scores are not the product's.".to_owned(),
        );
    }
    paint(&printable(&parts.join("\n\n")), colour) + "\n"
}

fn timed(it: &OperationTold) -> String {
    match it.stands {
        Standing::Blocked | Standing::NotRun | Standing::NotApplicable => signed(it.stands),
        Standing::Scored(_) | Standing::LabError => {
            let tenths = it.took_ms / 100;
            format!("{}  {}.{} s", signed(it.stands), tenths / 10, tenths % 10)
        }
    }
}

fn reasons(of: &PlatformOps) -> impl Iterator<Item = String> {
    let line = |it: &OperationTold| {
        let why = it.why.as_ref()?;
        Some(format!("  {} {}, {}: {why}", of.platform, of.guest, it.operation))
    };
    of.operations.iter().filter_map(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> OpsFile {
        let found = |operation: Operation| match operation {
            Operation::Snapshot => Found::NotOffered,
            Operation::SnapshotRemoval => Found::NotTried,
            Operation::Shutdown => Found::Failed("the power button\u{1b}[2J is dead".to_owned()),
            Operation::Inventory
            | Operation::Start
            | Operation::Pause
            | Operation::Unpause
            | Operation::StartAgain
            | Operation::ForceOff
            | Operation::InventoryAfter => Found::Held,
        };
        let all = Operation::ALL.map(|it| (it, found(it), 1234)).to_vec();
        let held = Operation::ALL.map(|it| (it, Found::Held, 50)).to_vec();
        let of =
            |name: &str, driver: &str, stand_in| (name.to_owned(), driver.to_owned(), stand_in);
        OpsFile {
            schema: SCHEMA,
            testbed: "two platforms".to_owned(),
            platforms: vec![
                PlatformOps::new(of("kvm-like", "qemu", true), "server".to_owned(), held),
                PlatformOps::new(of("xen", "xen-xl", false), "server".to_owned(), all),
            ],
        }
    }

    #[test]
    fn a_person_sees_each_operation_at_each_platform() {
        insta::assert_snapshot!(text(&file(), Colour::Never));
    }

    #[test]
    fn the_json_says_the_same() {
        let told = serde_json::to_value(file()).unwrap();
        assert_eq!(told["schema"], "portolan.ops/1");
        assert_eq!(told["platforms"][0]["standing"], "SUCCESS");
        assert_eq!(told["platforms"][1]["standing"], "FAILURE");
        assert_eq!(told["platforms"][1]["operations"][4]["operation"], "snapshot");
        assert_eq!(told["platforms"][1]["operations"][5]["standing"], "blocked");
        assert_eq!(told["platforms"][1]["operations"][4]["why"], "the driver does not offer it");
    }
}
