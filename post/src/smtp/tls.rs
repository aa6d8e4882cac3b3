//! Whom we trust to say that a server is who it should be.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::Unfit;

/// The authorities that browsers trust, and those of a file.
pub(super) fn trust(more: Option<&[u8]>) -> Result<Arc<ClientConfig>, Unfit> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = more {
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let found = found.ok().filter(|it| !it.is_empty()).ok_or(Unfit::Authorities)?;
        for certificate in found {
            roots.add(certificate).map_err(|_| Unfit::Authorities)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    // The provider is the one of the house: it has the protocol versions that are on by default.
    let config =
        config.map_err(|_| Unfit::Authorities)?.with_root_certificates(roots).with_no_client_auth();
    Ok(Arc::new(config))
}
