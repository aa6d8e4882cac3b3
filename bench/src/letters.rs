//! A thousand letters: written by the program and given to a mail server in one run, against lettre
//! alone, which gives messages of the same sizes to the same server over as many connections.

mod alone;
mod made;
mod sink;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::clock::timed;
use crate::stats::Spread;
use crate::table::{Goal, Table};
use made::{CAMPAIGN, VENDORS};
use sink::Sink;
pub(crate) use sink::serve;

/// Writes and sends, and where.
pub(crate) struct Letters<'a> {
    /// A folder on the disk that is measured.
    pub(crate) folder: &'a Path,
    /// The program that writes and sends.
    pub(crate) program: &'a Path,
    /// How many rounds.
    pub(crate) rounds: usize,
    /// Whether there is a tenth of everything.
    pub(crate) quick: bool,
}

/// Seconds of one round.
struct Round {
    preview: f64,
    ours: f64,
    alone: f64,
    as_it_connects: f64,
}

impl Letters<'_> {
    /// Measures everything.
    pub(crate) fn measure(&self, table: &mut Table) -> Result<()> {
        let (contacts, trials) = if self.quick { (100, 600) } else { (1000, 6000) };
        let first = self.folder.join("letters");
        eprintln!("recording a campaign of {trials} trials");
        let steps = made::record(&first, trials)?;
        let sink = Sink::start()?;
        std::fs::write(first.join("letters.toml"), settings(contacts, &sink)?)?;
        table.section(&format!("{contacts} letters to {VENDORS} vendors about {steps} steps"));
        let sizes = self.sizes(&first)?;
        ensure!(sizes.len() == contacts, "{} letters of {contacts} were written", sizes.len());
        let mean = sizes.iter().sum::<u64>() as f64 / sizes.len() as f64;
        table.one("mean size of a message", mean / 1000.0, "kB");
        let messages = alone::messages(&sizes);
        let mut rounds = Vec::new();
        for number in 0..self.rounds {
            eprintln!("round {} of {}", number + 1, self.rounds);
            rounds.push(self.round(&first, number, (&sink, &messages))?);
        }
        report(&rounds, table);
        Ok(std::fs::remove_dir_all(&first)?)
    }

    /// How large each message is, as files have them.
    fn sizes(&self, first: &Path) -> Result<Vec<u64>> {
        let (store, folder) = (self.copy(first, "sizes")?, self.folder.join("sizes-out"));
        self.call(&store, &["preview", CAMPAIGN, "--out", path(&self.folder.join("sizes-read"))?])?;
        self.call(&store, &["send", CAMPAIGN, "--folder", path(&folder)?])?;
        let mut sizes = Vec::new();
        for entry in std::fs::read_dir(&folder)? {
            sizes.push(entry?.metadata()?.len());
        }
        for gone in [store, folder, self.folder.join("sizes-read")] {
            std::fs::remove_dir_all(gone)?;
        }
        Ok(sizes)
    }

    /// The program and lettre in turn, in another order each round, each over a store of its own.
    fn round(
        &self,
        first: &Path,
        number: usize,
        (sink, messages): (&Sink, &[Vec<u8>]),
    ) -> Result<Round> {
        let store = self.copy(first, "round")?;
        let read = self.folder.join("round-read");
        let looked = ["preview", CAMPAIGN, "--out", path(&read)?];
        let preview = self.call(&store, &looked)?;
        crate::machine::quiet(self.folder)?;
        let ours = || self.call(&store, &["send", CAMPAIGN]);
        let alone = || alone::without_delay(sink.address, messages);
        let (ours, alone) = if number.is_multiple_of(2) {
            (ours()?, alone()?)
        } else {
            let alone = alone()?;
            (ours()?, alone)
        };
        // It waits most of its time: a tenth of the letters say as much.
        let some = &messages[..messages.len() / 10];
        let as_it_connects = alone::as_it_connects(sink.address, some)? * 10.0;
        std::fs::remove_dir_all(store)?;
        std::fs::remove_dir_all(read)?;
        Ok(Round { preview, ours, alone, as_it_connects })
    }

    fn copy(&self, first: &Path, name: &str) -> Result<PathBuf> {
        let store = self.folder.join(name);
        let done = Command::new("cp").arg("-a").arg(first).arg(&store).status()?;
        ensure!(done.success(), "the store could not be copied to {}", store.display());
        Ok(store)
    }

    /// Seconds that a call takes, from its start to its end.
    fn call(&self, store: &Path, words: &[&str]) -> Result<f64> {
        let mut call = Command::new(self.program);
        call.arg("--store").arg(store).arg("letters").args(words).args(["--by", "bench"]);
        call.env_remove("PORTOLAN_LETTERS").env_remove("PORTOLAN_PUBLIC_URL").stdin(Stdio::null());
        let (output, seconds) = timed(|| call.output());
        let output = output.with_context(|| format!("cannot start {}", self.program.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`letters {}`: {said}", words.join(" "));
        Ok(seconds)
    }
}

fn path(path: &Path) -> Result<&str> {
    path.to_str().context("the folder's name is no UTF-8")
}

/// So many contacts of the vendors in turn, behind the sink.
fn settings(contacts: usize, sink: &Sink) -> Result<String> {
    let mut text = format!(
        "[post]\nfrom = \"Harbour <post@portolan.test>\"\ntransport = \"smtp\"\n[post.smtp]\n\
         host = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n",
        sink.address.port()
    );
    for it in 0..contacts {
        write!(
            text,
            "[[contact]]\nid = \"contact-{it:04}\"\nvendor = \"vendor-{:04}\"\naddress = \
             \"contact-{it:04}@vendor.test\"\nresults = \"mail\"\n",
            it % VENDORS
        )?;
    }
    Ok(text)
}

fn report(rounds: &[Round], table: &mut Table) {
    let of = |what: fn(&Round) -> f64| Spread::of(rounds.iter().map(what));
    table.add("read the log, write, note who has looked", of(|it| it.preview), "s");
    table.add("write again, send, record what became of it", of(|it| it.ours), "s");
    table.add("lettre alone, without delay", of(|it| it.alone), "s");
    table.add("lettre alone, as it connects itself", of(|it| it.as_it_connects), "s");
    let line =
        table.add("send / lettre as it connects itself", of(|it| it.ours / it.as_it_connects), "x");
    line.goal(Goal::AtMost(1.3)).note("the sink answers at once and keeps nothing");
    let line = table.add("send / lettre without delay", of(|it| it.ours / it.alone), "x");
    line.goal(Goal::AtMost(1.3)).note("lettre does not turn the delay off by itself");
}
