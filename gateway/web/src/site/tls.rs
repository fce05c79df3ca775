//! What the page shows to a TLS client. It can be replaced while the page is served: a certificate ends, the box gets another
//! address.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use rustls::ServerConfig;
use rustls::crypto::ring::{default_provider, sign::any_supported_type};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, ServerSessionMemoryCache};
use rustls::sign::CertifiedKey;

use super::certificate::{CertificateError, Certified, fingerprint};

/// Sessions of TLS that a client may resume.
const RESUMABLE: usize = 64;

/// A certificate with its key, which all connections share; a new one counts for the connections after it. The authority is shown
/// with it, so that a browser can show the fingerprint that is on the label.
#[derive(Debug, Clone)]
pub struct TlsIdentity {
    shown: Arc<Shown>,
    authority: CertificateDer<'static>,
    authority_fingerprint: [u8; 32],
}

/// What there is to know of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// SHA-256 of it.
    pub fingerprint: [u8; 32],
    /// From when it is valid, seconds since 1970.
    pub not_before: u64,
    /// Until when.
    pub not_after: u64,
    /// Names and addresses that it is good for.
    pub names: Vec<String>,
}

#[derive(Debug)]
struct Shown(RwLock<(Arc<CertifiedKey>, CertificateFacts)>);

impl Shown {
    fn read(&self) -> RwLockReadGuard<'_, (Arc<CertifiedKey>, CertificateFacts)> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TlsIdentity {
    /// Shows this certificate, which this authority has signed.
    pub fn new(certified: &Certified, authority: &Certified) -> Result<Self, CertificateError> {
        let chained = der(&authority.certificate_pem)?;
        let shown = certified_key(certified, &chained)?;
        Ok(Self {
            shown: Arc::new(Shown(RwLock::new(shown))),
            authority: chained,
            authority_fingerprint: fingerprint(&authority.certificate_pem)?,
        })
    }

    /// Shows another one from now on. One that cannot be used changes nothing.
    pub fn replace(&self, certified: &Certified) -> Result<(), CertificateError> {
        let shown = certified_key(certified, &self.authority)?;
        *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = shown;
        Ok(())
    }

    /// What is shown now.
    pub fn facts(&self) -> CertificateFacts {
        self.shown.read().1.clone()
    }

    /// SHA-256 of the authority's certificate: what is on the label.
    pub const fn authority_fingerprint(&self) -> [u8; 32] {
        self.authority_fingerprint
    }

    /// TLS 1.3, and 1.2 for phones that are old; HTTP/1.1 inside.
    pub(crate) fn server_config(&self) -> Result<Arc<ServerConfig>, rustls::Error> {
        let shown: Arc<dyn ResolvesServerCert> = self.shown.clone();
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(shown);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.session_storage = ServerSessionMemoryCache::new(RESUMABLE);
        Ok(Arc::new(config))
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.read().0))
    }
}

fn der(pem: &str) -> Result<CertificateDer<'static>, CertificateError> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| unusable(&error))
}

fn certified_key(
    certified: &Certified,
    authority: &CertificateDer<'static>,
) -> Result<(Arc<CertifiedKey>, CertificateFacts), CertificateError> {
    let certificate = der(&certified.certificate_pem)?;
    let key =
        PrivateKeyDer::from_pem_slice(certified.key_pem.as_bytes()).map_err(|error| unusable(&error))?;
    let key = any_supported_type(&key).map_err(|error| unusable(&error))?;
    let chain = vec![certificate, authority.clone()];
    let key = CertifiedKey::new(chain, key);
    key.keys_match().map_err(|error| unusable(&error))?;
    let facts = CertificateFacts {
        fingerprint: fingerprint(&certified.certificate_pem)?,
        not_before: certified.not_before,
        not_after: certified.not_after,
        names: certified.names.clone(),
    };
    Ok((Arc::new(key), facts))
}

fn unusable(error: &dyn core::fmt::Display) -> CertificateError {
    CertificateError::Unusable(error.to_string())
}
