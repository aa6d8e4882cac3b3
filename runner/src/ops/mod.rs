//! Operations: one machine at one platform is listed, started, paused, snapshotted and stopped, each operation looked at
//! for its effect. Nothing travels, and nothing is recorded.

mod at_harbour;
mod in_lab;

use domain::observation::{Observation, Value, find};
use domain::operations::{Found, Operation};

use crate::lab::seen::Stop;
use crate::stopwatch::Stopwatch;

/// What the snapshot is called.
pub(crate) const SNAPSHOT: &str = "portolan-ops";

/// One operation that was carried out, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Which.
    pub operation: Operation,
    /// What became of it.
    pub found: Found,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// Why an operation did not have its effect.
#[derive(Debug)]
pub(crate) enum Trouble {
    NotOffered,
    Product(String),
    Lab(String),
}

/// What came of a call.
pub(crate) type Came<T> = Result<T, Trouble>;

impl From<Stop> for Trouble {
    fn from(stop: Stop) -> Self {
        match stop.parts().0 {
            domain::event::Outcome::NotCompleted { reason } => Self::Product(reason),
            domain::event::Outcome::LabError { reason } => Self::Lab(reason),
            domain::event::Outcome::Completed => Self::Lab("it stopped".to_owned()),
        }
    }
}

/// How a machine is shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Off {
    /// The guest said that it goes down by itself.
    pub(crate) graceful: bool,
    /// The plug was pulled after the time for it was over.
    pub(crate) forced: bool,
}

impl Off {
    fn of(seen: &[Observation]) -> Self {
        let is = |fact| find(seen, fact) == Some(&Value::Flag(true));
        Self { graceful: is("shutdown.graceful"), forced: is("shutdown.forced") }
    }
}

/// A machine that is operated.
pub(crate) trait Operated: Send {
    /// Puts it where it is operated, switched off.
    fn arrive(&mut self) -> impl Future<Output = Came<()>> + Send;
    /// How often the platform lists it, and whether it is off there.
    fn listed(&mut self) -> impl Future<Output = Came<(usize, bool)>> + Send;
    /// Starts it from wherever it is, and waits for its guest's report.
    fn start(&mut self) -> impl Future<Output = Came<()>> + Send;
    /// Pauses it. Whether its guest is silent.
    fn pause(&mut self) -> impl Future<Output = Came<bool>> + Send;
    /// Lets it go on. Whether its guest does.
    fn unpause(&mut self) -> impl Future<Output = Came<bool>> + Send;
    /// Makes the snapshot. Whether it is listed.
    fn snapshot(&mut self) -> impl Future<Output = Came<bool>> + Send;
    /// Removes it. Whether it is listed no longer.
    fn remove_snapshot(&mut self) -> impl Future<Output = Came<bool>> + Send;
    /// Whether its guest gives a sign of life.
    fn lives(&mut self) -> impl Future<Output = Came<bool>> + Send;
    /// Presses the power button until it is off; after a while the plug is pulled.
    fn shut_down(&mut self) -> impl Future<Output = Came<Off>> + Send;
    /// Pulls the plug.
    fn force_off(&mut self) -> impl Future<Output = Came<()>> + Send;
    /// Takes it away, with its snapshot.
    fn leave(&mut self) -> impl Future<Output = Came<()>> + Send;
}

/// Carries every operation out, in order, and takes the machine away.
pub(crate) async fn operate<M: Operated>(machine: &mut M, told: impl Fn(&Carried)) -> Vec<Carried> {
    let mut all: Vec<Carried> = Vec::with_capacity(Operation::ALL.len());
    for operation in Operation::ALL {
        let clock = Stopwatch::start();
        let found = match can_be_tried(operation, &all) {
            true => carry(machine, operation).await,
            false => Found::NotTried,
        };
        let carried = Carried { operation, found, took_ms: clock.elapsed_ms() };
        told(&carried);
        all.push(carried);
    }
    if let (Err(trouble), Some(last)) = (machine.leave().await, all.last_mut()) {
        let why = match trouble {
            Trouble::NotOffered => "the driver does not offer to remove it".to_owned(),
            Trouble::Product(why) | Trouble::Lab(why) => why,
        };
        last.found = Found::LabError(format!("the machine could not be taken away: {why}"));
    }
    all
}

/// Whether what it needs went well enough, and nothing is broken.
fn can_be_tried(operation: Operation, all: &[Carried]) -> bool {
    let found = |wanted| all.iter().find(|it| it.operation == wanted).map(|it| &it.found);
    let failed = |wanted| matches!(found(wanted), Some(Found::Failed(_)));
    let is_broken = all.iter().any(|it| matches!(it.found, Found::LabError(_)));
    let is_stuck = failed(Operation::Pause) || failed(Operation::Unpause);
    let needs_life =
        matches!(operation, Operation::Snapshot | Operation::SnapshotRemoval | Operation::Shutdown);
    let had = |needed| matches!(found(needed), Some(Found::Held | Found::Otherwise(_)));
    let is_barred = is_broken || (is_stuck && needs_life);
    !is_barred && operation.needs().is_none_or(had)
}

async fn carry<M: Operated>(machine: &mut M, operation: Operation) -> Found {
    match carried(machine, operation).await {
        Ok(found) => found,
        Err(Trouble::NotOffered) => Found::NotOffered,
        Err(Trouble::Product(why)) => Found::Failed(why),
        Err(Trouble::Lab(why)) => Found::LabError(why),
    }
}

async fn carried<M: Operated>(machine: &mut M, operation: Operation) -> Came<Found> {
    let held = |it: bool, why: &str| match it {
        true => Found::Held,
        false => Found::Failed(why.to_owned()),
    };
    Ok(match operation {
        Operation::Inventory => {
            machine.arrive().await?;
            inventory(machine.listed().await?)
        }
        Operation::InventoryAfter => inventory(machine.listed().await?),
        Operation::Start | Operation::StartAgain => {
            machine.start().await?;
            Found::Held
        }
        Operation::Pause => held(machine.pause().await?, "the guest goes on while it is paused"),
        Operation::Unpause => held(machine.unpause().await?, "the guest does not go on"),
        Operation::Snapshot => match machine.snapshot().await? {
            true => held(machine.lives().await?, "the guest does not go on after it"),
            false => Found::Failed("it is not listed".to_owned()),
        },
        Operation::SnapshotRemoval => match machine.remove_snapshot().await? {
            true => held(machine.lives().await?, "the guest does not go on after it"),
            false => Found::Failed("it is still listed".to_owned()),
        },
        Operation::Shutdown => match machine.shut_down().await? {
            Off { graceful: true, .. } => Found::Held,
            Off { forced: true, .. } => Found::Otherwise(
                "the guest did not shut down in its time, and the plug was pulled".to_owned(),
            ),
            Off { .. } => Found::Otherwise("it is off, but its guest did not say so".to_owned()),
        },
        Operation::ForceOff => {
            machine.force_off().await?;
            Found::Held
        }
    })
}

fn inventory((times, is_off): (usize, bool)) -> Found {
    match (times, is_off) {
        (1, true) => Found::Held,
        (1, false) => Found::Failed("it is listed, but not as switched off".to_owned()),
        (0, _) => Found::Failed("it is not listed".to_owned()),
        (times, _) => Found::Failed(format!("it is listed {times} times")),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
