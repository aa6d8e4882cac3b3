//! Canonical events about access, for [`super::samples`]: every role, scope and means.

use domain::access::{Means, Role};
use domain::event::{AccessEvent, AccessGranted, AccessRevoked, Answered, Disclosed, SignedIn};
use domain::ids::Sha256Digest;

use super::samples::campaign;

/// The first of the chain; see [`next`].
pub(super) fn first() -> AccessEvent {
    granted(Role::Auditor, Means::Password)
}

/// The sample after this one.
pub(super) fn next(event: &AccessEvent) -> Option<AccessEvent> {
    Some(match event {
        AccessEvent::AccessGranted(_) => AccessEvent::AccessRevoked(AccessRevoked {
            grant: "g-1".parse().unwrap(),
            reason: "left the project".to_owned(),
            by: "ada".to_owned(),
        }),
        AccessEvent::AccessRevoked(_) => AccessEvent::SignedIn(SignedIn {
            account: "ada".parse().unwrap(),
            grant: "g-1".parse().unwrap(),
            means: Means::Oidc,
        }),
        AccessEvent::SignedIn(_) => AccessEvent::Disclosed(Disclosed {
            account: "ada".parse().unwrap(),
            grant: "g-1".parse().unwrap(),
            role: Role::Auditor,
            what: "/campaigns/2026-11-23-harbour/report".to_owned(),
            campaign: Some(campaign()),
            sha256: Sha256Digest::of(b"a report"),
            bytes: 8,
        }),
        AccessEvent::Disclosed(_) => AccessEvent::Answered(Answered {
            vendor: "citrix".parse().unwrap(),
            campaign: campaign(),
            cell: None,
            disputes: false,
            may_be_public: false,
            text: "Fixed in 8.2.\nThank you, \"Ada\".".to_owned(),
            account: "desk".parse().unwrap(),
            grant: "g-4".parse().unwrap(),
        }),
        AccessEvent::Answered(_) => return None,
    })
}

/// The event, and what else is needed to spell every variant in it: every role, each by other means.
pub(super) fn variants(event: AccessEvent) -> Vec<AccessEvent> {
    match event {
        AccessEvent::AccessGranted(_) => {
            let all = super::samples::chain((Role::Auditor, Means::Password), next_grant);
            all.into_iter().map(|(role, means)| granted(role, means)).collect()
        }
        AccessEvent::Answered(ref answered) => {
            let cell = Some(super::letter::cell());
            let (disputes, may_be_public) = (true, true);
            let full = Answered { cell, disputes, may_be_public, ..answered.clone() };
            vec![event, AccessEvent::Answered(full)]
        }
        AccessEvent::AccessRevoked(_) | AccessEvent::SignedIn(_) | AccessEvent::Disclosed(_) => {
            vec![event]
        }
    }
}

fn next_grant((role, means): &(Role, Means)) -> Option<(Role, Means)> {
    let means = match means {
        Means::Password => Means::Oidc,
        Means::Oidc => Means::Token,
        Means::Token | Means::Link => Means::Link,
    };
    Some(match role {
        Role::Auditor => (Role::Operator, means),
        Role::Operator => (Role::Lab, means),
        Role::Lab => (Role::Vendor { vendor: "citrix".parse().unwrap() }, means),
        Role::Vendor { .. } => return None,
    })
}

fn granted(role: Role, means: Means) -> AccessEvent {
    AccessEvent::AccessGranted(AccessGranted {
        grant: "g-1".parse().unwrap(),
        account: "ada".parse().unwrap(),
        scopes: role.scopes().to_vec(),
        role,
        means,
        secret_sha256: matches!(means, Means::Token | Means::Link)
            .then(|| Sha256Digest::of(b"secret")),
        expires: (means != Means::Password).then(|| "2027-03-31T00:00:00Z".parse().unwrap()),
        reason: "the yearly audit".to_owned(),
        by: "operator".to_owned(),
    })
}
