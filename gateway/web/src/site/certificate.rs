//! The box's own certificates: an authority that lives as long as the box, and what it signs for the page.
//!
//! Nobody outside signs for `pumice.local`, so the box signs for itself: a browser warns once, its owner compares the fingerprint
//! with the one on the label, or installs the authority. So that an installed authority is no danger to anyone, it can only
//! sign for names below `.local` and for addresses that no router of the internet carries.
//!
//! All is pure: key material and the time come in, PEM goes out. What is kept where is the caller's.

use core::net::IpAddr;
use core::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::neighbours::is_local;

#[cfg(test)]
mod tests;

/// The authority's life from now on: that of the box, and more.
const AUTHORITY_DAYS: u64 = 30 * 365;

/// A certificate's life. Some browsers take no longer one than 825 days from an authority that was installed by hand.
const LEAF_DAYS: u64 = 820;

/// A certificate that ends within so many days is made anew.
const RENEW_DAYS: u64 = 60;

const DAY: u64 = 86_400;

/// From when the authority is valid: always. Whoever installs it does so because of its fingerprint.
const EARLIEST: u64 = 0;

/// 2026-11-01. It is not earlier than this program, whatever a clock says that was never set.
const BUILT: u64 = 1_793_491_200;

/// A clock that says more than this is wrong: 2049-12-31. What ends later is told in the form for later centuries (RFC 5280
/// 4.1.2.5).
const LATEST: u64 = 2_524_521_600;

/// The name that the page always has.
pub const LOCAL_NAME: &str = "pumice.local";

/// Names and addresses of one certificate at most.
const NAMES: usize = 32;

/// A key and its certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct Certified {
    /// The private key, PKCS#8 in PEM.
    pub key_pem: Zeroizing<String>,
    /// The certificate in PEM.
    pub certificate_pem: String,
    /// From when it is valid, seconds since 1970.
    pub not_before: u64,
    /// Until when.
    pub not_after: u64,
    /// What it is good for: names and addresses; of an authority, its own name.
    pub names: Vec<String>,
}

impl core::fmt::Debug for Certified {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Certified")
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

impl Certified {
    /// All of it as one text for a file that only the gateway may read: the facts as remarks, which PEM allows before its first
    /// line, then the key and the certificate.
    pub fn to_text(&self) -> Zeroizing<String> {
        let Self { key_pem, certificate_pem, not_before, not_after, names } = self;
        let names = names.join(", ");
        Zeroizing::new(format!(
            "# not_before = {not_before}\n# not_after = {not_after}\n# names = {names}\n{}{certificate_pem}",
            key_pem.as_str()
        ))
    }

    /// Reads what [`Certified::to_text`] wrote.
    pub fn from_text(text: &str) -> Result<Self, CertificateError> {
        let missing = |what: &str| CertificateError::Unusable(format!("the file has no {what}"));
        let remark = |name: &str| {
            let lines = text.lines().filter_map(|line| line.strip_prefix("# ")?.split_once(" = "));
            lines
                .filter(|(known, _)| *known == name)
                .map(|(_, value)| value)
                .next()
                .ok_or_else(|| missing(name))
        };
        let number = |name: &str| remark(name)?.parse().map_err(|_| missing(name));
        let part = |label: &str| {
            let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
            let from = text.find(&begin).ok_or_else(|| missing(label))?;
            let to = text.find(&end).ok_or_else(|| missing(label))?;
            text.get(from..to + end.len()).map(|part| format!("{part}\n")).ok_or_else(|| missing(label))
        };
        Ok(Self {
            not_before: number("not_before")?,
            not_after: number("not_after")?,
            names: remark("names")?.split(", ").map(str::to_owned).collect(),
            key_pem: Zeroizing::new(part("PRIVATE KEY")?),
            certificate_pem: part("CERTIFICATE")?,
        })
    }
}

/// Why there is no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// A key or a certificate is none.
    #[error("the key or the certificate cannot be used: {0}")]
    Unusable(String),
}

impl From<rcgen::Error> for CertificateError {
    fn from(error: rcgen::Error) -> Self {
        Self::Unusable(error.to_string())
    }
}

/// A new private key (EC P-256), PKCS#8 in PEM, from the system's randomness.
pub fn new_key() -> Result<Zeroizing<String>, CertificateError> {
    Ok(Zeroizing::new(KeyPair::generate()?.serialize_pem()))
}

/// Makes the authority: for its key and its name, the same but for its end. It is valid at once whatever time it is, so that one that
/// was made by a clock that was never set is as good as any. `box_name` tells one box's authority from
/// another's in a list of installed ones.
pub fn authority(key_pem: &str, box_name: &str, unix_seconds: u64) -> Result<Certified, CertificateError> {
    let key = KeyPair::from_pem(key_pem)?;
    let (not_before, not_after) = (EARLIEST, likely(unix_seconds) + AUTHORITY_DAYS * DAY);
    let name = authority_name(box_name);
    let certificate_pem = authority_params(&name, not_before, not_after).self_signed(&key)?.pem();
    let key_pem = Zeroizing::new(key_pem.to_owned());
    Ok(Certified { key_pem, certificate_pem, not_before, not_after, names: vec![name] })
}

