//! The same work for many things, on every processor at once.

use std::thread;

use crate::exit::Exit;

/// What comes of each, in their order; the first error, if there is one.
pub(super) fn each<T: Sync, R: Send>(
    all: &[T],
    work: impl Fn(&T) -> Result<R, Exit> + Sync,
) -> Result<Vec<R>, Exit> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = all.len().div_ceil(threads).max(1);
    let work = &work;
    let shares: Vec<Result<Vec<R>, Exit>> = thread::scope(|scope| {
        let started: Vec<_> = all
            .chunks(share)
            .map(|it| scope.spawn(move || it.iter().map(work).collect()))
            .collect();
        let ended = started.into_iter().map(thread::ScopedJoinHandle::join);
        ended
            .map(|it| it.unwrap_or_else(|_| Err(Exit::lab("a letter could not be written"))))
            .collect()
    });
    Ok(shares.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}
