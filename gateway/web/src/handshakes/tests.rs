use core::time::Duration;

use futures_util::FutureExt;

use super::{AT_ONCE, BURST, Bucket, Handshakes, REFILL};

#[test]
fn a_burst_is_let_in_and_then_twenty_in_a_second() {
    let mut bucket = Bucket::default();
    let mut taken = |now| (0..1_000).filter(|_| bucket.take(now)).count();
    assert_eq!(taken(Duration::ZERO), BURST as usize);
    assert_eq!(taken(REFILL - Duration::from_nanos(1)), 0);
    assert_eq!(taken(REFILL), 1);
    assert_eq!(taken(REFILL + Duration::from_secs(1)), 20);
    // It does not fill beyond its rim.
    assert_eq!(taken(Duration::from_secs(100_000)), BURST as usize);
}

#[tokio::test(start_paused = true)]
async fn who_comes_too_fast_is_counted() {
    let handshakes = Handshakes::default();
    let admitted = (0..100).filter(|_| handshakes.clone().admit()).count();
    assert_eq!((admitted, handshakes.refused.total()), (BURST as usize, 100 - u64::from(BURST)));
    tokio::time::advance(REFILL * 3).await;
    assert_eq!((0..100).filter(|_| handshakes.admit()).count(), 3);
}

#[tokio::test]
async fn so_many_shake_hands_at_one_time_and_the_next_waits_for_a_place() {
    let handshakes = Handshakes::default();
    let mut places: Vec<_> = (0..AT_ONCE).map(|_| handshakes.place().now_or_never().unwrap()).collect();
    let other_listener = handshakes.clone();
    let mut next = core::pin::pin!(other_listener.place());
    assert!(next.as_mut().now_or_never().is_none());
    places.pop();
    assert!(next.await.is_some());
}
