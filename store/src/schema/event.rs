//! The event inside a leaf: written and read by its type, without looking for the type in it.

use domain::event::{AccessEvent, Event, LetterEvent};
use serde::{Deserialize, Deserializer};

/// Writes the event's own fields.
pub(super) fn write(out: &mut Vec<u8>, event: &Event) -> serde_json::Result<()> {
    match event {
        Event::CampaignStarted(event) => serde_json::to_writer(out, event),
        Event::TrialsPlanned(event) => serde_json::to_writer(out, event),
        Event::CampaignResumed(event) => serde_json::to_writer(out, event),
        Event::VersionChanged(event) => serde_json::to_writer(out, event),
        Event::StepFinished(event) => serde_json::to_writer(out, event),
        Event::CampaignFinished(event) => serde_json::to_writer(out, event),
        Event::ScoresShown(event) => serde_json::to_writer(out, event),
        Event::KeyChanged(event) => serde_json::to_writer(out, event),
        Event::BaselineSet(event) => serde_json::to_writer(out, event),
        Event::UpgradeDeclared(event) => serde_json::to_writer(out, event),
        Event::CheckWaived(event) => serde_json::to_writer(out, event),
        Event::WaiverEnded(event) => serde_json::to_writer(out, event),
        Event::StepWithdrawn(event) => serde_json::to_writer(out, event),
        Event::TrialsTold(event) => serde_json::to_writer(out, event),
        Event::Access(event) => write_access(out, event),
        Event::Letter(event) => write_letter(out, event),
    }
}

fn write_access(out: &mut Vec<u8>, event: &AccessEvent) -> serde_json::Result<()> {
    match event {
        AccessEvent::AccessGranted(event) => serde_json::to_writer(out, event),
        AccessEvent::AccessRevoked(event) => serde_json::to_writer(out, event),
        AccessEvent::SignedIn(event) => serde_json::to_writer(out, event),
        AccessEvent::Disclosed(event) => serde_json::to_writer(out, event),
        AccessEvent::Answered(event) => serde_json::to_writer(out, event),
    }
}

fn write_letter(out: &mut Vec<u8>, event: &LetterEvent) -> serde_json::Result<()> {
    match event {
        LetterEvent::EmbargoSet(event) => serde_json::to_writer(out, event),
        LetterEvent::LetterPrepared(event) => serde_json::to_writer(out, event),
        LetterEvent::LetterPreviewed(event) => serde_json::to_writer(out, event),
        LetterEvent::LetterSent(event) => serde_json::to_writer(out, event),
        LetterEvent::LetterFailed(event) => serde_json::to_writer(out, event),
        LetterEvent::LetterReported(event) => serde_json::to_writer(out, event),
        LetterEvent::LetterAcknowledged(event) => serde_json::to_writer(out, event),
        LetterEvent::DisputeSettled(event) => serde_json::to_writer(out, event),
        LetterEvent::CampaignPublished(event) => serde_json::to_writer(out, event),
    }
}

/// Reads the fields of an event of this type; none when there is no such type.
pub(super) fn read<'de, D: Deserializer<'de>>(
    kind: &str,
    fields: D,
) -> Option<Result<Event, D::Error>> {
    Some(match kind {
        "CampaignStarted" => Deserialize::deserialize(fields).map(Event::CampaignStarted),
        "TrialsPlanned" => Deserialize::deserialize(fields).map(Event::TrialsPlanned),
        "CampaignResumed" => Deserialize::deserialize(fields).map(Event::CampaignResumed),
        "VersionChanged" => Deserialize::deserialize(fields).map(Event::VersionChanged),
        "StepFinished" => Deserialize::deserialize(fields).map(Event::StepFinished),
        "CampaignFinished" => Deserialize::deserialize(fields).map(Event::CampaignFinished),
        "ScoresShown" => Deserialize::deserialize(fields).map(Event::ScoresShown),
        "KeyChanged" => Deserialize::deserialize(fields).map(Event::KeyChanged),
        "BaselineSet" => Deserialize::deserialize(fields).map(Event::BaselineSet),
        "UpgradeDeclared" => Deserialize::deserialize(fields).map(Event::UpgradeDeclared),
        "CheckWaived" => Deserialize::deserialize(fields).map(Event::CheckWaived),
        "WaiverEnded" => Deserialize::deserialize(fields).map(Event::WaiverEnded),
        "StepWithdrawn" => Deserialize::deserialize(fields).map(Event::StepWithdrawn),
        "TrialsTold" => Deserialize::deserialize(fields).map(Event::TrialsTold),
        "EmbargoSet" | "LetterPrepared" | "LetterPreviewed" | "LetterSent" | "LetterFailed"
        | "LetterReported" | "LetterAcknowledged" | "DisputeSettled" | "CampaignPublished" => {
            return read_letter(kind, fields).map(|event| event.map(Event::Letter));
        }
        _ => return read_access(kind, fields).map(|event| event.map(Event::Access)),
    })
}

fn read_access<'de, D: Deserializer<'de>>(
    kind: &str,
    fields: D,
) -> Option<Result<AccessEvent, D::Error>> {
    Some(match kind {
        "AccessGranted" => Deserialize::deserialize(fields).map(AccessEvent::AccessGranted),
        "AccessRevoked" => Deserialize::deserialize(fields).map(AccessEvent::AccessRevoked),
        "SignedIn" => Deserialize::deserialize(fields).map(AccessEvent::SignedIn),
        "Disclosed" => Deserialize::deserialize(fields).map(AccessEvent::Disclosed),
        "Answered" => Deserialize::deserialize(fields).map(AccessEvent::Answered),
        _ => return None,
    })
}

fn read_letter<'de, D: Deserializer<'de>>(
    kind: &str,
    fields: D,
) -> Option<Result<LetterEvent, D::Error>> {
    Some(match kind {
        "EmbargoSet" => Deserialize::deserialize(fields).map(LetterEvent::EmbargoSet),
        "LetterPrepared" => Deserialize::deserialize(fields).map(LetterEvent::LetterPrepared),
        "LetterPreviewed" => Deserialize::deserialize(fields).map(LetterEvent::LetterPreviewed),
        "LetterSent" => Deserialize::deserialize(fields).map(LetterEvent::LetterSent),
        "LetterFailed" => Deserialize::deserialize(fields).map(LetterEvent::LetterFailed),
        "LetterReported" => Deserialize::deserialize(fields).map(LetterEvent::LetterReported),
        "LetterAcknowledged" => {
            Deserialize::deserialize(fields).map(LetterEvent::LetterAcknowledged)
        }
        "DisputeSettled" => Deserialize::deserialize(fields).map(LetterEvent::DisputeSettled),
        "CampaignPublished" => Deserialize::deserialize(fields).map(LetterEvent::CampaignPublished),
        _ => return None,
    })
}
