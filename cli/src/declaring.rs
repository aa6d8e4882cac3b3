//! Where something is declared: at the desk of the store, or through the service that owns it.

use domain::declare::Declaration;
use domain::event::{Event, Recorded, StepWithdrawn, WaiverScope};
use domain::registry::Registry;
use domain::wire::DeclarationRequest;
use ingest::Desk;
use reports::history::History;
use reports::viewpoint::Viewpoint;
use runner::remote::Door;
use store::StoreError;
use tokio::runtime::Runtime;

use crate::args::Args;
use crate::clock;
use crate::commands::{desk_there, each_event, history_from, history_in};
use crate::exit::Exit;
use crate::progress::tell;
use crate::remote::{self, AGAIN};

/// Where something is declared.
pub(crate) enum Declaring<'a> {
    /// At the desk of the store, which this process owns.
    Here(Box<Desk>),
    /// Through the service that owns the store; it is read beside it.
    There(Box<There<'a>>),
}

/// A service that owns the store of this call.
pub(crate) struct There<'a> {
    args: &'a Args,
    door: Door,
    runtime: Runtime,
}

impl<'a> Declaring<'a> {
    /// The desk of the store, or the service that owns it.
    pub(crate) fn open(args: &'a Args) -> Result<Self, Exit> {
        let in_use = match desk_there(args) {
            Ok(desk) => return Ok(Self::Here(Box::new(desk))),
            Err(exit) => exit.in_use()?,
        };
        let runtime = Runtime::new().map_err(|error| Exit::Lab(error.into()))?;
        let door = runtime.block_on(remote::running(args))?.ok_or(in_use)?;
        tell(&format!("recording through the service at {}, as its operator", door.server()));
        Ok(Self::There(Box::new(There { args, door, runtime })))
    }

    /// The history of the store as it stands.
    pub(crate) fn history(&self) -> Result<History, Exit> {
        match self {
            Self::Here(desk) => history_in(desk.log()),
            Self::There(there) => history_from(there.args, Viewpoint::default()),
        }
    }

    /// Every event of the store as it stands.
    pub(crate) fn each_event(&self, mut take: impl FnMut(Recorded)) -> Result<(), Exit> {
        match self {
            Self::Here(desk) => {
                let events = desk.log().read(0, store::Direction::Forward);
                events.into_iter().try_for_each(|it| {
                    take(it?);
                    Ok::<(), StoreError>(())
                })?;
                Ok(())
            }
            Self::There(there) => each_event(there.args, Viewpoint::default(), take),
        }
    }

    /// What has been declared so far.
    pub(crate) fn registry(&self) -> Result<Registry, Exit> {
        match self {
            Self::Here(desk) => Ok(Registry::clone(&desk.registry())),
            Self::There(_) => Ok(self.history()?.registry().clone()),
        }
    }

    /// Declares something; its position, or none when it stood already.
    pub(crate) fn declare(&self, declaration: Declaration, by: &str) -> Result<Option<u64>, Exit> {
        match self {
            Self::Here(desk) => {
                let recorded = desk.declare(declaration, by, clock::now())?;
                Ok(recorded.map(|it| it.position))
            }
            Self::There(there) => there.ask(&request(declaration)),
        }
    }

    /// Withdraws the step at a position; the withdrawal and where it stands.
    pub(crate) fn withdraw(
        &self,
        position: u64,
        (reason, by): (&str, &str),
    ) -> Result<Vec<(u64, StepWithdrawn)>, Exit> {
        let mut found = Vec::new();
        let mut take = |recorded: Recorded| {
            if let Event::StepWithdrawn(withdrawn) = recorded.event {
                found.push((recorded.position, withdrawn));
            }
        };
        match self {
            Self::Here(desk) => {
                let recorded = desk.withdraw(position, (reason, by), clock::now())?;
                recorded.into_iter().for_each(take);
            }
            Self::There(there) => {
                let reason = reason.to_owned();
                let at = there.ask(&DeclarationRequest::Withdraw { position, reason })?;
                let is_it = |it: &Recorded| Some(it.position) == at;
                self.each_event(|it| {
                    if is_it(&it) {
                        take(it)
                    }
                })?;
            }
        }
        Ok(found)
    }
}

impl There<'_> {
    fn ask(&self, request: &DeclarationRequest) -> Result<Option<u64>, Exit> {
        let patience = remote::patience();
        let answer = patience.ask(AGAIN, || self.door.declare(request));
        Ok(self.runtime.block_on(answer)?.position)
    }
}

/// A declaration as it goes to a service: it finds the versions of a baseline itself.
fn request(declaration: Declaration) -> DeclarationRequest {
    match declaration {
        Declaration::SetBaseline { name, campaign, versions: _, follows, reason } => {
            DeclarationRequest::Baseline { name, campaign, follows, reason }
        }
        Declaration::Upgrade { subject, from, to } => {
            DeclarationRequest::Upgrade { subject, from, to }
        }
        Declaration::Waive { waiver, rule, scope, reason, expires } => {
            let WaiverScope { guest, source, target, route } = scope;
            DeclarationRequest::Waiver {
                waiver,
                rule,
                reason,
                expires,
                guest,
                source,
                target,
                route,
            }
        }
        Declaration::EndWaiver { waiver, reason } => {
            DeclarationRequest::EndWaiver { waiver, reason }
        }
    }
}