fn authority_params(name: &str, not_before: u64, not_after: u64) -> CertificateParams {
    let mut params = dated(not_before, not_after);
    params.distinguished_name = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints =
        Some(NameConstraints { permitted_subtrees: near(), excluded_subtrees: Vec::new() });
    params
}

/// The authority's name, as a phone shows it.
pub fn authority_name(box_name: &str) -> String {
    let safe =
        box_name.chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.'));
    format!("Pumice box {}", safe.take(32).collect::<String>())
}

/// Signs a certificate for the page: for [`LOCAL_NAME`], and of `names` those that end in `.local` or are addresses that mean
/// something near the box; the authority signs for no others.
pub fn issue(
    authority: &Certified,
    key_pem: &str,
    names: &[String],
    unix_seconds: u64,
) -> Result<Certified, CertificateError> {
    let authority_key = KeyPair::from_pem(&authority.key_pem)?;
    // The authority as it was made: what a signature needs of it is its name and its key.
    let name = authority.names.first().map(String::as_str).unwrap_or_default();
    let issuer =
        Issuer::new(authority_params(name, authority.not_before, authority.not_after), authority_key);
    let key = KeyPair::from_pem(key_pem)?;
    // From a day before, because the client's clock may be behind the box's.
    let not_before = likely(unix_seconds) - DAY;
    let not_after = not_before + LEAF_DAYS * DAY;
    let mut params = dated(not_before, not_after);
    let names = wanted(names);
    for name in &names {
        params.subject_alt_names.push(match name.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(name.as_str().try_into()?),
        });
    }
    params.distinguished_name = named(LOCAL_NAME);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let certificate_pem = params.signed_by(&key, &issuer)?.pem();
    Ok(Certified {
        key_pem: Zeroizing::new(key_pem.to_owned()),
        certificate_pem,
        not_before,
        not_after,
        names,
    })
}

/// Whether a certificate of the page is to be made anew: it ends soon, it is of another time than now (a clock that was
/// wrong), or it lacks a name that is wanted.
pub fn is_due(certificate: &Certified, names: &[String], unix_seconds: u64) -> bool {
    let now = likely(unix_seconds);
    now.saturating_add(RENEW_DAYS * DAY) >= certificate.not_after
        || now < certificate.not_before
        || wanted(names).iter().any(|name| !certificate.names.contains(name))
}

/// SHA-256 of a certificate, as its fingerprint is defined: of its DER.
pub fn fingerprint(certificate_pem: &str) -> Result<[u8; 32], CertificateError> {
    Ok(Sha256::digest(der(certificate_pem)?).into())
}

/// A fingerprint as browsers show it: pairs of digits with colons between.
pub fn fingerprint_text(fingerprint: &[u8; 32]) -> String {
    fingerprint.map(|octet| format!("{octet:02X}")).join(":")
}

/// The octets of a certificate: what phones install.
pub fn der(certificate_pem: &str) -> Result<Vec<u8>, CertificateError> {
    CertificateDer::from_pem_slice(certificate_pem.as_bytes())
        .map(|der| der.to_vec())
        .map_err(|error| CertificateError::Unusable(error.to_string()))
}

/// Names without what the authority may not sign for, each once, the constant one first.
fn wanted(names: &[String]) -> Vec<String> {
    let mut kept = vec![LOCAL_NAME.to_owned()];
    for name in names {
        let name = name.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let near = match name.parse::<IpAddr>() {
            Ok(address) => is_local(address),
            Err(_) => is_name(&name) && name.ends_with(".local"),
        };
        if near && !kept.contains(&name) && kept.len() < NAMES {
            kept.push(name);
        }
    }
    kept
}

fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

/// All that the authority may sign for.
fn near() -> Vec<GeneralSubtree> {
    let v4 = [
        ([127, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([172, 16, 0, 0], 12),
        ([192, 168, 0, 0], 16),
        ([169, 254, 0, 0], 16),
    ];
    let v6: [(u128, u8); 3] = [(1, 128), (0xfc00 << 112, 7), (0xfe80 << 112, 10)];
    let names = core::iter::once(GeneralSubtree::DnsName("local".to_owned()));
    let v4 = v4.into_iter().map(|(address, prefix)| CidrSubnet::from_v4_prefix(address, prefix));
    let v6 =
        v6.into_iter().map(|(address, prefix)| CidrSubnet::from_v6_prefix(address.to_be_bytes(), prefix));
    names.chain(v4.chain(v6).map(GeneralSubtree::IpAddress)).collect()
}

/// The time that it may be.
fn likely(unix_seconds: u64) -> u64 {
    unix_seconds.clamp(BUILT, LATEST)
}

fn dated(not_before: u64, not_after: u64) -> CertificateParams {
    let mut params = CertificateParams::default();
    // Times of a file that was tampered with end where dates do.
    let at =
        |unix_seconds: u64| date_time_ymd(1970, 1, 1) + Duration::from_secs(unix_seconds.min(LATEST * 2));
    (params.not_before, params.not_after) = (at(not_before), at(not_after));
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished.push(DnType::OrganizationName, "Pumice");
    distinguished
}
