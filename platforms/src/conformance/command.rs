//! A driver file as the subject of the suite.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Calls, Complaint, Secrecy, Subject};
use crate::command::{CommandPlatform, Driver, ErrorRule};
use crate::transport::{Answer, Broken, Call, Faulty, Pending, Secrets, Transport, Trouble};
use crate::words::Fault;

/// A driver file, the way its calls are run, and a witness of everything that comes out.
pub struct CommandSubject {
    platform: CommandPlatform,
    driver: Arc<Driver>,
    witness: Arc<Witness>,
    live: bool,
}

impl CommandSubject {
    /// The driver's platform over this transport; `secrets` are those whose values must not come out.
    #[must_use]
    pub fn new(
        platform: &CommandPlatform,
        driver: Arc<Driver>,
        (transport, live): (Arc<dyn Transport>, bool),
        secrets: Secrets,
    ) -> Self {
        let witness =
            Arc::new(Witness { inner: transport, secrets, leaked: AtomicBool::new(false) });
        let platform = platform.over(Arc::clone(&witness) as Arc<dyn Transport>);
        Self { platform, driver, witness, live }
    }
}

impl Subject for CommandSubject {
    type Reached = CommandPlatform;

    fn plain(&self) -> CommandPlatform {
        self.platform.clone()
    }

    fn troubled(&self, trouble: Trouble, first: u32) -> (CommandPlatform, Calls) {
        let inner = Arc::clone(&self.witness) as Arc<dyn Transport>;
        let faulty = Arc::new(Faulty::new(inner, trouble, first));
        let platform = self.platform.over(Arc::clone(&faulty) as Arc<dyn Transport>);
        (platform, Box::new(move || faulty.calls()))
    }

    fn complaints(&self) -> Vec<Complaint> {
        let complaint = |(verb, rule): (&str, &ErrorRule)| Complaint {
            verb: verb.to_owned(),
            example: rule.example.clone(),
            class: rule.class,
            tries_again: self.driver.tries_again(verb),
        };
        self.driver.complaints().map(complaint).collect()
    }

    async fn asked(&self, platform: &CommandPlatform, verb: &str) -> Result<(), Fault> {
        platform.asked(verb).await
    }

    fn is_live(&self) -> bool {
        self.live
    }

    fn secrecy(&self) -> Secrecy {
        match (self.witness.secrets.is_empty(), self.witness.leaked.load(Ordering::SeqCst)) {
            (true, _) => Secrecy::NoSecrets,
            (false, false) => Secrecy::Kept,
            (false, true) => Secrecy::Leaked,
        }
    }
}

/// Looks for secrets in what is shown of calls and in what they answer.
struct Witness {
    inner: Arc<dyn Transport>,
    secrets: Secrets,
    leaked: AtomicBool,
}

impl Transport for Witness {
    fn call<'a>(&'a self, call: &'a Call) -> Pending<'a, Result<Answer, Broken>> {
        Box::pin(async move {
            let answer = self.inner.call(call).await;
            let said = match &answer {
                Ok(answer) => format!("{}\n{}", answer.stdout, answer.stderr),
                Err(broken) => broken.to_string(),
            };
            let shown =
                call.argv.iter().map(|it| it.real.clone()).chain(call.shown_env().into_values());
            if shown.chain([said]).any(|it| self.secrets.leak_into(&it)) {
                self.leaked.store(true, Ordering::SeqCst);
            }
            answer
        })
    }
}
