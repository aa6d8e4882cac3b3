//! What can be said of trials before anything is touched, for people and programs. Names routes: for
//! operators only.

use comfy_table::{Table, presets};
use domain::check::{Check, Finding};
use domain::foretell::{Foretold, standing};
use domain::ids::Sha256Digest;
use domain::observation::Observation;
use domain::plan::Trial;
use domain::policy::Policy;
use domain::score::Standing;
use serde::Serialize;

use crate::tally::as_word;
use crate::text::{Colour, paint, printable, signed};
use crate::units::count;

/// The version of this shape. Fields are added under the same number, never renamed or removed.
pub const SCHEMA: &str = "portolan.check/1";

/// What was found of every trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckFile {
    /// The version of this shape.
    pub schema: &'static str,
    /// The testbed's name.
    pub testbed: String,
    /// Name and version of the policy.
    pub policy: String,
    /// Digest of the policy.
    pub policy_sha256: Sha256Digest,
    /// Every platform that a driver was asked about; none in the embedded lab.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<PlatformForetold>,
    /// Every trial, in the order of the plan.
    pub trials: Vec<TrialForetold>,
}

/// What a platform behind a driver said of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlatformForetold {
    /// Its id in the testbed.
    pub platform: String,
    /// Its driver.
    pub driver: String,
    /// Product and versions; none when it did not say.
    pub version: Option<String>,
    /// Why it cannot be looked at.
    pub trouble: Option<PlatformTrouble>,
}

/// Why a platform cannot be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlatformTrouble {
    /// The class of the driver's fault; none when the driver could not be set up.
    pub class: Option<String>,
    /// What is wrong, in one line; secrets are masked.
    pub words: String,
    /// The command that was asked with; empty when none was run.
    pub command: Vec<String>,
    /// What to do.
    pub advice: String,
}

/// What was found of one trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialForetold {
    /// Which trial.
    pub trial: Trial,
    /// The lowest of its steps.
    #[serde(serialize_with = "as_word")]
    pub standing: Standing,
    /// Steps 1, 4 and 5.
    pub steps: Vec<StepForetold>,
    /// Every command that a run would do, in order; secrets are masked.
    pub commands: Vec<CommandForetold>,
}

/// What was found of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepForetold {
    /// Its number.
    pub step: u8,
    /// What it is called.
    pub title: &'static str,
    /// The lowest of its checks.
    #[serde(serialize_with = "as_word")]
    pub standing: Standing,
    /// Why it could not be looked at.
    pub reason: Option<String>,
    /// What each rule found.
    pub checks: Vec<Check>,
    /// Rules that only a run can judge.
    pub open: Vec<String>,
    /// What was read.
    pub observations: Vec<Observation>,
}

/// A command that a run would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandForetold {
    /// The number of its step.
    pub step: u8,
    /// The command line.
    pub argv: Vec<String>,
}

/// How much a person is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detail {
    /// Also what holds, what has no meaning, and which rules only a run can judge.
    pub every_rule: bool,
    /// Also the commands that a run would do.
    pub commands: bool,
}

impl CheckFile {
    /// What was found, judged by this policy.
    #[must_use]
    pub fn new(
        testbed: &str,
        policy: &Policy,
        platforms: Vec<PlatformForetold>,
        trials: Vec<TrialForetold>,
    ) -> Self {
        let (policy, policy_sha256) = (policy.label(), policy.digest());
        let testbed = testbed.to_owned();
        Self { schema: SCHEMA, testbed, policy, policy_sha256, platforms, trials }
    }
}

impl TrialForetold {
    /// What was found of one trial, with what was read at each of its steps.
    #[must_use]
    pub fn new(
        trial: Trial,
        steps: Vec<(Foretold, Vec<Observation>)>,
        commands: Vec<CommandForetold>,
    ) -> Self {
        let (judged, read): (Vec<Foretold>, Vec<_>) = steps.into_iter().unzip();
        let standing = standing(&judged);
        let steps = judged.into_iter().zip(read).map(|(it, observations)| StepForetold {
            step: it.step.number(),
            title: it.step.title(),
            standing: it.standing,
            reason: it.reason,
            checks: it.checks,
            open: it.open,
            observations,
        });
        Self { trial, standing, steps: steps.collect(), commands }
    }

