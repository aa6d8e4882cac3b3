//! Group commit: those who append at the same time share one write and one sync.
//!
//! Whoever comes first leads: it takes everything that is queued, commits it, and hands the lead to
//! the first who came meanwhile. A single appender never waits for another thread.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::StoreError;

/// Decisions of one caller on their way, and what became of them.
#[derive(Debug)]
struct Ticket<D, A> {
    stage: Mutex<Stage<D, A>>,
    moved: Condvar,
}

#[derive(Debug)]
enum Stage<D, A> {
    Queued(Vec<D>),
    Leads(Vec<D>),
    Taken,
    Done(Vec<Result<A, StoreError>>),
}

/// The queue in front of a writer. `D` is a decision, `A` its answer.
#[derive(Debug)]
pub(super) struct Queue<D, A> {
    waiting: Mutex<Waiting<D, A>>,
    /// Most bytes of one commit, unless one caller brings more.
    most: usize,
}

#[derive(Debug)]
struct Waiting<D, A> {
    led: bool,
    tickets: VecDeque<Queued<D, A>>,
}

#[derive(Debug)]
struct Queued<D, A> {
    ticket: Arc<Ticket<D, A>>,
    count: usize,
    bytes: usize,
}

/// Those whose decisions a leader commits together with its own. Each gets its answers, or none
/// when the leader did not come back from its commit.
struct Followers<D, A>(Vec<Queued<D, A>>);

impl<D, A> Queue<D, A> {
    pub(super) fn new(most: usize) -> Self {
        Self { waiting: Mutex::new(Waiting { led: false, tickets: VecDeque::new() }), most }
    }

    /// Submits decisions of so many bytes and waits for their answers. `commit` is called by one
    /// caller at a time, with the decisions of all who wait; it answers each of them in order.
    pub(super) fn submit(
        &self,
        decisions: Vec<D>,
        bytes: usize,
        commit: impl FnOnce(Vec<D>) -> Vec<Result<A, StoreError>>,
    ) -> Vec<Result<A, StoreError>> {
        let count = decisions.len();
        let ticket =
            Arc::new(Ticket { stage: Mutex::new(Stage::Queued(decisions)), moved: Condvar::new() });
        let mut waiting = lock(&self.waiting);
        if mem::replace(&mut waiting.led, true) {
            waiting.tickets.push_back(Queued { ticket: Arc::clone(&ticket), count, bytes });
            drop(waiting);
            if let Some(answers) = ticket.wait() {
                return answers;
            }
        } else {
            drop(waiting);
        }
        let own = ticket.take();
        self.lead(own, self.gather(bytes), commit)
    }

    /// Takes what is queued, up to the limit.
    fn gather(&self, own: usize) -> Followers<D, A> {
        let mut waiting = lock(&self.waiting);
        let mut sum = own;
        let fits = |queued: &&Queued<D, A>| {
            sum += queued.bytes;
            sum <= self.most
        };
        let taken = waiting.tickets.iter().take_while(fits).count();
        Followers(waiting.tickets.drain(..taken).collect())
    }

    fn lead(
        &self,
        mut decisions: Vec<D>,
        mut followers: Followers<D, A>,
        commit: impl FnOnce(Vec<D>) -> Vec<Result<A, StoreError>>,
    ) -> Vec<Result<A, StoreError>> {
        let own = decisions.len();
        decisions.extend(followers.0.iter().flat_map(|queued| queued.ticket.take()));
        let handover = Handover(self);
        let mut answers = commit(decisions).into_iter();
        drop(handover);
        let mine = answers.by_ref().take(own).collect();
        for queued in followers.0.drain(..) {
            let theirs = answers.by_ref().take(queued.count).collect();
            queued.ticket.moves(Stage::Done(theirs));
        }
        mine
    }
}

impl<D, A> Drop for Followers<D, A> {
    fn drop(&mut self) {
        for queued in self.0.drain(..) {
            queued.ticket.moves(Stage::Done(Vec::new()));
        }
    }
}

/// Hands the lead on, also when the leader did not come back from its commit.
struct Handover<'a, D, A>(&'a Queue<D, A>);

impl<D, A> Drop for Handover<'_, D, A> {
    fn drop(&mut self) {
        let mut waiting = lock(&self.0.waiting);
        match waiting.tickets.pop_front() {
            Some(next) => {
                let own = next.ticket.take();
                next.ticket.moves(Stage::Leads(own));
            }
            None => waiting.led = false,
        }
    }
}

impl<D, A> Ticket<D, A> {
    /// Waits for the answers; `None` means: lead.
    fn wait(&self) -> Option<Vec<Result<A, StoreError>>> {
        let mut stage = lock(&self.stage);
        loop {
            match &mut *stage {
                Stage::Done(answers) => return Some(mem::take(answers)),
                Stage::Leads(_) => return None,
                Stage::Queued(_) | Stage::Taken => {}
            }
            stage = self.moved.wait(stage).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn take(&self) -> Vec<D> {
        let mut stage = lock(&self.stage);
        match mem::replace(&mut *stage, Stage::Taken) {
            Stage::Queued(decisions) | Stage::Leads(decisions) => decisions,
            Stage::Taken | Stage::Done(_) => Vec::new(),
        }
    }

    fn moves(&self, to: Stage<D, A>) {
        *lock(&self.stage) = to;
        self.moved.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
