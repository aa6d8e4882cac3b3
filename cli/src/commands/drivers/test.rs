//! `portolan drivers test`: the conformance suite, live, recorded or replayed.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use platforms::clock::Clock;
use platforms::command::{CommandPlatform, Driver, Exercised};
use platforms::conformance::{Clause, CommandSubject, Held, Suite, hold};
use platforms::transport::{
    MOST_TRANSCRIPT, Origin, Processes, Recording, Replay, Secrets, Transcript, Transport,
};
use reports::text::printable;
use serde::Serialize;

use super::super::embedded::told_to_stop;
use super::super::listing::Listing;
use super::super::{print, print_json};
use super::place::{self, Given, Waiting};
use crate::args::{Args, DriverTest};
use crate::exit::Exit;
use crate::output::Output;

#[derive(Serialize)]
struct Tested<'a> {
    schema: &'static str,
    driver: &'a str,
    exercised: Exercised,
    /// `live`, `recorded`, or `written-from-documentation`.
    answers: &'static str,
    conforms: bool,
    clauses: &'a [Clause],
}

/// How the calls of this run are answered.
struct Way {
    transport: Arc<dyn Transport>,
    recording: Option<Arc<Recording>>,
    secrets: Secrets,
    answers: &'static str,
}

pub(super) fn execute(args: &Args, command: &DriverTest) -> Result<(), Exit> {
    let driver = Arc::new(place::driver(&command.driver)?);
    let (plain, references) = place::values(&driver, &command.vars);
    let way = way(command, &driver, &references)?;
    let output = command.record.as_deref().map(Output::create).transpose()?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Exit::Lab(error.into()))?;
    let suite = runtime.block_on(async {
        tokio::select! {
            suite = tried(&driver, &plain, &way, command.vm.as_deref()) => suite,
            () = told_to_stop() => Err(Exit::Stopped("before the suite was over; look after the machine")),
        }
    })?;
    if let (Some(output), Some(recording)) = (output, &way.recording) {
        write(output, recording, &driver, &way.secrets)?;
    }
    if args.json {
        print_json(&Tested {
            schema: "portolan.driver-test/1",
            driver: &driver.id,
            exercised: driver.exercised,
            answers: way.answers,
            conforms: suite.conforms(),
            clauses: &suite.clauses,
        })?;
    } else {
        print(&printable(&words(&driver, &suite, way.answers)))?;
    }
    match suite.broken() {
        0 => Ok(()),
        broken => {
            Err(Exit::wrong(format!("{broken} of {} clauses are broken", suite.clauses.len())))
        }
    }
}

fn way(command: &DriverTest, driver: &Driver, references: &Given) -> Result<Way, Exit> {
    if let Some(path) = &command.replay {
        let text = place::read(path, MOST_TRANSCRIPT).map_err(Exit::Usage)?;
        let transcript = Transcript::read(&text).map_err(|fault| {
            Exit::Usage(anyhow::Error::new(fault).context(path.display().to_string()))
        })?;
        if transcript.driver != driver.id {
            return Err(Exit::usage(format!(
                "{} is a transcript of the driver `{}`, not of `{}`",
                path.display(),
                transcript.driver,
                driver.id
            )));
        }
        let answers = match transcript.origin {
            Origin::Recorded => "recorded",
            Origin::WrittenFromDocumentation => "written-from-documentation",
        };
        let transport = Arc::new(Replay::of(transcript));
        return Ok(Way { transport, recording: None, secrets: Secrets::default(), answers });
    }
    let secrets = place::secrets(references)?;
    let processes = Arc::new(Processes::new(secrets.clone()));
    if command.record.is_none() {
        return Ok(Way { transport: processes, recording: None, secrets, answers: "live" });
    }
    let recording = Arc::new(Recording::of(processes));
    let transport = Arc::<Recording>::clone(&recording);
    Ok(Way { transport, recording: Some(recording), secrets, answers: "live" })
}

async fn tried(
    driver: &Arc<Driver>,
    plain: &Given,
    way: &Way,
    vm: Option<&str>,
) -> Result<Suite, Exit> {
    let live = way.answers == "live";
    let clock: Arc<dyn Clock> = Arc::new(if live {
        Waiting::Really(tokio::time::Instant::now())
    } else {
        Waiting::Leaping(Mutex::new(Duration::ZERO))
    });
    let transport = Arc::clone(&way.transport);
    let platform =
        CommandPlatform::new(Arc::clone(driver), plain, Arc::clone(&transport), Arc::clone(&clock));
    let platform = platform.map_err(|problem| Exit::Usage(problem.into()))?;
    let secrets = way.secrets.clone();
    let subject = CommandSubject::new(&platform, Arc::clone(driver), (transport, live), secrets);
    Ok(hold(&subject, vm, clock.as_ref()).await)
}

fn write(
    mut output: Output,
    recording: &Recording,
    driver: &Driver,
    secrets: &Secrets,
) -> Result<(), Exit> {
    let transcript = recording.transcript(&driver.id, "recorded by portolan drivers test");
    // Once more over the whole: a driver file may hold a secret by mistake, and its arguments are written down.
    let text = secrets.masked(transcript.text().map_err(|fault| Exit::Lab(fault.into()))?);
    output.write_all(text.as_bytes()).map_err(|error| Exit::Lab(error.into()))?;
    output.finish()
}

fn words(driver: &Driver, suite: &Suite, answers: &str) -> String {
    let mut listing = Listing::new(26);
    for clause in &suite.clauses {
        let mark = match &clause.held {
            Held::Holds => "✓",
            Held::Broken(_) => "✗",
            Held::NotApplicable(_) => "–",
        };
        let why = match &clause.held {
            Held::Holds => String::new(),
            Held::Broken(why) | Held::NotApplicable(why) => {
                format!("\n    {}", why.replace('\n', " "))
            }
        };
        listing.row(&format!("{mark} {}", clause.id), format!("{}{why}", clause.words));
    }
    let all = suite.clauses.len();
    let (holding, broken) = (suite.holding(), suite.broken());
    format!(
        "{} ({}), answers {answers}\n{}{holding} hold, {broken} are broken, {} say nothing here\n",
        driver.id,
        driver.product,
        listing.text(),
        all - holding - broken
    )
}
