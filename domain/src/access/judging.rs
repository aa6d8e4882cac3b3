//! From what has been granted and a new command about access to the event it causes, or a refusal.

use jiff::Timestamp;

use crate::access::{AccessRegistry, Known, Means, Role, Scope};
use crate::declare::{NotDeclared, words};
use crate::event::{AccessEvent, AccessGranted, AccessRevoked, Answered, Disclosed, SignedIn};
use crate::ids::GrantId;

/// Longest answer of a vendor, in characters.
pub const LONGEST_ANSWER: usize = 8192;

/// Something asked about access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessCommand {
    /// Give an account a role.
    Grant(AccessGranted),
    /// Take a grant back.
    Revoke(AccessRevoked),
    /// Note that someone signed in. Of a token, that it was used on this day (UTC).
    NoteSignIn(SignedIn),
    /// Note that someone was shown what not everybody may see.
    NoteDisclosure(Disclosed),
    /// Keep a vendor's answer.
    Answer(Answered),
}

/// Why a command about access is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotGranted {
    /// A text is missing, too long, or holds control characters.
    #[error(transparent)]
    Words(#[from] NotDeclared),
    /// The grant is there already.
    #[error("grant `{0}` is there already: grants are not changed, revoke it and give another")]
    There(GrantId),
    /// There is no such grant.
    #[error("there is no grant `{0}`")]
    None(GrantId),
    /// The grant is worth nothing any more.
    #[error("grant `{0}` is not in force: it was revoked, or its date has passed")]
    NotInForce(GrantId),
    /// Its date has passed.
    #[error("the date {0} has passed: a grant looks ahead")]
    Past(Timestamp),
    /// More than the role may do.
    #[error("the role {role} has no scope {scope}: it may have {may}")]
    Scope {
        /// The role.
        role: &'static str,
        /// The scope that was asked for.
        scope: String,
        /// What it may have.
        may: String,
    },
    /// More than whoever gives it has.
    #[error("nobody gives more than they have: {role} with {scope} needs the scope {needs}")]
    Exceeds {
        /// The role that was to be given.
        role: &'static str,
        /// What was to be given.
        scope: &'static str,
        /// What whoever gives it lacks.
        needs: &'static str,
    },
    /// A token or a link without its secret, or a password with one.
    #[error("a token or a link needs the digest of its secret, and nothing else has one")]
    Secret,
    /// An answer that is empty, too long, or holds control characters other than line breaks.
    #[error(
        "an answer has 1 to {LONGEST_ANSWER} characters, and no control characters but line breaks"
    )]
    Answer,
}

/// Judges a command about access. No event when it says what stands already. Pure.
///
/// # Errors
/// A [`NotGranted`] that says what is wrong.
pub fn judge(
    registry: &AccessRegistry,
    command: AccessCommand,
    at: Timestamp,
) -> Result<Option<AccessEvent>, NotGranted> {
    match command {
        AccessCommand::Grant(granted) => grant(registry, granted, at),
        AccessCommand::Revoke(revoked) => revoke(registry, revoked),
        AccessCommand::NoteSignIn(signed_in) => {
            in_force(registry, &signed_in.grant, at)?;
            // A program shows its token with every request: once a day says enough.
            let is_known =
                signed_in.means == Means::Token && registry.is_noted(&signed_in.grant, at);
            Ok((!is_known).then_some(AccessEvent::SignedIn(signed_in)))
        }
        AccessCommand::NoteDisclosure(disclosed) => {
            in_force(registry, &disclosed.grant, at)?;
            let is_known = registry.has_seen(&disclosed.grant, disclosed.sha256);
            Ok((!is_known).then_some(AccessEvent::Disclosed(disclosed)))
        }
        AccessCommand::Answer(answered) => {
            in_force(registry, &answered.grant, at)?;
            answer(registry, answered)
        }
    }
}

impl Known {
    /// Whether this may be given on by whoever this is. An answer, which is a vendor's alone, is weighed
    /// like what an operator declares.
    ///
    /// # Errors
    /// [`NotGranted::Exceeds`].
    pub fn may_give(&self, role: &Role, scopes: &[Scope]) -> Result<(), NotGranted> {
        let has = |needs: &Scope| self.role == Role::Operator && self.scopes.contains(needs);
        let needs = scopes.iter().map(|it| match it {
            Scope::Answer => (it, Scope::Control),
            Scope::Read | Scope::Record | Scope::Control | Scope::Grant => (it, *it),
        });
        match needs.into_iter().find(|(_, needs)| !has(needs)) {
            None => Ok(()),
            Some((scope, needs)) => Err(NotGranted::Exceeds {
                role: role.word(),
                scope: scope.word(),
                needs: needs.word(),
            }),
        }
    }
}

fn grant(
    registry: &AccessRegistry,
    granted: AccessGranted,
    at: Timestamp,
) -> Result<Option<AccessEvent>, NotGranted> {
    let by = words("who grants it", &granted.by)?;
    let reason = words("the reason", &granted.reason)?;
    let granted = AccessGranted { by, reason, ..granted };
    if let Some(there) = registry.grant(&granted.grant) {
        let is_same = there.granted.what == granted && there.revoked.is_none();
        return if is_same { Ok(None) } else { Err(NotGranted::There(granted.grant)) };
    }
    if let Some(end) = granted.expires.filter(|end| *end <= at) {
        return Err(NotGranted::Past(end));
    }
    let has_secret = matches!(granted.means, Means::Token | Means::Link);
    if has_secret != granted.secret_sha256.is_some() {
        return Err(NotGranted::Secret);
    }
    let may = granted.role.scopes();
    match granted.scopes.iter().find(|it| !may.contains(it)) {
        Some(scope) => Err(NotGranted::Scope {
            role: granted.role.word(),
            scope: scope.word().to_owned(),
            may: may.iter().map(|it| it.word()).collect::<Vec<_>>().join(", "),
        }),
        None => Ok(Some(AccessEvent::AccessGranted(granted))),
    }
}

fn revoke(
    registry: &AccessRegistry,
    revoked: AccessRevoked,
) -> Result<Option<AccessEvent>, NotGranted> {
    let by = words("who revokes it", &revoked.by)?;
    let reason = words("the reason", &revoked.reason)?;
    match registry.grant(&revoked.grant).map(|it| &it.revoked) {
        None => Err(NotGranted::None(revoked.grant)),
        Some(Some(_)) => Ok(None),
        Some(None) => Ok(Some(AccessEvent::AccessRevoked(AccessRevoked { by, reason, ..revoked }))),
    }
}

fn in_force(registry: &AccessRegistry, id: &GrantId, at: Timestamp) -> Result<(), NotGranted> {
    match registry.grant(id) {
        None => Err(NotGranted::None(id.clone())),
        Some(grant) if grant.is_in_force(at) => Ok(()),
        Some(_) => Err(NotGranted::NotInForce(id.clone())),
    }
}

fn answer(
    registry: &AccessRegistry,
    answered: Answered,
) -> Result<Option<AccessEvent>, NotGranted> {
    let text = answered.text.replace("\r\n", "\n").trim().to_owned();
    let is_bad = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    if text.is_empty() || text.chars().count() > LONGEST_ANSWER || text.chars().any(is_bad) {
        return Err(NotGranted::Answer);
    }
    let answered = Answered { text, ..answered };
    let last = registry.answers().iter().rev().map(|it| &it.what);
    let mut of_vendor = last.filter(|it| it.vendor == answered.vendor);
    let is_said = of_vendor.find(|it| it.campaign == answered.campaign) == Some(&answered);
    Ok((!is_said).then_some(AccessEvent::Answered(answered)))
}
