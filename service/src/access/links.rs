//! Links for vendors: one vendor, until a date, revocable. A link is signed, so that neither the
//! vendor nor the date in it can be changed; its digest stands with the grant.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use domain::access::{Grant, Known, Means, Role, Viewer};
use domain::ids::{GrantId, Sha256Digest, VendorId};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretBox, SecretString};
use subtle::ConstantTimeEq as _;

use super::keys::Keys;

/// Longest link, in letters: the name of a grant, a date and a signature.
const LONGEST: usize = 64 + 1 + 20 + 1 + 43;

/// A link as it is given away.
pub(crate) struct Link {
    grant: GrantId,
    expires: i64,
    signature: SecretBox<[u8; 32]>,
}

/// The link for this grant.
pub(crate) fn sign(keys: &Keys, grant: &GrantId, vendor: &VendorId, expires: Timestamp) -> Link {
    let expires = expires.as_second();
    let words = [grant.as_str(), vendor.as_str(), &expires.to_string()];
    let signature = keys.sign_link(&words.map(str::as_bytes));
    Link { grant: grant.clone(), expires, signature: SecretBox::new(Box::new(signature)) }
}

impl Link {
    /// Out of the text of a link; none when it is not one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = Some(text).filter(|it| it.len() <= LONGEST)?;
        let mut parts = text.split('~');
        let (grant, expires, letters) = (parts.next()?, parts.next()?, parts.next()?);
        let mut signature = [0; 32];
        let decoded = Base64UrlUnpadded::decode(letters, &mut signature).ok()?.len();
        (parts.next().is_none() && decoded == signature.len()).then_some(())?;
        let signature = SecretBox::new(Box::new(signature));
        let link = Self { grant: grant.parse().ok()?, expires: expires.parse().ok()?, signature };
        // Spelled as we spell it, and in no other way.
        (link.path().expose_secret().strip_prefix("/v/") == Some(text)).then_some(link)
    }

    /// The grant that it names.
    pub(crate) fn grant(&self) -> &GrantId {
        &self.grant
    }

    /// What is kept of it.
    pub(crate) fn digest(&self) -> Sha256Digest {
        Sha256Digest::of(self.signature.expose_secret())
    }

    /// Its path.
    pub(crate) fn path(&self) -> SecretString {
        let signature = Base64UrlUnpadded::encode_string(self.signature.expose_secret());
        format!("/v/{}~{}~{signature}", self.grant, self.expires).into()
    }

    /// Whoever it is for, if nothing of it was changed and the grant that it names is in force.
    pub(crate) fn opens(&self, keys: &Keys, grant: Option<&Grant>, at: Timestamp) -> Option<Known> {
        let grant = grant?;
        let Viewer::Known(known) = grant.viewer(at) else { return None };
        let Role::Vendor { vendor } = &known.role else { return None };
        let expires = known.expires.filter(|_| known.means == Means::Link)?;
        let expected = sign(keys, &known.grant, vendor, expires);
        let expected_signature = expected.signature.expose_secret();
        let is_signed: bool = self.signature.expose_secret().ct_eq(expected_signature).into();
        let is_kept = grant.granted.what.secret_sha256 == Some(self.digest());
        (is_signed && is_kept && self.expires == expected.expires).then_some(known)
    }
}
