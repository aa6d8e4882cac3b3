//! Questions that change nothing: each is asked once, and none for longer than a look may take.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Answer, Broken, Call, Pending, Transport};
use crate::clock::Clock;

/// Longest wait for one answer, whatever the driver's file allows.
pub const MOST_EACH: Duration = Duration::from_secs(60);
/// Longest wait for all answers of one platform together.
pub const MOST_ALL: Duration = Duration::from_secs(600);
/// Most answers that are remembered.
const MOST_KEPT: usize = 512;
/// Longest answer that is remembered, in bytes.
const LONGEST_KEPT: usize = 256 * 1024;

/// Runs calls that only read, through another transport. The same call is run once; what failed in a way that another
/// try may mend is asked again.
pub struct Sparing {
    inner: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    waited: Duration,
    kept: Vec<(Call, Result<Answer, Broken>)>,
}

impl Sparing {
    /// Runs calls through this transport; time goes by this clock.
    #[must_use]
    pub fn new(inner: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self { inner, clock, told: Mutex::default() }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self, call: &Call) -> Result<Answer, Broken> {
        let known = self.told().kept.iter().find(|(it, _)| it == call).map(|(_, it)| it.clone());
        if let Some(answer) = known {
            return answer;
        }
        let left = MOST_ALL.saturating_sub(self.told().waited);
        if left.is_zero() {
            return Err(Broken::TimedOut { program: call.program(), limit: MOST_ALL });
        }
        let begun = self.clock.now();
        let bounded = Call { limit: call.limit.min(MOST_EACH).min(left), ..call.clone() };
        let answer = self.inner.call(&bounded).await;
        let mut told = self.told();
        told.waited += self.clock.now().saturating_sub(begun);
        if is_final(&answer) && told.kept.len() < MOST_KEPT {
            told.kept.push((call.clone(), answer.clone()));
        }
        answer
    }
}

impl Transport for Sparing {
    fn call<'a>(&'a self, call: &'a Call) -> Pending<'a, Result<Answer, Broken>> {
        Box::pin(self.ask(call))
    }
}

/// Whether asking again would tell nothing else.
fn is_final(answer: &Result<Answer, Broken>) -> bool {
    match answer {
        Ok(it) => it.exit == Some(0) && it.stdout.len() + it.stderr.len() <= LONGEST_KEPT,
        Err(Broken::TimedOut { .. } | Broken::NotStarted { .. } | Broken::NoSecret(_)) => true,
        Err(
            Broken::Endless { .. }
            | Broken::Lost { .. }
            | Broken::NotInTranscript(_)
            | Broken::NotRecorded(_),
        ) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::transport::Arg;

    /// A clock that stands where it was put.
    #[derive(Default)]
    struct Standing(Mutex<Duration>);

    impl Clock for Standing {
        fn now(&self) -> Duration {
            *self.0.lock().unwrap()
        }
        fn sleep(&self, how_long: Duration) -> Pending<'_, ()> {
            *self.0.lock().unwrap() += how_long;
            Box::pin(std::future::ready(()))
        }
    }

    /// Takes as long as it may, and counts.
    struct Slow {
        clock: Arc<Standing>,
        exit: i32,
        limits: Mutex<Vec<Duration>>,
    }

    impl Transport for Slow {
        fn call<'a>(&'a self, call: &'a Call) -> Pending<'a, Result<Answer, Broken>> {
            Box::pin(async move {
                self.limits.lock().unwrap().push(call.limit);
                self.clock.sleep(call.limit).await;
                let (stdout, stderr) = (String::new(), String::new());
                Ok(Answer { exit: Some(self.exit), stdout, stderr, cut: false })
            })
        }
    }

    fn call(word: &str) -> Call {
        let limit = Duration::from_secs(6 * 3600);
        Call { argv: vec![Arg::plain("list"), Arg::plain(word)], env: BTreeMap::new(), limit }
    }

    fn slow(exit: i32) -> (Arc<Slow>, Sparing) {
        let clock = Arc::new(Standing::default());
        let slow = Arc::new(Slow { clock: Arc::clone(&clock), exit, limits: Mutex::default() });
        let inner: Arc<dyn Transport> = slow.clone();
        (slow, Sparing::new(inner, clock))
    }

    #[tokio::test]
    async fn a_question_is_asked_once_unless_it_failed() {
        for (exit, times) in [(0, 1), (1, 3)] {
            let (slow, sparing) = slow(exit);
            for _ in 0..3 {
                sparing.call(&call("a")).await.unwrap();
            }
            assert_eq!(slow.limits.lock().unwrap().len(), times, "exit {exit}");
        }
    }

    #[tokio::test]
    async fn no_answer_takes_longer_than_a_look_may_and_all_together_no_longer_than_a_platform_may()
    {
        let (slow, sparing) = slow(0);
        for number in 0..9 {
            sparing.call(&call(&number.to_string())).await.unwrap();
        }
        slow.clock.sleep(Duration::from_secs(3600)).await;
        sparing.call(&call("between calls nobody waits")).await.unwrap();
        let end = sparing.call(&call("one more")).await.unwrap_err();
        assert_eq!(end, Broken::TimedOut { program: "list".to_owned(), limit: MOST_ALL });
        assert_eq!(*slow.limits.lock().unwrap(), [MOST_EACH; 10]);
    }
}
