use super::{Kept, RadioCapabilities};

#[test]
fn equal_phones_share_one_copy() {
    let mut capabilities = RadioCapabilities::new(1_000, 1_000);
    let Kept::New(hash) = capabilities.keep(&[1; 600]) else { panic!("the first is new") };
    assert_eq!(capabilities.keep(&[1; 600]), Kept::Shared(hash));
    assert!(!capabilities.release(hash), "another phone has it");
    assert_eq!(capabilities.of(hash), Some(&[1; 600][..]));
    assert!(capabilities.release(hash));
    assert_eq!(capabilities.of(hash), None);
}

#[test]
fn one_that_finds_no_room_is_not_kept() {
    let mut capabilities = RadioCapabilities::new(1_000, 700);
    assert_eq!(capabilities.keep(&[1; 701]), Kept::NoRoom, "too large");
    assert!(matches!(capabilities.keep(&[1; 700]), Kept::New(_)));
    assert_eq!(capabilities.keep(&[2; 301]), Kept::NoRoom, "too many");
    assert!(matches!(capabilities.keep(&[2; 300]), Kept::New(_)), "to the last octet");
}

#[test]
fn what_was_restored_and_nobody_claims_is_dropped() {
    let mut before = RadioCapabilities::new(1_000, 1_000);
    let (Kept::New(claimed), Kept::New(other)) = (before.keep(&[1; 10]), before.keep(&[2; 10])) else {
        panic!("new")
    };
    let mut after = RadioCapabilities::new(1_000, 1_000);
    after.restore(claimed, vec![1; 10]);
    after.restore(other, vec![2; 10]);
    assert!(after.claim(claimed));
    assert_eq!(after.drop_unclaimed(), [other]);
    assert!(after.of(claimed).is_some());
}