    fn open(&self) -> usize {
        self.steps.iter().map(|it| it.open.len()).sum()
    }
}

/// What was found, for a terminal. `quoted` spells a word for a shell.
#[must_use]
pub fn text(
    file: &CheckFile,
    detail: Detail,
    colour: Colour,
    quoted: impl Fn(&str) -> String,
) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !file.platforms.is_empty() {
        let lines = file.platforms.iter().map(|it| platform(it, &quoted));
        parts.push(lines.collect::<Vec<String>>().join("\n"));
    }
    parts.extend(file.trials.iter().map(|it| trial(it, detail, &quoted)));
    parts.push(footer(file, detail));
    paint(&printable(&parts.join("\n\n")), colour) + "\n"
}

fn platform(it: &PlatformForetold, quoted: &impl Fn(&str) -> String) -> String {
    let Some(trouble) = &it.trouble else {
        let version = it.version.as_deref().unwrap_or_default();
        return format!("platform {}: {version}", it.platform);
    };
    let PlatformTrouble { class, words, command, advice } = trouble;
    let class = class.as_ref().map(|it| format!("{it}: ")).unwrap_or_default();
    let head = format!("platform {} (driver {}): {class}{words}", it.platform, it.driver);
    let asked: Vec<String> = command.iter().map(|it| quoted(it)).collect();
    let asked = Some(asked.join(" ")).filter(|it| !it.is_empty());
    let asked = asked.map(|it| format!("\n  asked:  {it}")).unwrap_or_default();
    format!("{head}{asked}\n  to do:  {advice}")
}

fn trial(it: &TrialForetold, detail: Detail, quoted: &impl Fn(&str) -> String) -> String {
    let open = count(it.open(), "rule");
    let mut lines = vec![format!("{}: {}; {open} left to a run", it.trial, signed(it.standing))];
    let rows: Vec<[String; 4]> =
        it.steps.iter().flat_map(|it| rows(it, detail.every_rule)).collect();
    if !rows.is_empty() {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header(["step", "score", "rule", "what was found"]);
        rows.into_iter().for_each(|row| {
            table.add_row(row);
        });
        lines.push(table.to_string());
    }
    if detail.commands {
        lines.extend(it.commands.iter().map(|it| {
            let words: Vec<String> = it.argv.iter().map(|it| quoted(it)).collect();
            format!("  {}  {}", it.step, words.join(" "))
        }));
    }
    lines.join("\n")
}

fn rows(step: &StepForetold, every_rule: bool) -> Vec<[String; 4]> {
    let number = || step.step.to_string();
    let reason = step
        .reason
        .iter()
        .map(|why| [number(), signed(step.standing), format!("R.step.{}", step.step), why.clone()]);
    let shown = step.checks.iter().filter(|it| every_rule || costs(it));
    let found = shown.map(|it| {
        let words = format!("{}: {}", it.title, it.why);
        [number(), standing_of(it), it.rule.clone(), words]
    });
    let open = step.open.iter().filter(|_| every_rule);
    let open = open.map(|rule| {
        [number(), signed(Standing::NotRun), rule.clone(), "only a run tells".to_owned()]
    });
    reason.chain(found).chain(open).collect()
}

fn costs(check: &Check) -> bool {
    check.finding.score().is_some_and(|it| it < domain::score::Score::Success)
}

fn standing_of(check: &Check) -> String {
    signed(match check.finding {
        Finding::Scored(score) | Finding::NotObserved(score) | Finding::Waived(score) => {
            Standing::Scored(score)
        }
        Finding::NotApplicable => Standing::NotApplicable,
    })
}

fn footer(file: &CheckFile, detail: Detail) -> String {
    let trials = count(file.trials.len(), "trial");
    let more = match (detail.every_rule, detail.commands) {
        (true, true) => "",
        (false, true) => " Every rule: --verbose.",
        (true, false) => " What a run would do: --commands.",
        (false, false) => " Every rule: --verbose. What a run would do: --commands.",
    };
    let named = format!("{} (sha256 {:.12}…)", file.policy, file.policy_sha256.to_string());
    format!(
        "{trials} on {}, by policy {named}. No VM was started and nothing was changed or recorded.{more}",
        file.testbed
    )
}
