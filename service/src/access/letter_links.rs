//! The link to a vendor's results that stands in a letter: as good as one that an operator gives, and the
//! same however often it is asked for. It follows from the key of the service, so that no letter has to
//! be kept to be written again.

use domain::access::{AccessCommand, Means, NotGranted, Role};
use domain::event::AccessGranted;
use domain::ids::{AccountId, CampaignId, GrantId, LetterId, VendorId};
use ingest::{AccessDesk, AccessError};
use jiff::Timestamp;
use secrecy::SecretString;

use super::grants::{LOCAL, NotGiven};
use super::keys::Keys;
use super::links::{self, Link};

/// For which letter a link is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterLink {
    /// Whose results it shows.
    pub vendor: VendorId,
    /// About which campaign the letter is.
    pub campaign: CampaignId,
    /// As whom its reader is known from then on: the name of the contact.
    pub account: AccountId,
    /// Which letter; none for the same link in every letter to this contact about this campaign.
    pub letter: Option<LetterId>,
    /// Until when it opens anything; what is less than a second is cut off.
    pub expires: Timestamp,
    /// Who gives it.
    pub by: String,
}

/// A link for a letter.
#[derive(Debug)]
pub struct GivenLink {
    /// Which grant, by which it is taken back.
    pub grant: GrantId,
    /// The path of the link.
    pub path: SecretString,
    /// Until when it is good.
    pub expires: Timestamp,
    /// It was given now, and not before.
    pub is_new: bool,
}

/// Gives the link of a letter, or the same once more. It blocks until that is safe on disk.
///
/// # Errors
/// Why not; nothing was recorded then. One that was taken back is not given again.
pub fn give_letter_link(
    desk: &AccessDesk,
    keys: &Keys,
    wanted: LetterLink,
    at: Timestamp,
) -> Result<GivenLink, NotGiven> {
    if wanted.account.as_str() == LOCAL {
        return Err(NotGiven::Local);
    }
    let expires = Timestamp::from_second(wanted.expires.as_second()).unwrap_or(wanted.expires);
    let wanted = LetterLink { expires, ..wanted };
    let grant = grant_of(keys, &wanted);
    let link = links::sign(keys, &grant, &wanted.vendor, expires);
    let before = desk.look(|it| it.grant(&grant).map(|it| it.is_in_force(at)));
    let given = |is_new| GivenLink { grant: grant.clone(), path: link.path(), expires, is_new };
    match before {
        Some(true) => Ok(given(false)),
        Some(false) => Err(AccessError::from(NotGranted::NotInForce(grant)).into()),
        None => {
            let granted = granted(wanted, &grant, &link);
            desk.record(AccessCommand::Grant(granted), at)?;
            Ok(given(true))
        }
    }
}

fn granted(wanted: LetterLink, grant: &GrantId, link: &Link) -> AccessGranted {
    let LetterLink { vendor, campaign, account, letter, expires, by } = wanted;
    let letter = letter.map_or("letters".to_owned(), |it| format!("letter {it}"));
    let role = Role::Vendor { vendor };
    AccessGranted {
        grant: grant.clone(),
        account,
        scopes: role.scopes().to_vec(),
        role,
        means: Means::Link,
        secret_sha256: Some(link.digest()),
        expires: Some(expires),
        reason: format!("{letter} about {campaign}"),
        by,
    }
}

/// The grant of a letter's link. With another key of the service it is another, as its link is.
fn grant_of(keys: &Keys, wanted: &LetterLink) -> GrantId {
    let letter = wanted.letter.as_ref().map_or("", LetterId::as_str);
    let expires = wanted.expires.as_second().to_string();
    let (vendor, campaign) = (wanted.vendor.as_str(), wanted.campaign.as_str());
    let words = ["letter", vendor, campaign, wanted.account.as_str(), letter, &expires];
    let bits = keys.sign_link(&words.map(str::as_bytes));
    let digits: String = bits.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let Ok(grant) = format!("g-{digits}").parse() else { unreachable!("digits are a name") };
    grant
}
