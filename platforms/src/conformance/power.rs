//! Clauses about the power of a machine that was named for it.

use super::{Held, Subject, Suite, truth};
use crate::clock::Clock;
use crate::platform::{Answered, Platform, settle};
use crate::words::{
    Capability, Fault, FaultClass, Job, JobState, PowerOp, PowerState, Twice, VmRef,
};

/// Each operation that is tried, the state it is tried in, and whether it is tried twice.
const WALK: [(&str, &str, PowerOp, PowerState); 5] = [
    ("power.start", "a machine that is off starts", PowerOp::Start, PowerState::Off),
    ("power.pause", "a running machine is paused", PowerOp::Pause, PowerState::Running),
    ("power.unpause", "a paused machine goes on", PowerOp::Unpause, PowerState::Paused),
    (
        "power.shutdown",
        "a running machine shuts down",
        PowerOp::ShutdownGraceful,
        PowerState::Running,
    ),
    (
        "power.force-off",
        "a running machine is switched off",
        PowerOp::ForceOff,
        PowerState::Running,
    ),
];
const TWICE: &str =
    "the same operation again is refused as a conflict, or does nothing, as declared";
const TAKEN_UP: &str = "another instance of the driver answers about a job that was written down";

pub(super) async fn hold<S: Subject>(
    suite: &mut Suite,
    subject: &S,
    vm: Option<&VmRef>,
    clock: &dyn Clock,
) {
    let Some(vm) = vm else {
        let none = || Held::NotApplicable("no machine was named for it".to_owned());
        for (id, words, ..) in WALK {
            suite.say(id, words, none());
        }
        suite.say("power.twice", TWICE, none());
        suite.say("job.taken-up", TAKEN_UP, none());
        return;
    };
    let platform = subject.plain();
    let before = state(&platform, vm).await;
    let mut twice = None;
    let mut taken_up = None;
    for (id, words, op, from) in WALK {
        if !platform.capabilities().has(Capability::Power(op)) {
            suite.say(id, words, Held::NotApplicable("it is not declared".to_owned()));
            continue;
        }
        let held = match bring(&platform, vm, from, clock).await {
            Err(fault) => {
                Held::NotApplicable(format!("the machine could not be brought to {from}: {fault}"))
            }
            Ok(()) => match change(&platform, vm, op, clock).await {
                Ok(job) => {
                    taken_up = Some(again(&subject.plain(), &job).await);
                    leads(&platform, vm, op).await
                }
                Err(fault) => Held::Broken(fault.to_string()),
            },
        };
        let changed = held == Held::Holds;
        suite.say(id, words, held);
        // Some platforms take a second request to shut down or go on as a new one.
        if changed && matches!(op, PowerOp::Start | PowerOp::ForceOff) {
            let second = repeated(&platform, vm, op, clock).await;
            twice = Some(match twice {
                Some(Held::Broken(first)) => Held::Broken(first),
                _ => second,
            });
        }
    }
    let nothing = || Held::NotApplicable("no operation could be tried".to_owned());
    suite.say("power.twice", TWICE, twice.unwrap_or_else(nothing));
    suite.say("job.taken-up", TAKEN_UP, taken_up.unwrap_or_else(nothing));
    let restored = match before {
        Ok(before) => bring(&platform, vm, before, clock).await,
        Err(fault) => Err(fault),
    };
    let held = restored.map_or_else(|fault| Held::Broken(fault.to_string()), |()| Held::Holds);
    suite.say("power.restored", "the machine is left in the state it was found in", held);
}

async fn state<P: Platform>(platform: &P, vm: &VmRef) -> Answered<PowerState> {
    platform
        .inspect(vm)
        .await?
        .state
        .ok_or_else(|| Fault::new(FaultClass::Vendor, "its state is not told"))
}

async fn change<P: Platform>(
    platform: &P,
    vm: &VmRef,
    op: PowerOp,
    clock: &dyn Clock,
) -> Answered<Job> {
    let job = platform.power(vm, op).await?;
    settle(platform, &job, clock).await?;
    Ok(job)
}

/// Brings a machine to a state, by whatever the driver has for it.
async fn bring<P: Platform>(
    platform: &P,
    vm: &VmRef,
    wanted: PowerState,
    clock: &dyn Clock,
) -> Answered<()> {
    // From any state to any other there are at most three steps.
    for _ in 0..4 {
        let op = match (state(platform, vm).await?, wanted) {
            (now, wanted) if now == wanted => return Ok(()),
            (PowerState::Off, _) => PowerOp::Start,
            (PowerState::Suspended, _) => PowerOp::Resume,
            (PowerState::Paused, PowerState::Off) => PowerOp::ForceOff,
            (PowerState::Paused, _) => PowerOp::Unpause,
            (PowerState::Running, PowerState::Off)
                if platform.capabilities().has(Capability::Power(PowerOp::ForceOff)) =>
            {
                PowerOp::ForceOff
            }
            (PowerState::Running, PowerState::Off) => PowerOp::ShutdownGraceful,
            (PowerState::Running, PowerState::Paused) => PowerOp::Pause,
            (PowerState::Running, PowerState::Suspended) => PowerOp::Suspend,
            (PowerState::Running | PowerState::Changing | PowerState::Failed, _) => break,
        };
        change(platform, vm, op, clock).await?;
    }
    Err(Fault::new(FaultClass::Conflict, format!("it cannot be brought to {wanted}")))
}

async fn leads<P: Platform>(platform: &P, vm: &VmRef, op: PowerOp) -> Held {
    match state(platform, vm).await {
        Ok(state) => truth(state == op.leads_to(), || format!("after it, the machine is {state}")),
        Err(fault) => Held::Broken(fault.to_string()),
    }
}

async fn repeated<P: Platform>(platform: &P, vm: &VmRef, op: PowerOp, clock: &dyn Clock) -> Held {
    let second = change(platform, vm, op, clock).await;
    match (platform.capabilities().twice, second) {
        (Twice::Idempotent, Ok(_)) => Held::Holds,
        (Twice::Idempotent, Err(fault)) => Held::Broken(format!("{op}: {fault}")),
        (Twice::Conflict, Err(fault)) if fault.class == FaultClass::Conflict => Held::Holds,
        (Twice::Conflict, Err(fault)) => Held::Broken(format!("{op}: it was told as {fault}")),
        (Twice::Conflict, Ok(_)) => Held::Broken(format!("{op}: nothing was refused")),
    }
}

/// A job that is over is written down, read again, and asked about by another instance.
async fn again<P: Platform>(other: &P, job: &Job) -> Held {
    let read = serde_json::to_string(job).and_then(|it| serde_json::from_str::<Job>(&it));
    let Ok(read) = read else {
        return Held::Broken("it cannot be written down".to_owned());
    };
    match other.poll(&read).await {
        Ok(JobState::Done) if read == *job => Held::Holds,
        Ok(state) => Held::Broken(format!("it is told as {state:?}")),
        Err(fault) => Held::Broken(fault.to_string()),
    }
}
