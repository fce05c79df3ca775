use pumice_model::identity::Apn;
use pumice_model::secret::Key128;
use pumice_model::subscriber::{Ambr, ApnProfile, OperatorKey, Qci, SimKeys, SubscriberState};

use super::*;
use crate::FileSealer;

fn subscriber() -> Subscriber {
    let ambr = Ambr { uplink: 1, downlink: 2 };
    Subscriber {
        imsi: Imsi::parse("001010000000001").unwrap(),
        name: heapless::String::try_from("Ana").unwrap(),
        state: SubscriberState::Active,
        keys: SimKeys { k: Key128::new([1; 16]), op: OperatorKey::Opc(Key128::new([2; 16])), amf: [0x80, 0] },
        seq_offset: 5,
        apns: heapless::Vec::from_slice(&[ApnProfile {
            apn: Apn::parse("internet").unwrap(),
            ambr,
            qci: Qci::DEFAULT,
            priority: 8,
        }])
        .unwrap(),
        ambr,
        ims_voice: false,
    }
}

const IMSI: &str = "001010000000001";

#[test]
fn every_flipped_bit_and_every_missing_octet_is_noticed() {
    let sealer = FileSealer::new(&[3; 32]);
    let record = seal_subscriber(&sealer, &subscriber()).unwrap();
    assert_eq!(open_subscriber(&sealer, IMSI, &record).unwrap(), subscriber());
    for length in 0..record.len() {
        assert!(open_subscriber(&sealer, IMSI, &record[..length]).is_err(), "{length} octets");
    }
    for bit in 0..record.len() * 8 {
        let mut harmed = record.clone();
        harmed[bit / 8] ^= 1 << (bit % 8);
        let refused = open_subscriber(&sealer, IMSI, &harmed).unwrap_err();
        let expected = match bit {
            0..8 => StoreError::UnknownVersion(harmed[0]),
            _ => StoreError::NotAuthentic,
        };
        assert_eq!(refused, expected, "bit {bit}");
    }
    let longer = [record.as_slice(), &[0]].concat();
    assert_eq!(open_subscriber(&sealer, IMSI, &longer).unwrap_err(), StoreError::NotAuthentic);
}

#[test]
fn a_record_opens_in_its_own_place_only() {
    let sealer = FileSealer::new(&[3; 32]);
    let record = seal_subscriber(&sealer, &subscriber()).unwrap();
    assert_eq!(open_subscriber(&sealer, "001010000000002", &record).unwrap_err(), StoreError::NotAuthentic);
    assert_eq!(open_ue(&sealer, IMSI, &record).unwrap_err(), StoreError::NotAuthentic);
    let other = FileSealer::new(&[4; 32]);
    assert_eq!(open_subscriber(&other, IMSI, &record).unwrap_err(), StoreError::NotAuthentic);
}

#[test]
fn no_two_seals_are_alike() {
    let sealer = FileSealer::new(&[3; 32]);
    let seals: std::collections::BTreeSet<_> =
        (0..1_000).map(|_| seal_subscriber(&sealer, &subscriber()).unwrap()).collect();
    assert_eq!(seals.len(), 1_000);
    let nonces: std::collections::BTreeSet<_> = seals.iter().map(|seal| &seal[1..25]).collect();
    assert_eq!(nonces.len(), 1_000);
}

/// A sealer that authenticates nothing: what it opens may be anything.
struct Naive;

impl Sealer for Naive {
    fn seal(&self, _: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        Ok(plain.to_vec())
    }

    fn open(&self, _: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        Ok(Zeroizing::new(sealed.to_vec()))
    }
}

#[test]
fn malformed_records_are_refused_without_a_panic() {
    let record = seal_subscriber(&Naive, &subscriber()).unwrap();
    for length in 0..record.len() {
        assert_eq!(open_subscriber(&Naive, IMSI, &record[..length]).unwrap_err(), StoreError::Malformed);
    }
    let longer = [record.as_slice(), &[0]].concat();
    assert_eq!(open_subscriber(&Naive, IMSI, &longer).unwrap_err(), StoreError::Malformed);
    assert_eq!(open_subscriber(&Naive, "001010000000002", &record).unwrap_err(), StoreError::NotAuthentic);
    for octet in 1..record.len() {
        for value in [0x00, 0x7f, 0x80, 0xff] {
            let mut harmed = record.clone();
            harmed[octet] = value;
            // It opens or it does not; it does not panic.
            let _ = open_subscriber(&Naive, IMSI, &harmed);
            let _ = open_ue(&Naive, IMSI, &harmed);
        }
    }
}
