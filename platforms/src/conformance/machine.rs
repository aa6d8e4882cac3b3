//! Clauses about one machine that is looked at, and about what is not declared.

use std::path::PathBuf;

use super::{Held, Suite, expected, there, truth};
use crate::platform::Platform;
use crate::words::{Arrival, Capability, ExportPlan, FaultClass, PowerOp, VmRef, VmSpec};

pub(super) async fn hold<P: Platform>(suite: &mut Suite, platform: &P, vm: Option<&VmRef>) {
    let can = |it| platform.capabilities().has(it);
    let words = "a machine has processors, memory and a state";
    let again = "looked at again, its hardware is the same";
    match vm.filter(|_| can(Capability::Inspect)) {
        None => {
            let none = || {
                Held::NotApplicable("no machine is there, or inspect is not declared".to_owned())
            };
            suite.say("inspect.says", words, none());
            suite.say("inspect.again", again, none());
        }
        Some(vm) => {
            let first = platform.inspect(vm).await;
            suite.say("inspect.says", words, there(first.clone(), says));
            let hardware = |it: &VmSpec| VmSpec { state: None, ..it.clone() };
            let same = there(platform.inspect(vm).await, |second| match &first {
                Ok(first) => truth(hardware(first) == hardware(second), || {
                    format!("{first:?}, then {second:?}")
                }),
                Err(fault) => Held::Broken(fault.to_string()),
            });
            suite.say("inspect.again", again, same);
        }
    }
    let words = "it tells what it has: processors, memory, storage or networks";
    let held = if can(Capability::Resources) {
        there(platform.resources().await, |it| {
            let some = it.cpus.is_some()
                || it.memory_total_bytes.is_some()
                || it.memory_free_bytes.is_some();
            truth(some || !it.storages.is_empty() || !it.networks.is_empty(), || {
                "it tells nothing".to_owned()
            })
        })
    } else {
        Held::NotApplicable("resources is not declared".to_owned())
    };
    suite.say("resources.says", words, held);
    undeclared(suite, platform).await;
}

fn says(spec: &VmSpec) -> Held {
    let complete = spec.cpus.is_some_and(|it| it > 0) && spec.memory_bytes.is_some_and(|it| it > 0);
    truth(complete && spec.state.is_some(), || {
        format!(
            "processors {:?}, memory {:?}, state {:?}",
            spec.cpus, spec.memory_bytes, spec.state
        )
    })
}

/// Asks for everything that is not declared. Nothing of it may be run: the machine named does not even exist.
async fn undeclared<P: Platform>(suite: &mut Suite, platform: &P) {
    let vm = VmRef { id: "portolan-nobody".to_owned(), name: "portolan-nobody".to_owned() };
    let (file, nowhere) = (PathBuf::from("nothing"), "none".to_owned());
    let plan = ExportPlan { format: nowhere.clone(), folder: file.clone() };
    let arrival = Arrival { name: vm.name.clone(), format: nowhere, file };
    let mut asked = 0;
    let mut wrong = Vec::new();
    let mut note = |name: &str, held: Held| {
        asked += 1;
        if let Held::Broken(why) = held {
            wrong.push(format!("{name}: {why}"));
        }
    };
    let only = [FaultClass::Unsupported];
    for op in PowerOp::ALL {
        if !platform.capabilities().has(Capability::Power(op)) {
            note(op.verb(), expected(platform.power(&vm, op).await, &only));
        }
    }
    for capability in Capability::BY_VERB {
        if platform.capabilities().has(capability) {
            continue;
        }
        let held = match capability {
            Capability::Inspect => expected(platform.inspect(&vm).await, &only),
            Capability::Export => expected(platform.export(&vm, &plan).await, &only),
            Capability::Resources => expected(platform.resources().await, &only),
            Capability::Precheck => expected(platform.precheck(&arrival).await, &only),
            Capability::Import => expected(platform.import(&arrival).await, &only),
            Capability::GuestFacts => expected(platform.guest_facts(&vm).await, &only),
            Capability::Console => expected(platform.console(&vm).await, &only),
            Capability::Screenshot => {
                expected(platform.screenshot(&vm, &arrival.file).await, &only)
            }
            Capability::Delete => expected(platform.delete(&vm).await, &only),
            Capability::Snapshot => expected(platform.snapshot(&vm, "none").await, &only),
            Capability::Snapshots => expected(platform.snapshots(&vm).await, &only),
            Capability::SnapshotDelete => {
                expected(platform.delete_snapshot(&vm, "none").await, &only)
            }
            Capability::Power(_) | Capability::CancelImport | Capability::CancelExport => continue,
        };
        note(capability.verb(), held);
    }
    let words = "what is not declared is unsupported";
    let held = match (asked, wrong.is_empty()) {
        (0, _) => Held::NotApplicable("everything is declared".to_owned()),
        (_, true) => Held::Holds,
        (_, false) => Held::Broken(wrong.join("; ")),
    };
    suite.say("undeclared.unsupported", words, held);
}
