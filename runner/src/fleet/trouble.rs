//! Whose trouble a driver's fault is (docs/decisions/0006): the lab's where its own machinery, rights or means failed.

use platforms::words::{Fault, FaultClass};

use crate::lab::seen::{Seen, Stop};

/// What a fault comes to for a step.
pub(crate) fn stop(what: &str, fault: &Fault) -> Stop {
    let reason = format!("{what}: {}", fault.words);
    let ours = || Stop::lab(format!("{what}: {fault}. To do: {}", advice(fault)));
    match fault.class {
        // Our driver cannot, rather than its platform.
        FaultClass::Unsupported if fault.raw.is_empty() => ours(),
        FaultClass::Transient
        | FaultClass::Auth
        | FaultClass::NotFound
        | FaultClass::Ambiguous
        | FaultClass::Conflict
        | FaultClass::Capacity
        | FaultClass::Timeout => ours(),
        FaultClass::Unsupported | FaultClass::GuestRefused | FaultClass::Vendor => {
            Stop::product(reason, Seen::default())
        }
    }
}

/// What somebody does about a fault of a look.
pub(super) fn advice(fault: &Fault) -> &'static str {
    match fault.class {
        FaultClass::Transient => {
            "see whether its service runs and is reached from here, then ask again"
        }
        FaultClass::Auth => "see whether the user and the secret that the testbed names are let in",
        FaultClass::NotFound => {
            "name a machine that the platform lists, with settings.\"vm.GUEST\""
        }
        FaultClass::Ambiguous => "name the machine by its id, with settings.\"vm.GUEST\"",
        FaultClass::Unsupported if fault.raw.is_empty() => {
            "install the program that the driver calls and put it into PATH, or give the driver's file that verb"
        }
        FaultClass::Unsupported => "use a platform or a version that can do this",
        FaultClass::Conflict => "wait until whoever works on the platform is done",
        FaultClass::Capacity => "make room at the platform",
        FaultClass::Timeout => {
            "see whether the platform is up and reached from here; the verb's `limit` in the driver's file says how long is waited, a minute at most"
        }
        FaultClass::GuestRefused => "look at the guest",
        FaultClass::Vendor => {
            "run the command by hand; if its answer is right, the driver's file reads it wrongly: portolan drivers test"
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
