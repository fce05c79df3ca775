use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{Error, RootCertStore};

use super::{BUILT, Certified, DAY, authority, der, fingerprint, fingerprint_text, is_due, issue, new_key};
use crate::TlsIdentity;

const NOW: u64 = 1_795_608_000;

fn names() -> Vec<String> {
    [
        "192.168.1.5",
        "duka.local",
        "fd00::5",
        "www.example.org",
        "8.8.8.8",
        "PUMICE.local",
        "[fe80::1]",
        "a b.local",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn pair(now: u64) -> (Certified, Certified) {
    let authority = authority(&new_key().unwrap(), "ab12", now).unwrap();
    let leaf = issue(&authority, &new_key().unwrap(), &names(), now).unwrap();
    (authority, leaf)
}

/// What a browser that trusts the authority makes of the certificate.
fn judge(authority: &Certified, leaf: &Certified, name: &str, now: u64) -> Result<(), Error> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(der(&authority.certificate_pem).unwrap())).unwrap();
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()))
        .build()
        .unwrap();
    let leaf = CertificateDer::from(der(&leaf.certificate_pem).unwrap());
    let now = UnixTime::since_unix_epoch(core::time::Duration::from_secs(now));
    let name = ServerName::try_from(name).unwrap();
    verifier.verify_server_cert(&leaf, &[], &name, &[], now).map(drop)
}

#[test]
fn a_browser_that_trusts_the_authority_trusts_the_page_by_each_of_its_names() {
    let (authority, leaf) = pair(NOW);
    assert_eq!(leaf.names, ["pumice.local", "192.168.1.5", "duka.local", "fd00::5", "fe80::1"]);
    for name in &leaf.names {
        judge(&authority, &leaf, name, NOW).unwrap();
    }
    judge(&authority, &leaf, "www.example.org", NOW).unwrap_err();
    judge(&authority, &leaf, "192.168.1.6", NOW).unwrap_err();
}

#[test]
fn the_authority_cannot_sign_for_the_world() {
    let authority = authority(&new_key().unwrap(), "ab12", NOW).unwrap();
    let issuer_key = rcgen::KeyPair::from_pem(&authority.key_pem).unwrap();
    let params = super::authority_params(&authority.names[0], authority.not_before, authority.not_after);
    let issuer = rcgen::Issuer::new(params, issuer_key);
    for name in ["bank.example", "8.8.8.8", "2001:db8::1"] {
        let mut params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        let key = rcgen::KeyPair::generate().unwrap();
        let forged = params.signed_by(&key, &issuer).unwrap();
        let forged = Certified { certificate_pem: forged.pem(), ..authority.clone() };
        let error = judge(&authority, &forged, name, NOW).unwrap_err();
        assert!(format!("{error:?}").contains("NameConstraintViolation"), "{error:?}");
    }
}

#[test]
fn a_certificate_lasts_820_days_from_the_day_before() {
    let (authority, leaf) = pair(NOW);
    assert_eq!((leaf.not_before, leaf.not_after), (NOW - DAY, NOW + 819 * DAY));
    judge(&authority, &leaf, "pumice.local", NOW - DAY).unwrap();
    judge(&authority, &leaf, "pumice.local", NOW + 819 * DAY).unwrap();
    judge(&authority, &leaf, "pumice.local", NOW + 819 * DAY + 1).unwrap_err();
    judge(&authority, &leaf, "pumice.local", NOW - DAY - 1).unwrap_err();
}

#[test]
fn what_a_clock_that_was_never_set_makes_is_good_to_a_phone_with_the_right_time() {
    for unset in [0, 40, 946_684_800] {
        let (authority, leaf) = pair(unset);
        // From the day before the program was made, for the 820 days that a browser takes.
        assert_eq!((leaf.not_before, leaf.not_after), (BUILT - DAY, BUILT + 819 * DAY));
        for right in [BUILT, NOW, BUILT + 700 * DAY] {
            judge(&authority, &leaf, "pumice.local", right).unwrap();
        }
        // It is not made anew all the time while the clock is wrong, nor when it comes right.
        for now in [unset, unset + 3_600, NOW, BUILT + 700 * DAY] {
            assert!(!is_due(&leaf, &[], now), "{now}");
        }
        assert!(is_due(&leaf, &[], BUILT + 760 * DAY));
    }
}

