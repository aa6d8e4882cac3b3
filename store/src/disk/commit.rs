//! Group commit: those who append at the same time share one write and one sync.
//!
//! Whoever comes first leads: it takes everything that is queued, commits it, and hands the lead to
//! the first who came meanwhile. A single appender never waits for another thread.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

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
    /// Most bytes of one commit, unless one caller brings more.
    most: usize,
}

#[derive(Debug)]
struct Waiting<W, A> {
    led: bool,
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
        Self { waiting: Mutex::new(Waiting { led: false, tickets: VecDeque::new() }), most }
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

    /// Takes what is queued, up to the limit.
    fn gather(&self, own: usize) -> Followers<W, A> {
        let mut waiting = lock(&self.waiting);
        let mut sum = own;
        let fits = |queued: &&Queued<W, A>| {
            sum += queued.bytes;
            sum <= self.most
        };
        let taken = waiting.tickets.iter().take_while(fits).count();
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
