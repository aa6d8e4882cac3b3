//! Canonical events about letters, for [`super::samples`]: every form, carrier and fate.

use domain::event::{
    About, CampaignPublished, Carrier, DisputeSettled, EmbargoSet, Fate, LetterAcknowledged,
    LetterEvent, LetterFailed, LetterForm, LetterPrepared, LetterPreviewed, LetterReported,
    LetterSent,
};
use domain::ids::{LetterId, Sha256Digest};
use domain::plan::CellId;

use super::samples::{campaign, chain};

/// The first of the chain; see [`next`].
pub(super) fn first() -> LetterEvent {
    LetterEvent::EmbargoSet(EmbargoSet {
        campaign: campaign(),
        until: "2027-03-31T00:00:00Z".parse().unwrap(),
        reason: "vendors read it first".to_owned(),
        by: "ada".to_owned(),
    })
}

/// The sample after this one.
pub(super) fn next(event: &LetterEvent) -> Option<LetterEvent> {
    Some(match event {
        LetterEvent::EmbargoSet(_) => prepared(LetterForm::Encrypted),
        LetterEvent::LetterPrepared(_) => {
            LetterEvent::LetterPreviewed(LetterPreviewed { letter: letter(), by: "ada".to_owned() })
        }
        LetterEvent::LetterPreviewed(_) => sent(Carrier::Folder),
        LetterEvent::LetterSent(_) => LetterEvent::LetterFailed(LetterFailed {
            letter: letter(),
            attempt: 1,
            permanent: false,
            reason: "451 4.7.1 try again later".to_owned(),
        }),
        LetterEvent::LetterFailed(_) => reported(Fate::Delivered),
        LetterEvent::LetterReported(_) => LetterEvent::LetterAcknowledged(LetterAcknowledged {
            letter: letter(),
            account: "desk".parse().unwrap(),
            grant: "g-4".parse().unwrap(),
        }),
        LetterEvent::LetterAcknowledged(_) => LetterEvent::DisputeSettled(DisputeSettled {
            answer: u64::MAX,
            text: "Run again with 8.2: as before.".to_owned(),
            by: "ada".to_owned(),
        }),
        LetterEvent::DisputeSettled(_) => LetterEvent::CampaignPublished(CampaignPublished {
            campaign: campaign(),
            known_at: 4711,
            policy: "default 3".to_owned(),
            policy_sha256: Sha256Digest::of(b"policy"),
            fewest_tools: 2,
            withheld: vec![cell()],
            reason: "all vendors agreed".to_owned(),
            by: "ada".to_owned(),
        }),
        LetterEvent::CampaignPublished(_) => return None,
    })
}

/// The event, and what else is needed to spell every variant in it.
pub(super) fn variants(event: LetterEvent) -> Vec<LetterEvent> {
    match event {
        LetterEvent::LetterPrepared(_) => {
            chain(LetterForm::Encrypted, next_form).into_iter().map(prepared).collect()
        }
        LetterEvent::LetterSent(_) => {
            chain(Carrier::Folder, next_carrier).into_iter().map(sent).collect()
        }
        LetterEvent::LetterReported(_) => {
            chain(Fate::Delivered, next_fate).into_iter().map(reported).collect()
        }
        LetterEvent::EmbargoSet(_)
        | LetterEvent::LetterPreviewed(_)
        | LetterEvent::LetterFailed(_)
        | LetterEvent::LetterAcknowledged(_)
        | LetterEvent::DisputeSettled(_)
        | LetterEvent::CampaignPublished(_) => vec![event],
    }
}

/// The cell of all samples.
pub(super) fn cell() -> CellId {
    CellId {
        guest: "lean".parse().unwrap(),
        source: "kvm-like".parse().unwrap(),
        target: "xen-like".parse().unwrap(),
    }
}

fn letter() -> LetterId {
    "2026-11-23-harbour.citrix.1".parse().unwrap()
}

/// What is about results is encrypted or plain; a digest for a team is a link.
fn prepared(form: LetterForm) -> LetterEvent {
    let about = match form {
        LetterForm::Encrypted | LetterForm::Plain => {
            About::Results { campaign: campaign(), vendor: "citrix".parse().unwrap() }
        }
        LetterForm::Link => About::Digest { from: 0, to: u64::MAX },
    };
    LetterEvent::LetterPrepared(LetterPrepared {
        letter: letter(),
        about,
        contact: "citrix-press".parse().unwrap(),
        form,
        policy: "default 3".to_owned(),
        policy_sha256: Sha256Digest::of(b"policy"),
        known_at: 4711,
        follows: (form == LetterForm::Plain).then(letter),
        content_sha256: Sha256Digest::of(b"a letter"),
        content_bytes: 8,
        by: "ada".to_owned(),
    })
}

fn sent(carrier: Carrier) -> LetterEvent {
    LetterEvent::LetterSent(LetterSent {
        letter: letter(),
        attempt: 2,
        message_id: "2026-11-23-harbour.citrix.1.8b1f@portolan.example".to_owned(),
        carrier,
        reply: "250 2.0.0 Ok: queued as 1tBc".to_owned(),
    })
}

fn reported(fate: Fate) -> LetterEvent {
    LetterEvent::LetterReported(LetterReported {
        letter: letter(),
        fate,
        status: "5.1.1".to_owned(),
        words: "no such mailbox".to_owned(),
    })
}

fn next_form(form: &LetterForm) -> Option<LetterForm> {
    match form {
        LetterForm::Encrypted => Some(LetterForm::Plain),
        LetterForm::Plain => Some(LetterForm::Link),
        LetterForm::Link => None,
    }
}

fn next_carrier(carrier: &Carrier) -> Option<Carrier> {
    match carrier {
        Carrier::Folder => Some(Carrier::Smtp),
        Carrier::Smtp => Some(Carrier::Webhook),
        Carrier::Webhook => None,
    }
}

fn next_fate(fate: &Fate) -> Option<Fate> {
    match fate {
        Fate::Delivered => Some(Fate::Delayed),
        Fate::Delayed => Some(Fate::Bounced),
        Fate::Bounced => None,
    }
}
