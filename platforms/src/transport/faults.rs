//! Trouble on purpose, around another transport.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::{Answer, Broken, Call, Pending, Transport};

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The call is run, but has a thousandth of a second for it.
    Hurried,
    /// The call is not run; its time is over.
    TimesOut,
    /// The call is run, and what it prints ends in the middle: the program was killed.
    HalfAnswer,
    /// The call is run, and more was printed than is kept.
    CutAnswer,
    /// The call is not run; this is what it says, with exit code 1.
    Says(String),
}

/// A transport whose first calls go wrong.
pub struct Faulty {
    inner: Arc<dyn Transport>,
    trouble: Trouble,
    /// How many calls still go wrong.
    left: AtomicU32,
    calls: AtomicU32,
}

impl Faulty {
    /// The first calls have this trouble, all others none.
    #[must_use]
    pub fn new(inner: Arc<dyn Transport>, trouble: Trouble, first: u32) -> Self {
        Self { inner, trouble, left: AtomicU32::new(first), calls: AtomicU32::new(0) }
    }

    /// How many calls were made.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }

    async fn wrong(&self, call: &Call) -> Result<Answer, Broken> {
        match &self.trouble {
            Trouble::Hurried => {
                let hurried = Call { limit: Duration::from_millis(1), ..call.clone() };
                self.inner.call(&hurried).await
            }
            Trouble::TimesOut => {
                Err(Broken::TimedOut { program: call.program(), limit: call.limit })
            }
            Trouble::HalfAnswer => {
                let mut answer = self.inner.call(call).await?;
                answer.stdout.truncate(answer.stdout.floor_char_boundary(answer.stdout.len() / 2));
                answer.exit = None;
                Ok(answer)
            }
            Trouble::CutAnswer => Ok(Answer { cut: true, ..self.inner.call(call).await? }),
            Trouble::Says(words) => Ok(Answer {
                exit: Some(1),
                stdout: String::new(),
                stderr: words.clone(),
                cut: false,
            }),
        }
    }
}

impl Transport for Faulty {
    fn call<'a>(&'a self, call: &'a Call) -> Pending<'a, Result<Answer, Broken>> {
        Box::pin(async move {
            self.calls.fetch_add(1, Ordering::SeqCst);
            let left =
                self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1));
            match left {
                Ok(_) => self.wrong(call).await,
                Err(_) => self.inner.call(call).await,
            }
        })
    }
}
