//! TLS: the certificate and its key, read from files, checked, and read again when they were renewed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use thiserror::Error;

/// Largest file of certificates or keys that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Where the certificate and its key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, then those that vouch for it, as PEM.
    pub chain: PathBuf,
    /// Its private key as PEM: PKCS#8, PKCS#1 or SEC1, without a password.
    pub key: PathBuf,
}

/// Why there is no TLS with these files.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unread {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is not PEM.
    #[error("{}: not PEM: {why}", path.display())]
    NotPem {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// There is no certificate in the file.
    #[error("{}: holds no certificate (BEGIN CERTIFICATE)", .0.display())]
    NoCertificate(PathBuf),
    /// There is no key in the file.
    #[error("{}: holds no private key without a password (BEGIN PRIVATE KEY)", .0.display())]
    NoKey(PathBuf),
    /// The key is of another certificate.
    #[error("{}: the key is not that of the certificate in {}", key.display(), chain.display())]
    OtherKey {
        /// The file of the key.
        key: PathBuf,
        /// The file of the certificate.
        chain: PathBuf,
    },
    /// The certificate or the key cannot be used.
    #[error("{}: {why}", path.display())]
    Unusable {
        /// The file of the key.
        path: PathBuf,
        /// What the library said.
        why: String,
    },
}

/// The certificate in use. Connections keep the one that they began with.
#[derive(Debug)]
pub struct Certificates {
    files: TlsFiles,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificates {
    /// Reads and checks both files.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub fn open(files: &TlsFiles) -> Result<Arc<Self>, TlsError> {
        let current = RwLock::new(Arc::new(read(files)?));
        Ok(Arc::new(Self { files: files.clone(), current }))
    }

    /// Reads both files again. What is wrong with them changes nothing: the certificate before stays
    /// in use.
    ///
    /// # Errors
    /// As [`Certificates::open`].
    pub fn reload(&self) -> Result<(), TlsError> {
        let fresh = Arc::new(read(&self.files)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Whether others than its owner may read the key.
    #[must_use]
    pub fn is_key_open(&self) -> bool {
        use std::os::unix::fs::PermissionsExt as _;
        let metadata = std::fs::metadata(&self.files.key);
        metadata.is_ok_and(|it| it.permissions().mode() & 0o004 != 0)
    }

    /// What a connection is opened by: TLS 1.2 or 1.3, HTTP/1.1.
    ///
    /// # Errors
    /// [`TlsError::Unusable`] when the library has no safe ciphers.
    pub fn config(self: &Arc<Self>) -> Result<ServerConfig, TlsError> {
        let builder = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(&self.files.key, &error))?;
        let resolver = Arc::clone(self);
        let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn read(files: &TlsFiles) -> Result<CertifiedKey, TlsError> {
    let chain = certificates(&files.chain)?;
    let key = match PrivateKeyDer::from_pem_slice(&bytes(&files.key)?) {
        Ok(key) => key,
        Err(PemError::NoItemsFound) => return Err(TlsError::NoKey(files.key.clone())),
        Err(error) => return Err(not_pem(&files.key, &error)),
    };
    CertifiedKey::from_der(chain, key, &provider()).map_err(|error| {
        if matches!(error, rustls::Error::InconsistentKeys(_)) {
            return TlsError::OtherKey { key: files.key.clone(), chain: files.chain.clone() };
        }
        unusable(&files.key, &error)
    })
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes(path)?).collect();
    let found = found.map_err(|error| not_pem(path, &error))?;
    match found.is_empty() {
        true => Err(TlsError::NoCertificate(path.to_owned())),
        false => Ok(found),
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, TlsError> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path);
    let read = read.and_then(|file| file.take(LARGEST).read_to_end(&mut bytes));
    read.map_err(|source| TlsError::Unread { path: path.to_owned(), source })?;
    Ok(bytes)
}

fn not_pem(path: &Path, error: &PemError) -> TlsError {
    TlsError::NotPem { path: path.to_owned(), why: error.to_string() }
}

fn unusable(path: &Path, error: &rustls::Error) -> TlsError {
    TlsError::Unusable { path: path.to_owned(), why: error.to_string() }
}