#[test]
fn an_authority_that_an_unset_clock_made_signs_for_thirty_years() {
    let first = authority(&new_key().unwrap(), "ab12", 0).unwrap();
    assert_eq!((first.not_before, first.not_after), (0, BUILT + 30 * 365 * DAY));
    let later = |years: u64| BUILT + years * 365 * DAY;
    for years in [0, 5, 20, 29] {
        // In 2038, in 2050, and after it.
        let leaf = issue(&first, &new_key().unwrap(), &[], later(years)).unwrap();
        let judged = judge(&first, &leaf, "pumice.local", leaf.not_before + DAY);
        judged.unwrap_or_else(|error| panic!("{years}: {error:?}"));
    }
    let leaf = issue(&first, &new_key().unwrap(), &[], later(22)).unwrap();
    judge(&first, &leaf, "pumice.local", first.not_after + 1).unwrap_err();
}

#[test]
fn a_clock_that_is_far_ahead_makes_a_certificate_all_the_same() {
    let (authority, leaf) = pair(u64::MAX);
    judge(&authority, &leaf, "pumice.local", leaf.not_before + 1).unwrap();
    assert!(is_due(&leaf, &[], NOW), "the clock came right");
}

#[test]
fn it_is_made_anew_before_its_end_for_a_new_name_and_for_a_clock_that_came_right() {
    let (_, leaf) = pair(NOW);
    let due = |names: &[&str], now| {
        is_due(&leaf, &names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), now)
    };
    assert!(!due(&["192.168.1.5", "www.example.org"], NOW));
    assert!(due(&["192.168.1.77"], NOW));
    assert!(!due(&[], NOW + (819 - 61) * DAY));
    assert!(due(&[], NOW + (819 - 60) * DAY));
    assert!(due(&[], NOW - 2 * DAY));
    assert!(due(&[], u64::MAX));
}

#[test]
fn the_same_key_and_time_give_the_same_authority_name_and_key() {
    let key = new_key().unwrap();
    let (one, other) = (authority(&key, "ab12", NOW).unwrap(), authority(&key, "ab12", NOW).unwrap());
    // Its serial number comes from its key, its signature may differ: what is installed stays good for either.
    let leaf = issue(&one, &new_key().unwrap(), &[], NOW).unwrap();
    judge(&other, &leaf, "pumice.local", NOW).unwrap();
}

#[test]
fn a_fingerprint_is_of_the_certificate() {
    let (authority, leaf) = pair(NOW);
    let text = fingerprint_text(&fingerprint(&leaf.certificate_pem).unwrap());
    assert_eq!(text.len(), 95);
    assert!(text.split(':').all(|pair| pair.len() == 2 && u8::from_str_radix(pair, 16).is_ok()));
    assert_ne!(text, fingerprint_text(&fingerprint(&authority.certificate_pem).unwrap()));
}

#[test]
fn what_is_no_key_is_told() {
    let (ca, leaf) = pair(NOW);
    for wrong in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "\u{0}"] {
        authority(wrong, "x", NOW).unwrap_err();
        issue(&ca, wrong, &[], NOW).unwrap_err();
        fingerprint(wrong).unwrap_err();
    }
    // A certificate with another key is no identity, and does not take the place of one.
    let crossed = Certified { key_pem: ca.key_pem.clone(), ..leaf.clone() };
    TlsIdentity::new(&crossed, &ca).unwrap_err();
    TlsIdentity::new(&leaf, &ca).unwrap().replace(&crossed).unwrap_err();
}

#[test]
fn a_certificate_is_kept_as_one_text() {
    let (authority, leaf) = pair(NOW);
    for certified in [&authority, &leaf] {
        let kept = Certified::from_text(&certified.to_text()).unwrap();
        assert_eq!(
            (&kept.names, kept.not_before, kept.not_after),
            (&certified.names, certified.not_before, certified.not_after)
        );
        assert_eq!(der(&kept.certificate_pem).unwrap(), der(&certified.certificate_pem).unwrap());
    }
    let kept = Certified::from_text(&leaf.to_text()).unwrap();
    TlsIdentity::new(&kept, &authority).unwrap();
    let text = leaf.to_text();
    for part in
        ["# not_before", "# not_after", "# names", "BEGIN PRIVATE", "END PRIVATE", "BEGIN CERT", "END CERT"]
    {
        Certified::from_text(&text.replace(part, "x")).unwrap_err();
    }
    for end in (0..text.len() - 2).step_by(37) {
        Certified::from_text(&text[..end]).unwrap_err();
    }
}
