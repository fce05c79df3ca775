use pumice_model::ue::UeCapability;

use super::{Algorithms, replayed_capability, select};

fn phone(network: &[u8], ms_network: Option<&[u8]>) -> UeCapability {
    UeCapability {
        network: heapless::Vec::from_slice(network).unwrap(),
        ms_network: ms_network.map(|octets| heapless::Vec::from_slice(octets).unwrap()),
        additional_security: None,
    }
}

#[test]
fn the_first_preference_that_the_phone_has() {
    let all = phone(&[0xf0, 0x70], None);
    assert_eq!(select(&all, &[2, 1, 3, 0], &[2, 1, 3]), Some(Algorithms { eea: 2, eia: 2 }));
    assert_eq!(select(&all, &[3, 0], &[1]), Some(Algorithms { eea: 3, eia: 1 }));
    let snow_only = phone(&[0xc0, 0x40], None);
    assert_eq!(select(&snow_only, &[2, 1, 3, 0], &[2, 1, 3]), Some(Algorithms { eea: 1, eia: 1 }));
}

#[test]
fn a_phone_with_null_integrity_alone_is_not_served_even_if_asked_to() {
    let null = phone(&[0x80, 0x80], None);
    assert_eq!(select(&null, &[0], &[2, 1, 3]), None);
    assert_eq!(select(&null, &[0], &[0]), None);
}

#[test]
fn what_is_replayed_is_as_long_as_what_the_phone_has() {
    assert_eq!(replayed_capability(&phone(&[0xe0, 0xe0], None))[..], [0xe0, 0xe0]);
    assert_eq!(replayed_capability(&phone(&[0xe0, 0xe0, 0xc0, 0xc0], None))[..], [0xe0, 0xe0, 0xc0, 0x40]);
    // GEA1 is a bit of the first octet, GEA2 to GEA7 are bits of the second (TS 24.008 10.5.5.12).
    let gprs = Some(&[0x80, 0x40][..]);
    assert_eq!(replayed_capability(&phone(&[0xe0, 0xe0], gprs))[..], [0xe0, 0xe0, 0, 0, 0x60]);
    assert_eq!(
        replayed_capability(&phone(&[0xe0, 0xe0, 0xc0, 0x40], gprs))[..],
        [0xe0, 0xe0, 0xc0, 0x40, 0x60]
    );
}
