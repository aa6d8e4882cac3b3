//! Identifiers that are the same whenever the same results are exported.

use uuid::Uuid;

use crate::matrix_file::MatrixFile;

/// Where names that only Portolan gives a meaning to belong. The domain is reserved: nobody serves it.
pub(super) const NAMESPACE: &str = "https://portolan.invalid/ns/oscal";

/// Gives UUIDs of version 5 that follow from campaign, policy, last position and audience.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identity(Uuid);

impl Identity {
    pub(super) fn of(file: &MatrixFile) -> Self {
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, NAMESPACE.as_bytes());
        let MatrixFile { campaign, policy_sha256, audience, course, .. } = file;
        let name = format!("{campaign}/{policy_sha256}/{}/{audience}", course.last_position);
        Self(Uuid::new_v5(&namespace, name.as_bytes()))
    }

    /// The document itself.
    pub(super) fn document(self) -> Uuid {
        self.0
    }

    /// A part of the document: what kind it is and which one.
    pub(super) fn part(self, kind: &str, name: &str) -> Uuid {
        Uuid::new_v5(&self.0, format!("{kind}/{name}").as_bytes())
    }
}
