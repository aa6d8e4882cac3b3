//! Counts panics of the product in any thread, also those that somebody caught.

use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::{Mutex, Once};

/// Where the product panicked.
static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Does something and returns its answer, and the places where the product panicked meanwhile, on
/// whatever thread. sled panics on damaged files; that is no panic of the product as long as the
/// product catches it, since its index can be made again.
pub(crate) fn watched<T>(act: impl FnOnce() -> T) -> (Option<T>, Vec<String>) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| note(panic, &default)));
    });
    SEEN.lock().unwrap().clear();
    let answer = catch_unwind(AssertUnwindSafe(act)).ok();
    let mut seen = std::mem::take(&mut *SEEN.lock().unwrap());
    if answer.is_none() && seen.is_empty() {
        seen.push("a panic of another crate was not caught".to_owned());
    }
    (answer, seen)
}

fn note(panic: &PanicHookInfo<'_>, default: &dyn Fn(&PanicHookInfo<'_>)) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    if place.contains("tests/crash") {
        default(panic);
    } else if !place.contains("/sled-") {
        SEEN.lock().unwrap().push(format!("{place}: {panic}"));
    }
}
