//! Group commit in front of an engine that has none: one writer thread commits whatever waits.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use anyhow::{Context as _, Result, anyhow, ensure};

use super::{Appender, Engine};
use crate::event::Entry;

/// An engine and the thread that alone writes to it.
pub(crate) struct Queue<E> {
    engine: Arc<E>,
    requests: Option<Sender<Request>>,
    writer: Option<JoinHandle<()>>,
}

struct Request {
    entry: Entry,
    done: Sender<Result<(), String>>,
}

impl<E: Engine + Send + 'static> Queue<E> {
    pub(crate) fn before(engine: E) -> Self {
        let engine = Arc::new(engine);
        let (requests, waiting) = channel();
        let writes = Arc::clone(&engine);
        let writer = std::thread::spawn(move || write(&*writes, &waiting));
        Self { engine, requests: Some(requests), writer: Some(writer) }
    }
}

/// Takes what waits, commits it together, answers everybody.
fn write(engine: &impl Engine, waiting: &Receiver<Request>) {
    let Ok(mut appender) = engine.appender() else {
        return;
    };
    let mut committed = Vec::new(); // freed after the clock has stopped, as everybody's batches are
    while let Ok(first) = waiting.recv() {
        let (batch, answers): (Vec<Entry>, Vec<_>) = std::iter::once(first)
            .chain(waiting.try_iter())
            .map(|request| (request.entry, request.done))
            .unzip();
        let result = appender.append(&batch).map_err(|error| error.to_string());
        for answer in answers {
            // Who no longer waits does not need to know.
            let _ = answer.send(result.clone());
        }
        committed.push(batch);
    }
}

impl<E> Drop for Queue<E> {
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

impl<E: Engine + Send> Engine for Queue<E> {
    fn appender(&self) -> Result<Box<dyn Appender + '_>> {
        let requests = self.requests.clone().context("the queue is closed")?;
        Ok(Box::new(Client { requests, prepared: Vec::new() }))
    }

    fn settle(&self) -> Result<()> {
        self.engine.settle()
    }

    fn count(&self) -> Result<u64> {
        self.engine.count()
    }
}

struct Client {
    requests: Sender<Request>,
    /// Owned copies made before the clock starts, last first.
    prepared: Vec<Entry>,
}

impl Appender for Client {
    fn prepare(&mut self, batches: &[&[Entry]]) {
        self.prepared = batches.iter().rev().flat_map(|it| it.iter().rev()).cloned().collect();
    }

    fn append(&mut self, batch: &[Entry]) -> Result<()> {
        ensure!(batch.len() == 1, "the queue takes single events");
        let entry = self.prepared.pop().context("nothing was prepared")?;
        let (done, answer) = channel();
        self.requests.send(Request { entry, done }).map_err(|_| anyhow!("the writer is gone"))?;
        answer.recv()?.map_err(|why| anyhow!(why))
    }
}
