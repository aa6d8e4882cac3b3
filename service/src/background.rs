//! Threads that step back: what labs report and what is folded into the pages is work for seconds on end, and
//! a page that is ready is an answer of microseconds. Whoever asks for a page must not stand in line behind it.

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::problem::Problem;

/// How far the threads step back, as `nice` counts: the kernel gives a thread of 10 a tenth of what one of 0
/// gets, and only when both want the processor.
const NICENESS: i32 = 10;

/// Most pieces of work at once. Those behind wait; how many there may be is bounded by the memory of bodies and by
/// the number of connections.
const MOST: NonZeroUsize = NonZeroUsize::new(32).unwrap();

/// What the threads are called.
const NAME: &str = "background";

/// Threads for work that may wait. Clones share them; work that has begun is finished before the last is gone.
#[derive(Debug, Clone)]
pub struct Background {
    threads: Arc<Threads>,
}

#[derive(Debug)]
struct Threads {
    /// Always there, until it is dropped.
    runtime: Option<Runtime>,
}

impl Background {
    /// The threads; each is started when it is needed.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn open() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(MOST.get())
            .thread_name(NAME)
            .on_thread_start(step_back)
            .build()?;
        Ok(Self { threads: Arc::new(Threads { runtime: Some(runtime) }) })
    }

    /// Does this there. Once begun it is finished, also when nobody waits for it any more.
    ///
    /// # Errors
    /// What it said; when it panicked, that something went wrong here.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        act: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(act).await.unwrap_or_else(|error| Err(Problem::internal(&error)))
    }

    /// The same for what has other errors.
    ///
    /// # Errors
    /// When it panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        act: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        let runtime = self.threads.runtime.as_ref().ok_or(Stopped)?;
        runtime.spawn_blocking(act).await.map_err(|_| Stopped)
    }
}

/// Work that panicked.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("work in the background has ended before it was done")]
pub(crate) struct Stopped;

impl Drop for Threads {
    /// Waits for what has begun, on a thread that may wait: the last clone may be dropped by one that answers. One of
    /// these threads cannot wait for itself.
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        if std::thread::current().name() == Some(NAME) {
            runtime.shutdown_background();
        } else {
            let _ = std::thread::spawn(move || drop(runtime)).join();
        }
    }
}

/// On Linux this is the calling thread alone; elsewhere it would be the whole process, so nothing is done.
fn step_back() {
    if cfg!(target_os = "linux") {
        // Whoever may not step back works on as before.
        let _ = rustix::process::nice(NICENESS);
    }
}
