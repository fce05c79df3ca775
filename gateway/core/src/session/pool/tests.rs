use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use pumice_model::identity::Imsi;

use super::AddressPool;
use crate::config::AddressRange;

fn imsi(number: u32) -> Imsi {
    Imsi::parse(&format!("00101{number:010}")).unwrap()
}

/// A prefix of 29 bits: the gateway and five phones.
fn pool() -> AddressPool {
    AddressPool::new(AddressRange { network: Ipv4Addr::new(10, 45, 0, 8), prefix: 29 })
}

#[test]
fn the_first_address_is_the_gateways_and_the_last_is_broadcast() {
    let mut pool = pool();
    let given: Vec<_> = (0..5).map(|number| pool.allocate(imsi(number)).unwrap()).collect();
    assert_eq!(given, (10..15).map(|last| Ipv4Addr::new(10, 45, 0, last)).collect::<Vec<_>>());
    assert_eq!(pool.allocate(imsi(9)), None, "full to the last");
}

#[test]
fn a_phone_comes_back_to_its_address() {
    let mut pool = pool();
    let first = pool.allocate(imsi(1)).unwrap();
    pool.release(imsi(1));
    let second = pool.allocate(imsi(2)).unwrap();
    assert_ne!(first, second, "while there are others nobody takes it");
    assert_eq!(pool.allocate(imsi(1)), Some(first));
}

#[test]
fn an_address_that_nobody_uses_goes_to_who_needs_it() {
    let mut pool = pool();
    for number in 0..5 {
        pool.allocate(imsi(number)).unwrap();
    }
    pool.release(imsi(3));
    let taken = pool.allocate(imsi(9)).unwrap();
    assert_eq!(taken, Ipv4Addr::new(10, 45, 0, 13));
    assert_eq!(pool.allocate(imsi(3)), None, "it is another's now");
    pool.release(imsi(9));
    assert_eq!(pool.allocate(imsi(3)), Some(taken));
}

#[test]
fn a_restored_address_is_taken_once_and_only_within_the_pool() {
    let mut pool = pool();
    assert!(pool.restore(imsi(1), Ipv4Addr::new(10, 45, 0, 12)));
    assert!(!pool.restore(imsi(2), Ipv4Addr::new(10, 45, 0, 12)));
    assert!(!pool.restore(imsi(2), Ipv4Addr::new(10, 45, 1, 12)));
    let given: BTreeSet<_> = (3..7).map(|number| pool.allocate(imsi(number)).unwrap()).collect();
    assert_eq!(given.len(), 4);
    assert!(!given.contains(&Ipv4Addr::new(10, 45, 0, 12)));
}
