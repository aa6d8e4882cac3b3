//! Group commit: those who append at the same time share one write and one sync.
//!
//! Whoever comes first leads: it takes everything that is queued, commits it, and hands the lead to
//! the first who came meanwhile. Those who were just answered mostly come back at once, so a new
//! leader waits for them for a moment, far less than a sync takes: otherwise a crowd would fall into
//! two halves that wait for each other. A single appender never waits for anybody.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a leader waits for those who were just answered.
const PATIENCE: Duration = Duration::from_micros(200);

/// One caller's work on its way, and what became of it.
#[derive(Debug)]
struct Ticket<W, A> {
    stage: Mutex<Stage<W, A>>,
    moved: Condvar,
}

#[derive(Debug)]
enum Stage<W, A> {
    Queued(W),
    Leads(W),
    Taken,
    /// Nothing when the leader did not come back from its commit.
    Done(Option<A>),
}

/// The queue in front of a writer. `W` is work, `A` its answer.
#[derive(Debug)]
pub(super) struct Queue<W, A> {
    waiting: Mutex<Waiting<W, A>>,
    /// Told when as many have come as a leader waits for.
    crowded: Condvar,
    /// Most bytes of one commit, unless one caller brings more.
    most: usize,
}

#[derive(Debug)]
struct Waiting<W, A> {
    led: bool,
    /// How many were served by the last commit, and came during it: who may be here again soon.
    crowd: usize,
    tickets: VecDeque<Queued<W, A>>,
}

#[derive(Debug)]
struct Queued<W, A> {
    ticket: Arc<Ticket<W, A>>,
    bytes: usize,
}

/// Those whose work a leader commits together with its own.
struct Followers<W, A>(Vec<Arc<Ticket<W, A>>>);

impl<W, A> Queue<W, A> {
    pub(super) fn new(most: usize) -> Self {
        let waiting = Waiting { led: false, crowd: 0, tickets: VecDeque::new() };
        Self { waiting: Mutex::new(waiting), crowded: Condvar::new(), most }
    }

    /// Submits work of so many bytes and waits for its answer. `commit` is called by one caller at
    /// a time, with the work of all who wait; it answers each in order.
    pub(super) fn submit(
        &self,
        work: W,
        bytes: usize,
        commit: impl FnOnce(Vec<W>) -> Vec<A>,
    ) -> Option<A> {
        let mut waiting = lock(&self.waiting);
        let work = if mem::replace(&mut waiting.led, true) {
            let stage = Mutex::new(Stage::Queued(work));
            let ticket = Arc::new(Ticket { stage, moved: Condvar::new() });
            waiting.tickets.push_back(Queued { ticket: Arc::clone(&ticket), bytes });
            if waiting.is_crowded() {
                self.crowded.notify_one();
            }
            drop(waiting);
            match ticket.wait() {
                Ok(answer) => return answer,
                Err(work) => work,
            }
        } else {
            drop(waiting);
            work
        };
        self.lead(work, self.gather(bytes), commit)
    }

    /// Takes what is queued, up to the limit, once those who are expected have come.
    fn gather(&self, own: usize) -> Followers<W, A> {
        let waiting = lock(&self.waiting);
        let alone = |waiting: &mut Waiting<W, A>| !waiting.is_crowded();
        let waited = self.crowded.wait_timeout_while(waiting, PATIENCE, alone);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let mut sum = own;
        let fits = |queued: &&Queued<W, A>| {
            sum += queued.bytes;
            sum <= self.most
        };
        let taken = waiting.tickets.iter().take_while(fits).count();
        waiting.crowd = 1 + taken;
        Followers(waiting.tickets.drain(..taken).map(|queued| queued.ticket).collect())
    }

    fn lead(
        &self,
        own: W,
        mut followers: Followers<W, A>,
        commit: impl FnOnce(Vec<W>) -> Vec<A>,
    ) -> Option<A> {
        let mut work = vec![own];
        work.extend(followers.0.iter().filter_map(|ticket| ticket.take()));
        let handover = Handover(self);
        let mut answers = commit(work).into_iter();
        drop(handover);
        let mine = answers.next();
        for ticket in followers.0.drain(..) {
            ticket.moves(Stage::Done(answers.next()));
        }
        mine
    }
}

impl<W, A> Waiting<W, A> {
    /// Whether everybody who is expected has come; the leader is one of them.
    fn is_crowded(&self) -> bool {
        self.tickets.len() + 1 >= self.crowd
    }
}

impl<W, A> Drop for Followers<W, A> {
    fn drop(&mut self) {
        for ticket in self.0.drain(..) {
            ticket.moves(Stage::Done(None));
        }
    }
}

/// Hands the lead on, also when the leader did not come back from its commit.
struct Handover<'a, W, A>(&'a Queue<W, A>);

impl<W, A> Drop for Handover<'_, W, A> {
    fn drop(&mut self) {
        let mut waiting = lock(&self.0.waiting);
        waiting.crowd += waiting.tickets.len();
        while let Some(next) = waiting.tickets.pop_front() {
            if let Some(work) = next.ticket.take() {
                next.ticket.moves(Stage::Leads(work));
                return;
            }
        }
        waiting.led = false;
    }
}

impl<W, A> Ticket<W, A> {
    /// Waits for the answer; the work comes back when its owner is to lead.
    fn wait(&self) -> Result<Option<A>, W> {
        let mut stage = lock(&self.stage);
        loop {
            match mem::replace(&mut *stage, Stage::Taken) {
                Stage::Done(answer) => return Ok(answer),
                Stage::Leads(work) => return Err(work),
                unmoved @ (Stage::Queued(_) | Stage::Taken) => *stage = unmoved,
            }
            stage = self.moved.wait(stage).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn take(&self) -> Option<W> {
        let mut stage = lock(&self.stage);
        match mem::replace(&mut *stage, Stage::Taken) {
            Stage::Queued(work) | Stage::Leads(work) => Some(work),
            Stage::Taken | Stage::Done(_) => None,
        }
    }

    fn moves(&self, to: Stage<W, A>) {
        *lock(&self.stage) = to;
        self.moved.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
