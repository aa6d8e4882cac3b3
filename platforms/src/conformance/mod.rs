//! What holds for every platform, whoever makes it: one list of clauses, and what became of each.
//!
//! Nothing is changed at a platform unless a machine is named for it; then that machine is switched on and off, paused,
//! and left in the state it was found in.

mod command;
mod machine;
mod naming;
mod power;
mod trouble;

pub use command::CommandSubject;

use std::fmt;

use serde::Serialize;

use crate::clock::Clock;
use crate::platform::Platform;
use crate::transport::Trouble;
use crate::words::{Fault, FaultClass, VmRef};

/// A platform that can be given trouble on purpose.
pub trait Subject: Send + Sync {
    /// Its driver.
    type Reached: Platform;

    /// The platform as it is.
    fn plain(&self) -> Self::Reached;

    /// The platform with trouble in its first calls, and a counter of all calls.
    fn troubled(&self, trouble: Trouble, first: u32) -> (Self::Reached, Calls);

    /// Complaints that the driver knows.
    fn complaints(&self) -> Vec<Complaint>;

    /// What becomes of a verb where every call comes to a complaint; nothing is run.
    fn asked(
        &self,
        platform: &Self::Reached,
        verb: &str,
    ) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Whether calls are really run, rather than replayed.
    fn is_live(&self) -> bool;

    /// What is secret, and everything that came out so far.
    fn secrecy(&self) -> Secrecy;
}

/// A complaint that a driver knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The verb that it is an answer to.
    pub verb: String,
    /// As the platform writes it.
    pub example: String,
    /// What it means.
    pub class: FaultClass,
    /// How often this verb is tried again after a transient fault.
    pub tries_again: u32,
}

/// Tells how many calls were made.
pub type Calls = Box<dyn Fn() -> u32 + Send + Sync>;

/// Whether secrets were kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// The driver has none.
    NoSecrets,
    /// None was in anything that came out.
    Kept,
    /// One was.
    Leaked,
}

/// What became of a clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "result", content = "why")]
pub enum Held {
    /// It holds.
    Holds,
    /// It does not.
    Broken(String),
    /// It says nothing here.
    NotApplicable(String),
}

/// One clause and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clause {
    /// Its name, which stays.
    pub id: &'static str,
    /// What it says.
    pub words: &'static str,
    /// What became of it.
    pub held: Held,
}

/// Every clause, in the order they were tried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Suite {
    /// The clauses.
    pub clauses: Vec<Clause>,
}

impl Suite {
    /// Whether none is broken.
    #[must_use]
    pub fn conforms(&self) -> bool {
        self.broken() == 0
    }

    /// How many are broken.
    #[must_use]
    pub fn broken(&self) -> usize {
        self.clauses.iter().filter(|it| matches!(it.held, Held::Broken(_))).count()
    }

    /// How many hold.
    #[must_use]
    pub fn holding(&self) -> usize {
        self.clauses.iter().filter(|it| it.held == Held::Holds).count()
    }

    fn say(&mut self, id: &'static str, words: &'static str, held: Held) {
        self.clauses.push(Clause { id, words, held });
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Held::Holds => f.write_str("holds"),
            Held::Broken(why) => write!(f, "BROKEN: {why}"),
            Held::NotApplicable(why) => write!(f, "not applicable: {why}"),
        }
    }
}

/// Tries every clause on a platform. Power is changed only of the machine that is named.
pub async fn hold<S: Subject>(subject: &S, vm: Option<&str>, clock: &dyn Clock) -> Suite {
    let mut suite = Suite::default();
    let platform = subject.plain();
    let listed = naming::hold(&mut suite, &platform).await;
    let vm = match chosen(&listed, vm) {
        Ok(vm) => vm,
        Err(why) => {
            suite.say(
                "vm.named",
                "the machine named for the suite is there, once",
                Held::Broken(why),
            );
            return suite;
        }
    };
    machine::hold(&mut suite, &platform, vm.as_ref().or(listed.first())).await;
    power::hold(&mut suite, subject, vm.as_ref(), clock).await;
    trouble::hold(&mut suite, subject).await;
    suite
}

fn chosen(listed: &[VmRef], name: Option<&str>) -> Result<Option<VmRef>, String> {
    let Some(name) = name else {
        return Ok(None);
    };
    let found: Vec<&VmRef> = listed.iter().filter(|it| it.name == name || it.id == name).collect();
    match found.as_slice() {
        [only] => Ok(Some((*only).clone())),
        [] => Err(format!("there is no machine `{name}`")),
        several => Err(format!("{} machines are called `{name}`", several.len())),
    }
}

/// What came where a class of fault was expected.
fn expected<T>(answered: Result<T, Fault>, classes: &[FaultClass]) -> Held {
    match answered {
        Err(fault) if classes.contains(&fault.class) => Held::Holds,
        Err(fault) => Held::Broken(format!("it was told as {fault}")),
        Ok(_) => Held::Broken("it was told that all is well".to_owned()),
    }
}

/// A truth, or why not.
fn truth(holds: bool, otherwise: impl FnOnce() -> String) -> Held {
    if holds { Held::Holds } else { Held::Broken(otherwise()) }
}

/// An answer that should be there.
fn there<T>(answered: Result<T, Fault>, check: impl FnOnce(&T) -> Held) -> Held {
    match answered {
        Ok(value) => check(&value),
        Err(fault) => Held::Broken(fault.to_string()),
    }
}
