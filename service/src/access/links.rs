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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    fn keys() -> Keys {
        let folder = tempfile::tempdir().unwrap();
        let random: crate::settings::Random = Arc::new(|| Some([7; 32]));
        Keys::open(folder.path(), &random).unwrap()
    }

    proptest! {
        #[test]
        fn a_link_reads_back_as_it_was_given(
            grant in "[a-z0-9][a-z0-9._-]{0,63}",
            second in 0..=4_000_000_000_i64,
        ) {
            let expires = Timestamp::from_second(second).unwrap();
            let link = sign(&keys(), &grant.parse().unwrap(), &"citrix".parse().unwrap(), expires);
            let path = link.path();
            let read = Link::parse(path.expose_secret().strip_prefix("/v/").unwrap()).unwrap();
            prop_assert_eq!(read.grant().as_str(), grant);
            prop_assert_eq!(read.expires, second);
            prop_assert_eq!(read.digest(), link.digest());
        }

        #[test]
        fn whatever_is_opened_is_a_link_or_is_not(text in "\\PC*|[a-z0-9]{0,9}~[0-9+-]{0,9}~\\PC{0,50}") {
            if let Some(link) = Link::parse(&text) {
                prop_assert_eq!(link.path().expose_secret().to_owned(), format!("/v/{text}"));
            }
        }

        #[test]
        fn another_vendor_grant_or_date_has_another_signature(other in "[a-z]{1,9}", later in 1..99_i64) {
            let (keys, at) = (keys(), Timestamp::from_second(1_800_000_000).unwrap());
            let [grant, vendor] = ["g-1", "citrix"];
            let of = |grant: &str, vendor: &str, at| {
                sign(&keys, &grant.parse().unwrap(), &vendor.parse().unwrap(), at).digest()
            };
            let signed = of(grant, vendor, at);
            prop_assume!(other != vendor);
            prop_assert_ne!(of(grant, &other, at), signed);
            prop_assert_ne!(of(&other, vendor, at), signed);
            let date = at.checked_add(jiff::SignedDuration::from_secs(later)).unwrap();
            prop_assert_ne!(of(grant, vendor, date), signed);
        }
    }
}
