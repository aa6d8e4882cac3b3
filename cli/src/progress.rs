//! Progress for a person: a bar on a terminal, plain lines of a run elsewhere, nothing when asked.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use runner::Notice;

/// Tells a person something on standard error. That nobody listens any more is no reason to stop.
pub(crate) fn tell(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "{}", plain(line));
}

/// Text that cannot steer a terminal, wherever it is from: control characters are spelled out.
pub(crate) fn plain(text: &str) -> String {
    let spelled = |letter: char| match letter {
        '\n' | '\t' => letter.to_string(),
        _ if letter.is_control() => letter.escape_unicode().to_string(),
        _ => letter.to_string(),
    };
    text.chars().map(spelled).collect()
}

/// Shows how a run goes on.
#[derive(Debug, Clone)]
pub(crate) enum Progress {
    Bar(ProgressBar),
    Lines { total: u64, over: Arc<std::sync::atomic::AtomicU64> },
    Quiet,
}

impl Progress {
    /// Progress over this many trials.
    pub(crate) fn new(trials: usize, quiet: bool) -> Self {
        let total = trials as u64;
        if quiet {
            return Self::Quiet;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines { total, over: Arc::default() };
        }
        let bar = ProgressBar::new(total);
        let form = "{elapsed_precise} {bar:30} {pos}/{len} trials, {msg}";
        if let Ok(style) = ProgressStyle::with_template(form) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(250));
        Self::Bar(bar)
    }

    /// Something happened.
    pub(crate) fn tell(&self, notice: &Notice) {
        match (self, notice) {
            (Self::Quiet, _) | (Self::Lines { .. }, Notice::Step { .. }) => {}
            (Self::Bar(bar), Notice::Step { trial, step, completed }) => {
                let sign = if *completed { "" } else { ", not completed" };
                bar.set_message(format!("{trial}: {}{sign}", step.title()));
            }
            (Self::Bar(bar), Notice::Trial { trial, lab_error }) => {
                bar.inc(1);
                if let Some(reason) = lab_error {
                    bar.println(format!("lab error: {trial}: {reason}"));
                }
            }
            (Self::Lines { total, over }, Notice::Trial { trial, lab_error }) => {
                let number = 1 + over.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                match lab_error {
                    None => tell(&format!("[{number}/{total}] {trial}")),
                    Some(reason) => {
                        tell(&format!("[{number}/{total}] {trial}: lab error: {reason}"))
                    }
                }
            }
        }
    }

    /// A line that stands by itself.
    pub(crate) fn say(&self, line: &str) {
        match self {
            Self::Bar(bar) => bar.println(line),
            Self::Lines { .. } => tell(line),
            Self::Quiet => {}
        }
    }

    /// Nothing more will happen.
    pub(crate) fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// Shows how far long work is, on a terminal only.
#[derive(Debug)]
pub(crate) struct Meter(Option<ProgressBar>);

impl Meter {
    /// Work of this name over so many events, where that is known.
    pub(crate) fn new(quiet: bool, name: &'static str, events: Option<u64>) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new(events.unwrap_or_default());
        let form = match events {
            Some(_) => "{prefix} {bar:30} {pos}/{len} events, {eta} left",
            None => "{prefix} {spinner} {pos} events",
        };
        if let Ok(style) = ProgressStyle::with_template(form) {
            bar.set_style(style);
        }
        bar.set_prefix(name);
        Self(Some(bar))
    }

    /// So many are done.
    pub(crate) fn at(&self, done: u64) {
        // Many at once: nobody can see each.
        if let (Self(Some(bar)), true) = (self, done.is_multiple_of(256)) {
            bar.set_position(done);
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Self(Some(bar)) = self {
            bar.finish_and_clear();
        }
    }
}
