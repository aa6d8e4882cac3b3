//! Canonical declarations, for [`super::samples`].

use domain::event::{
    BaselineSet, CheckWaived, StepWithdrawn, TrialsTold, UpgradeDeclared, WaiverEnded, WaiverScope,
};
use domain::ids::Sha256Digest;
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::told::ToldTrial;

use super::samples::{campaign, chain, next_standing, pins, trial};

pub(super) fn baseline_set() -> BaselineSet {
    BaselineSet {
        name: "autumn".parse().unwrap(),
        campaign: campaign(),
        versions: pins(),
        revision: 2,
        follows: Some("spring".parse().unwrap()),
        reason: "first run on the new hosts".to_owned(),
        by: "Ada \"L\"".to_owned(),
    }
}

pub(super) fn upgrade_declared() -> UpgradeDeclared {
    UpgradeDeclared {
        subject: "platform:kvm-like".to_owned(),
        from: "QEMU 7.2.22, q35".to_owned(),
        to: "QEMU 10.1.0, q35".to_owned(),
        by: "Ada".to_owned(),
    }
}

pub(super) fn check_waived() -> CheckWaived {
    CheckWaived {
        waiver: "cpu-model".parse().unwrap(),
        rule: "G.cpu.model".to_owned(),
        scope: WaiverScope {
            guest: Some("lean".parse().unwrap()),
            source: Some("kvm-like".parse().unwrap()),
            target: Some("xen-like".parse().unwrap()),
            route: None,
        },
        reason: "hosts are replaced in spring".to_owned(),
        owner: "Ada".to_owned(),
        expires: "2027-03-31T00:00:00Z".parse().unwrap(),
    }
}

pub(super) fn waiver_ended() -> WaiverEnded {
    WaiverEnded {
        waiver: "cpu-model".parse().unwrap(),
        reason: "replaced already".to_owned(),
        by: "Ada".to_owned(),
    }
}

pub(super) fn step_withdrawn() -> StepWithdrawn {
    StepWithdrawn {
        campaign: campaign(),
        trial: trial(2),
        step: Step::Restart,
        position: u64::MAX,
        reason: "a switch was off".to_owned(),
        by: "Ada".to_owned(),
    }
}

/// A result of every standing.
pub(super) fn trials_told() -> TrialsTold {
    let standings = chain(Standing::Scored(Score::Failure), next_standing).into_iter();
    let told = |(standing, repetition): (Standing, u32)| ToldTrial {
        trial: trial(repetition),
        standing,
        step: Step::from_number(repetition as u8),
        reason: "as the file says".to_owned(),
        duration_ms: 95_000,
        at: "2013-06-01T12:00:00Z".parse().unwrap(),
    };
    TrialsTold {
        campaign: campaign(),
        origin: "CSV".to_owned(),
        file: "past.csv".to_owned(),
        file_sha256: Sha256Digest::of(b"file"),
        trials: standings.zip(0..).map(told).collect(),
    }
}
