//! Whose trouble a driver's fault is (docs/decisions/0006): the lab's where its own machinery, rights or means failed.

use platforms::words::{Fault, FaultClass};

use crate::lab::seen::{Seen, Stop};

/// What a fault comes to for a step.
pub(super) fn stop(what: &str, fault: &Fault) -> Stop {
    let reason = format!("{what}: {}", fault.words);
    match fault.class {
        // Our driver cannot, rather than its platform.
        FaultClass::Unsupported if fault.raw.is_empty() => Stop::lab(reason),
        FaultClass::Transient
        | FaultClass::Auth
        | FaultClass::NotFound
        | FaultClass::Ambiguous
        | FaultClass::Conflict
        | FaultClass::Capacity
        | FaultClass::Timeout => Stop::lab(reason),
        FaultClass::Unsupported | FaultClass::GuestRefused | FaultClass::Vendor => {
            Stop::product(reason, Seen::default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::event::Outcome;
    use domain::step::Step;

    #[test]
    fn only_what_the_vendor_or_the_guest_says_counts_against_the_product() {
        for class in FaultClass::ALL {
            let stop = stop("it", &Fault::new(class, "words"));
            let report = crate::lab::seen::report(
                Step::Import,
                "act",
                crate::stopwatch::Stopwatch::start(),
                Err(stop),
            );
            let product = matches!(report.outcome, Outcome::NotCompleted { .. });
            let named = [FaultClass::Vendor, FaultClass::GuestRefused].contains(&class);
            assert_eq!(product, named, "{class}");
        }
    }
}
