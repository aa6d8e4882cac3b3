//! Waiting for object_store from a thread that may or may not belong to a tokio runtime.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};

/// Where a call to object_store is carried out.
#[derive(Debug)]
pub(super) enum Waiting {
    /// On a plain thread: local files need no runtime.
    Here,
    /// On a runtime of its own: a remote store needs timers and sockets.
    #[cfg(feature = "s3")]
    Apart(super::remote::Own),
}

impl Waiting {
    /// Carries it out and waits for its end. It fails when there is no thread to be had.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        call: impl Future<Output = T> + Send + 'static,
    ) -> io::Result<T> {
        match self {
            Waiting::Here => wait_here(call),
            #[cfg(feature = "s3")]
            Waiting::Apart(own) => own.wait(call),
        }
    }
}

/// Within a runtime object_store hands its work to that runtime's blocking threads. A caller who is
/// one of them could wait for itself when there are few, so the call gets a thread outside.
fn wait_here<T: Send>(call: impl Future<Output = T> + Send) -> io::Result<T> {
    if tokio::runtime::Handle::try_current().is_err() {
        return Ok(drive(call));
    }
    thread::scope(|scope| {
        let outside = thread::Builder::new().name("evidence".to_owned());
        let joined = outside.spawn_scoped(scope, || drive(call))?.join();
        Ok(joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Polls until it is done; between polls the thread sleeps.
fn drive<F: Future>(call: F) -> F::Output {
    struct Sleeper(Thread);

    impl Wake for Sleeper {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Arc::new(Sleeper(thread::current())).into();
    let mut call = pin!(call);
    loop {
        match call.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// What the system said, where it said something; otherwise what object_store says.
pub(super) fn io_error(error: object_store::Error) -> io::Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(now) = cause {
        if let Some(code) = now.downcast_ref::<io::Error>().and_then(io::Error::raw_os_error) {
            return io::Error::from_raw_os_error(code);
        }
        cause = now.source();
    }
    io::Error::other(error)
}
