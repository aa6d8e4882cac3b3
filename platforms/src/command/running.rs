//! Runs a verb: its call, further tries where they do no harm, and what its complaints mean.

use domain::policy::near;

use super::driver::{Driver, ErrorRule, Verb, Word};
use super::fields::all_values;
use super::parse::Record;
use super::platform::CommandPlatform;
use super::reading;
use super::values::Values;
use crate::transport::{Answer, Broken, Call};
use crate::words::{Fault, FaultClass};

impl CommandPlatform {
    /// The verb, or that the driver does not have it.
    pub(super) fn verb(&self, name: &str) -> Result<&Verb, Fault> {
        self.driver.verbs.get(name).ok_or_else(|| {
            let words = format!("the driver `{}` cannot do `{name}`", self.driver.id);
            Fault::new(FaultClass::Unsupported, words)
        })
    }

    /// Runs a verb until it gives an answer or a fault that another try would not mend.
    pub(super) async fn run(&self, name: &str, values: &Values) -> Result<Answer, Fault> {
        let verb = self.verb(name)?;
        let call = self.call(verb, values)?;
        let mut wait = self.driver.retry.first;
        let mut left = if verb.again { self.driver.retry.most } else { 0 };
        loop {
            let answered = self.once(name, verb, &call).await;
            match answered {
                Err(fault) if fault.class == FaultClass::Transient && left > 0 => {
                    left -= 1;
                    self.clock.sleep(wait).await;
                    wait = wait.saturating_mul(2);
                }
                answered => return answered,
            }
        }
    }

    /// Runs a verb with a machine, a file and a job that nobody has. Only where no call is really run.
    pub(crate) async fn asked(&self, name: &str) -> Result<(), Fault> {
        let nobody = |values: Values, it| values.with(it, "portolan-nobody");
        self.run(name, &all_values().fold(self.values.clone(), nobody)).await.map(drop)
    }

    /// Runs a verb and those that tell more, and reads their answers.
    pub(super) async fn records(&self, name: &str, values: &Values) -> Result<Vec<Record>, Fault> {
        let answer = self.run(name, values).await?;
        let verb = self.verb(name)?;
        let mut all = read(verb, &answer)?;
        for other in &verb.also {
            let answer = self.run(other, values).await?;
            all.extend(read(self.verb(other)?, &answer)?);
        }
        Ok(all)
    }

    pub(super) fn call(&self, verb: &Verb, values: &Values) -> Result<Call, Fault> {
        let argv = verb.argv.iter().map(|it| match it {
            Word::Plain(template) => values.argument(template),
            Word::Encoded(script) => values.encoded(script),
        });
        let argv = argv.collect::<Result<_, _>>()?;
        let env =
            self.driver.env.iter().map(|(name, template)| {
                Ok((name.clone(), values.variable(&self.driver, template)?))
            });
        Ok(Call { argv, env: env.collect::<Result<_, Fault>>()?, limit: verb.limit })
    }

    async fn once(&self, name: &str, verb: &Verb, call: &Call) -> Result<Answer, Fault> {
        let answer = self.transport.call(call).await.map_err(broken)?;
        if answer.cut {
            return Err(Fault::new(
                FaultClass::Vendor,
                format!("the answer to `{name}` is too long"),
            ));
        }
        match answer.exit {
            Some(code) if verb.exit.contains(&code) => Ok(answer),
            _ => Err(complaint(&self.driver, name, verb, &answer)),
        }
    }
}

/// The records of an answer; none when the verb has nothing to read.
pub(super) fn read(verb: &Verb, answer: &Answer) -> Result<Vec<Record>, Fault> {
    verb.reading.as_ref().map_or(Ok(Vec::new()), |it| reading::records(it, answer))
}

/// No answer at all.
fn broken(broken: Broken) -> Fault {
    let class = match &broken {
        Broken::TimedOut { .. } => FaultClass::Timeout,
        Broken::NoSecret(_) => FaultClass::Auth,
        // Nothing was run.
        Broken::NotStarted { .. } => FaultClass::Unsupported,
        Broken::Endless { .. }
        | Broken::Lost { .. }
        | Broken::NotInTranscript(_)
        | Broken::NotRecorded(_) => FaultClass::Vendor,
    };
    Fault::new(class, broken.to_string())
}

/// What an answer means that is no success: by the verb's own rules, then by those of the file.
fn complaint(driver: &Driver, name: &str, verb: &Verb, answer: &Answer) -> Fault {
    let said = format!("{}\n{}", answer.stderr, answer.stdout);
    let how =
        answer.exit.map_or("was ended by a signal".to_owned(), |it| format!("ended with {it}"));
    let first = said.lines().map(str::trim).find(|it| !it.is_empty());
    let words = first.map_or_else(|| format!("`{name}` {how}"), str::to_owned);
    let rule = verb.errors.iter().chain(&driver.errors).find(|it| it.pattern.is_match(&said));
    let Some(rule) = rule else {
        return Fault::new(FaultClass::Vendor, format!("`{name}` {how}: {words}")).with_raw(&said);
    };
    let code = code(rule, &said);
    Fault::new(rule.class, words).with_raw(&said).with_code(code.as_deref())
}

/// The vendor's code: the group `code` of the rule's pattern.
fn code(rule: &ErrorRule, said: &str) -> Option<String> {
    Some(rule.pattern.captures(said)?.name("code")?.as_str().to_owned())
}

/// Formats that a driver knows, when the one asked for is none of them.
pub(super) fn known_format<'a>(
    mut known: impl Iterator<Item = &'a String> + Clone,
    asked: &str,
) -> Result<(), Fault> {
    if known.clone().any(|it| it == asked) {
        return Ok(());
    }
    let near = domain::policy::meant(&near(asked, known.by_ref().map(String::as_str)));
    let words = format!("the driver does not know the format `{asked}`{near}");
    Err(Fault::new(FaultClass::Unsupported, words))
}
