//! Keeps a panic of the storage engine from becoming ours.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use crate::StoreError;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Calls the engine; a panic in it is an error, and prints nothing.
pub(super) fn guarded<T>(call: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    silence();
    let before = GUARDED.replace(true);
    // What a panic leaves behind is never used again: the index is made anew.
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    GUARDED.set(before);
    result.unwrap_or_else(|payload| {
        let said = payload.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or_default();
        Err(StoreError::Index(format!("its files are damaged or its disk fails: {said}")))
    })
}

/// Lets panics of guarded calls pass without a word; all others are told as before.
fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                tell(info);
            }
        }));
    });
}
