use std::time::Duration;

use pumice_model::time::Instant;

use super::{Timer, Timers};
use crate::io::AssociationId;

fn at(seconds: u64) -> Instant {
    Instant::after_start(Duration::from_secs(seconds))
}

#[test]
fn they_expire_in_order_and_once() {
    let (first, second) = (Timer::S1Setup(AssociationId(1)), Timer::S1Setup(AssociationId(2)));
    let mut timers = Timers::default();
    timers.start(second, at(2));
    timers.start(first, at(1));
    assert_eq!(timers.next_deadline(), Some(at(1)));
    assert_eq!(timers.expire(at(0)), None);
    assert_eq!(timers.expire(at(5)), Some(first));
    assert_eq!(timers.expire(at(5)), Some(second));
    assert_eq!(timers.expire(at(5)), None);
}

#[test]
fn starting_anew_replaces_and_stopping_removes() {
    let timer = Timer::S1Setup(AssociationId(1));
    let mut timers = Timers::default();
    timers.start(timer, at(1));
    timers.start(timer, at(9));
    assert_eq!(timers.expire(at(5)), None);
    timers.stop(timer);
    assert_eq!(timers.next_deadline(), None);
}
