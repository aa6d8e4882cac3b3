//! Identifiers: checked once where they come in, then carried as types.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// Longest identifier accepted, in bytes. Keeps keys, file names and table columns bounded.
pub const LONGEST_ID: usize = 64;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an identifier: use 1 to {LONGEST_ID} lower-case letters, digits, `-`, `_` or `.`, \
     starting with a letter or digit"
)]
pub struct InvalidId(String);

fn check_id(text: &str) -> Result<(), InvalidId> {
    let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let spelled_well = text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.'));
    if starts_well && spelled_well && text.len() <= LONGEST_ID {
        Ok(())
    } else {
        Err(InvalidId(text.chars().take(80).collect()))
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        // By hand: every event is written with several, and `into = "String"` copies each.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                check_id(text).map(|()| Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                check_id(&text).map(|()| Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

id!(
    /// A hypervisor environment of the testbed, such as `kvm-like`.
    PlatformId
);
id!(
    /// An operating system image of the testbed.
    GuestId
);
id!(
    /// A conversion tool of the testbed. Never shown in a public report.
    ConverterId
);
id!(
    /// A way from source to target, such as `direct` or `ovf`.
    RouteId
);
id!(
    /// A maker of platforms or converters.
    VendorId
);
id!(
    /// One series of trials under one pinned testbed and one plan.
    CampaignId
);
id!(
    /// What a reference campaign is called.
    BaselineName
);
id!(
    /// A waiver of one rule.
    WaiverId
);
id!(
    /// A person or a lab, by the name an operator gave it; no name of a natural person is needed.
    AccountId
);
id!(
    /// One grant of one role to one account.
    GrantId
);
id!(
    /// One lease of trials to one lab: 32 random hexadecimal digits.
    LeaseId
);

id!(
    /// One letter: unique in the log, and part of its Message-ID.
    LetterId
);
id!(
    /// One question to an application of a guest.
    ProbeId
);
id!(
    /// Somebody who gets letters, by the name in the settings of whoever sends them.
    ContactId
);

/// A SHA-256 digest, shown in lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256Digest([u8; 32]);

/// A text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 digest is 64 hexadecimal digits")]
pub struct InvalidDigest;

impl Sha256Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// A digest computed elsewhere, for example over a stream.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// Its 64 digits, without an allocation.
    fn digits(self) -> [u8; 64] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        digits
    }
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.digits()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Sha256Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let digits: &[u8; 64] = text.as_bytes().try_into().map_err(|_| InvalidDigest)?;
        let mut digest = [0; 32];
        for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(digest))
    }
}

/// The value of one hexadecimal digit.
fn digit(letter: u8) -> Result<u8, InvalidDigest> {
    match letter {
        b'0'..=b'9' => Ok(letter - b'0'),
        b'a'..=b'f' => Ok(letter - b'a' + 10),
        b'A'..=b'F' => Ok(letter - b'A' + 10),
        _ => Err(InvalidDigest),
    }
}

impl Serialize for Sha256Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl serde::de::Visitor<'_> for Digits {
            type Value = Sha256Digest;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{InvalidDigest}")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Sha256Digest, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_could_leave_its_folder_is_refused() {
        for bad in ["", "..", "../x", "a/b", "A", "a b", "-a", ".a", "ä", "a\n", &"x".repeat(65)] {
            assert!(bad.parse::<PlatformId>().is_err(), "{bad:?}");
        }
        for good in ["a", "0", "kvm-like", "2026-11-23.a_b"] {
            assert_eq!(good.parse::<PlatformId>().unwrap().as_str(), good);
        }
    }

    #[test]
    fn a_digest_reads_back_as_it_was_shown() {
        let digest = Sha256Digest::of(b"abc");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert!(digest.to_string().starts_with("ba7816bf8f01cfea414140de5dae2223"));
        for bad in ["", "zz", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(bad.parse::<Sha256Digest>(), Err(InvalidDigest));
        }
    }
}
