//! The document around findings: what it is, of which campaign, after which plan.

use base64ct::{Base64, Encoding as _};
use domain::event::Ending;
use domain::ids::Sha256Digest;

use super::components::components;
use super::findings::{finding, observation};
use super::identity::Identity;
use super::objectives::{objectives, reviewed};
use super::property::{our, ours};
use super::shape::{
    AssessmentResults, Attachment, BackMatter, Document, ImportAp, Metadata, Outcome, Property,
    Resource,
};
use crate::export::cell::{cells, trials};
use crate::export::definition::{MEDIA_TYPE, definition};
use crate::export::words::escaped;
use crate::matrix_file::MatrixFile;

/// The version of the model that is written.
const OSCAL_VERSION: &str = "1.1.3";

/// The resource that stands for the plan.
const PLAN: &str = "plan";
/// The resource that stands for the campaign's part of the log.
pub(super) const LOG: &str = "log";

/// The matrices as OSCAL assessment results, with a newline at the end.
///
/// # Errors
/// None that is known: every part has a spelling.
pub fn oscal(file: &MatrixFile) -> Result<String, serde_json::Error> {
    let identity = Identity::of(file);
    let document = Document {
        assessment_results: AssessmentResults {
            uuid: identity.document(),
            metadata: metadata(file),
            import_ap: ImportAp {
                href: format!("#{}", identity.part(PLAN, "")),
                remarks: "The plan is no OSCAL document; the resource holds it whole.",
            },
            local_definitions: objectives(file),
            results: [outcome(file, identity)],
            back_matter: BackMatter { resources: [plan(file, identity)?, log(file, identity)] },
        },
    };
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}

fn metadata(file: &MatrixFile) -> Metadata {
    Metadata {
        title: format!("Interoperability of virtual machines: campaign {}", file.campaign),
        last_modified: file.course.last_recorded,
        version: file.course.last_position.to_string(),
        oscal_version: OSCAL_VERSION,
        props: ours([
            ("campaign", file.campaign.to_string()),
            ("audience", file.audience.to_owned()),
            ("testbed", file.testbed.clone()),
            ("policy", file.policy.clone()),
            ("policy-sha256", file.policy_sha256.to_string()),
        ]),
        remarks: paragraphs(&file.notices),
    }
}

/// Markup in which each text is a paragraph.
fn paragraphs(texts: &[String]) -> String {
    texts.iter().map(|it| escaped(it)).collect::<Vec<_>>().join("\n\n")
}

fn outcome(file: &MatrixFile, identity: Identity) -> Outcome {
    let (scored, planned) = trials(file);
    let ending = file.course.ending.map(|it| match it {
        Ending::Completed => "completed",
        Ending::Cancelled => "cancelled",
        Ending::LabError => "lab error",
    });
    let mut props = ours([
        ("trials-scored", scored.to_string()),
        ("trials-planned", planned.to_string()),
        ("ending", ending.unwrap_or_default().to_owned()),
        ("resumed", file.course.resumed.to_string()),
        ("untold-changes", file.untold_changes.to_string()),
    ]);
    props.extend(changes(file));
    Outcome {
        uuid: identity.part("result", ""),
        title: format!("Campaign {}", file.campaign),
        description: "Real virtual machines were moved from platform to platform and compared \
                      before and after. A cell is as good as its best route.",
        start: file.course.started,
        // Without an end the campaign goes on, or was interrupted and can be resumed.
        end: ending.map(|_| file.course.last_recorded),
        props,
        local_definitions: components(file, identity),
        reviewed_controls: reviewed(file),
        observations: cells(file).map(|it| observation(file, identity, it)).collect(),
        findings: cells(file).map(|it| finding(identity, it)).collect(),
    }
}

/// Versions that changed in mid-campaign.
fn changes(file: &MatrixFile) -> Vec<Property> {
    let change = |subject: &str, from: &str, to: &str| {
        our("version-change", &format!("{subject}: {from} → {to}"))
    };
    file.changes.iter().filter_map(|it| change(&it.subject, &it.from, &it.to)).collect()
}

fn plan(file: &MatrixFile, identity: Identity) -> Result<Resource, serde_json::Error> {
    let definition = definition(file)?;
    Ok(Resource {
        uuid: identity.part(PLAN, ""),
        title: "Campaign plan",
        description: "What was planned, cell by cell, and the versions found, as JSON.".to_owned(),
        props: ours([("sha256", Sha256Digest::of(&definition).to_string())]),
        base64: Some(Attachment {
            filename: "campaign.json",
            media_type: MEDIA_TYPE,
            value: Base64::encode_string(&definition),
        }),
    })
}

fn log(file: &MatrixFile, identity: Identity) -> Resource {
    let (first, last) = (file.course.first_position, file.course.last_position);
    Resource {
        uuid: identity.part(LOG, ""),
        title: "Events of the campaign",
        description: format!(
            "The operator's log, positions {first} to {last}. An event can be proved to be in it."
        ),
        props: ours([
            ("first-position", first.to_string()),
            ("last-position", last.to_string()),
            ("unplaced", file.unplaced.to_string()),
        ]),
        base64: None,
    }
}
