//! What has been granted so far, and what of it is in force.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::access::{Known, Viewer};
use crate::event::{
    AccessEvent, AccessGranted, AccessRevoked, Answered, Disclosed, Event, Recorded,
};
use crate::ids::{GrantId, Sha256Digest};
use crate::registry::Declared;

/// A grant and, if it was taken back, how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// What was granted.
    pub granted: Declared<AccessGranted>,
    /// How it was taken back.
    pub revoked: Option<Declared<AccessRevoked>>,
}

/// All grants, by id, what was disclosed by them, and what vendors answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessRegistry {
    grants: BTreeMap<GrantId, Grant>,
    secrets: BTreeMap<Sha256Digest, GrantId>,
    disclosures: BTreeMap<(GrantId, Sha256Digest), Declared<Disclosed>>,
    answers: Vec<Declared<Answered>>,
    sign_ins: BTreeMap<GrantId, u64>,
}

impl Grant {
    /// Whether it is worth anything at this instant.
    #[must_use]
    pub fn is_in_force(&self, at: Timestamp) -> bool {
        self.revoked.is_none() && self.granted.what.expires.is_none_or(|end| at < end)
    }

    /// Whoever shows it, if it is in force.
    #[must_use]
    pub fn viewer(&self, at: Timestamp) -> Viewer {
        if !self.is_in_force(at) {
            return Viewer::Public;
        }
        let it = &self.granted.what;
        Viewer::Known(Known {
            account: it.account.clone(),
            grant: it.grant.clone(),
            role: it.role.clone(),
            scopes: it.scopes.clone(),
            means: it.means,
            expires: it.expires,
        })
    }
}

impl AccessRegistry {
    /// Applies one event; what is not about access changes nothing.
    pub fn evolve(&mut self, recorded: &Recorded) {
        let Event::Access(event) = &recorded.event else { return };
        let (position, at) = (recorded.position, recorded.at);
        match event {
            AccessEvent::AccessGranted(granted) => {
                if let Some(secret) = granted.secret_sha256 {
                    self.secrets.entry(secret).or_insert_with(|| granted.grant.clone());
                }
                let granted = Declared { position, at, what: granted.clone() };
                let id = granted.what.grant.clone();
                self.grants.entry(id).or_insert(Grant { granted, revoked: None });
            }
            AccessEvent::AccessRevoked(revoked) => {
                if let Some(grant) = self.grants.get_mut(&revoked.grant) {
                    let revoked = Declared { position, at, what: revoked.clone() };
                    grant.revoked.get_or_insert(revoked);
                }
            }
            AccessEvent::SignedIn(signed_in) => {
                *self.sign_ins.entry(signed_in.grant.clone()).or_default() += 1;
            }
            AccessEvent::Disclosed(disclosed) => {
                let key = (disclosed.grant.clone(), disclosed.sha256);
                let disclosed = Declared { position, at, what: disclosed.clone() };
                self.disclosures.entry(key).or_insert(disclosed);
            }
            AccessEvent::Answered(answered) => {
                self.answers.push(Declared { position, at, what: answered.clone() });
            }
        }
    }

    /// One grant.
    #[must_use]
    pub fn grant(&self, id: &GrantId) -> Option<&Grant> {
        self.grants.get(id)
    }

    /// Every grant, by id.
    pub fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.grants.values()
    }

    /// Whoever shows a token or a link with this digest.
    #[must_use]
    pub fn by_secret(&self, secret: Sha256Digest, at: Timestamp) -> Viewer {
        let grant = self.secrets.get(&secret).and_then(|id| self.grants.get(id));
        grant.map_or(Viewer::Public, |it| it.viewer(at))
    }

    /// Whether these bytes were shown by this grant before.
    #[must_use]
    pub fn has_seen(&self, grant: &GrantId, bytes: Sha256Digest) -> bool {
        self.disclosures.contains_key(&(grant.clone(), bytes))
    }

    /// Everything that was disclosed, the oldest first.
    #[must_use]
    pub fn disclosures(&self) -> Vec<&Declared<Disclosed>> {
        let mut all: Vec<&Declared<Disclosed>> = self.disclosures.values().collect();
        all.sort_by_key(|it| it.position);
        all
    }

    /// How often each grant was used to sign in; a grant that never was is not there.
    #[must_use]
    pub fn sign_ins(&self) -> &BTreeMap<GrantId, u64> {
        &self.sign_ins
    }

    /// What vendors answered, the oldest first.
    #[must_use]
    pub fn answers(&self) -> &[Declared<Answered>] {
        &self.answers
    }
}
