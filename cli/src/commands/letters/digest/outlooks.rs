//! The log as teams may see it at the moments that their digests reach, each read once.

use std::collections::BTreeMap;
use std::rc::Rc;

use domain::letter::LetterRegistry;
use domain::policy::Policy;
use jiff::Timestamp;
use post::Sight;
use reports::chronicle::Chronicle;
use reports::html::Audience;
use reports::letters::digest_outlook::Outlook;
use reports::viewpoint::Viewpoint;

use super::super::super::each_event;
use crate::args::Args;
use crate::exit::Exit;

/// The log of a length at an instant; without one, at the time of its last event.
pub(super) type At = (u64, Option<Timestamp>);

/// Outlooks that were asked for.
pub(super) struct Outlooks<'a> {
    args: &'a Args,
    policy: Policy,
    known: BTreeMap<(At, bool), Rc<Outlook>>,
}

impl<'a> Outlooks<'a> {
    pub(super) fn new(args: &'a Args, policy: Policy) -> Self {
        Self { args, policy, known: BTreeMap::new() }
    }

    /// What a team may see of the log as it was.
    pub(super) fn get(&mut self, at: At, sight: Sight) -> Result<Rc<Outlook>, Exit> {
        let key = (at, sight == Sight::Public);
        if let Some(known) = self.known.get(&key) {
            return Ok(Rc::clone(known));
        }
        let audience = match sight {
            Sight::Public => Audience::Public,
            Sight::Operator => Audience::Operator,
        };
        let (chronicle, letters) = self.read(at.0)?;
        let instant = at.1.or(chronicle.head().map(|(_, at)| at)).unwrap_or(Timestamp::UNIX_EPOCH);
        let outlook = Rc::new(Outlook::new(&chronicle, &letters, (at.0, instant), audience));
        self.known.insert(key, Rc::clone(&outlook));
        Ok(outlook)
    }

    fn read(&self, position: u64) -> Result<(Chronicle, LetterRegistry), Exit> {
        // The first event has position 0: an empty log has no last one to be known at.
        let known_at = position.checked_sub(1);
        let viewpoint = Viewpoint { as_of: None, known_at };
        let mut chronicle = Chronicle::new(self.policy.clone(), viewpoint);
        let mut letters = LetterRegistry::default();
        if known_at.is_some() {
            each_event(self.args, viewpoint, |recorded| {
                letters.evolve(&recorded);
                chronicle.project(recorded);
            })?;
        }
        Ok((chronicle, letters))
    }
}
