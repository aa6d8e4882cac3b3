//! Digests of a package's files.

use std::fmt;

use sha2::Digest as _;

/// A hash function that manifests use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// What OVF 1.0 and 1.1 ask for; not safe against forgery.
    Sha1,
    /// What OVF 2.x asks for.
    Sha256,
    /// Written by some exporters, refused by some importers.
    Sha512,
}

impl Algorithm {
    /// The function of this name, in any letters.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_uppercase().replace('-', "");
        [Self::Sha1, Self::Sha256, Self::Sha512].into_iter().find(|it| it.name() == name)
    }

    /// Its name in a manifest.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    /// Hexadecimal digits of its digests.
    #[must_use]
    pub fn digits(self) -> usize {
        match self {
            Self::Sha1 => 40,
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }
}

/// A digest, as hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    algorithm: Algorithm,
    digits: String,
}

impl Digest {
    /// A digest that somebody wrote down; none where it has not as many digits as it should.
    #[must_use]
    pub fn written(algorithm: Algorithm, digits: &str) -> Option<Self> {
        let right =
            digits.len() == algorithm.digits() && digits.bytes().all(|it| it.is_ascii_hexdigit());
        right.then(|| Self { algorithm, digits: digits.to_ascii_lowercase() })
    }

    /// The digest of these bytes.
    #[must_use]
    pub fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let mut hash = Hash::new(algorithm);
        hash.update(bytes);
        hash.finish()
    }

    /// What it was made with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digits)
    }
}

/// A digest that is being made.
#[derive(Debug, Clone)]
pub(crate) enum Hash {
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
    Sha512(sha2::Sha512),
}

impl Hash {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::Sha1(sha1::Sha1::new()),
            Algorithm::Sha256 => Self::Sha256(sha2::Sha256::new()),
            Algorithm::Sha512 => Self::Sha512(sha2::Sha512::new()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(it) => it.update(bytes),
            Self::Sha256(it) => it.update(bytes),
            Self::Sha512(it) => it.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        let (algorithm, bytes) = match self {
            Self::Sha1(it) => (Algorithm::Sha1, it.finalize().to_vec()),
            Self::Sha256(it) => (Algorithm::Sha256, it.finalize().to_vec()),
            Self::Sha512(it) => (Algorithm::Sha512, it.finalize().to_vec()),
        };
        let digits = bytes.iter().map(|it| format!("{it:02x}")).collect();
        Digest { algorithm, digits }
    }
}
