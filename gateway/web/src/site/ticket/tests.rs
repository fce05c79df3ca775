use std::sync::Arc;

use pumice_model::settings::Values;
use pumice_model::time::Stamp;
use zeroize::Zeroizing;

use super::{Held, TICKETS, Tickets};

fn at(seconds: u64) -> Stamp {
    Stamp { boot: 1, at_millis: seconds * 1_000, unix_seconds: None }
}

fn settings() -> Held {
    Held::Settings(Values::new())
}

#[test]
fn a_ticket_is_good_once_and_for_who_got_it() {
    let mut tickets = Tickets::default();
    let number = tickets.keep(settings(), [1; 32], at(0)).unwrap();
    assert!(tickets.take(&number, [2; 32], at(1)).is_none());
    assert!(tickets.take("", [1; 32], at(1)).is_none());
    assert!(tickets.take(&number, [1; 32], at(1)).is_some());
    assert!(tickets.take(&number, [1; 32], at(1)).is_none());
}

#[test]
fn a_ticket_is_good_for_a_quarter_of_an_hour() {
    let mut tickets = Tickets::default();
    let number = tickets.keep(settings(), [1; 32], at(0)).unwrap();
    assert!(tickets.take(&number, [1; 32], at(15 * 60)).is_none());
    assert!(tickets.0.is_empty());
}

#[test]
fn only_so_many_wait() {
    let mut tickets = Tickets::default();
    let first = tickets.keep(settings(), [0; 32], at(0)).unwrap();
    for holder in 1..=20 {
        tickets.keep(settings(), [holder; 32], at(1)).unwrap();
        assert!(tickets.0.len() <= TICKETS);
    }
    assert!(tickets.take(&first, [0; 32], at(2)).is_none());
    // One holder has one of a kind.
    let mut tickets = Tickets::default();
    let first = tickets.keep(settings(), [1; 32], at(0)).unwrap();
    tickets.keep(Held::Backup(axum::body::Bytes::new()), [1; 32], at(0)).unwrap();
    tickets.keep(settings(), [1; 32], at(1)).unwrap();
    assert_eq!(tickets.0.len(), 2);
    assert!(tickets.take(&first, [1; 32], at(2)).is_none());
}

fn large() -> [Held; 4] {
    let octets = || axum::body::Bytes::from_static(b"large");
    [
        Held::Backup(octets()),
        Held::Restore { backup: Arc::new(b"large".to_vec()), key: Zeroizing::new("key".to_owned()) },
        Held::Diagnostics(octets()),
        Held::Subscribers(Vec::new()),
    ]
}

#[test]
fn of_all_that_is_large_one_is_here_whoever_it_is_for() {
    let mut tickets = Tickets::default();
    let settings = tickets.keep(settings(), [1; 32], at(0)).unwrap();
    let mut before: Option<String> = None;
    for (holder, held) in (1..).zip(large().into_iter().chain(large())) {
        let number = tickets.keep(held, [holder; 32], at(1)).unwrap();
        assert_eq!(tickets.0.len(), 2, "the settings and the new one");
        if let Some(before) = before.replace(number) {
            assert!(tickets.take(&before, [holder - 1; 32], at(1)).is_none());
        }
    }
    tickets.drop_large();
    assert!(tickets.take(&before.unwrap(), [8; 32], at(1)).is_none());
    assert!(tickets.take(&settings, [1; 32], at(1)).is_some());
}

#[test]
fn what_is_large_is_good_for_five_minutes() {
    for held in large() {
        let mut tickets = Tickets::default();
        tickets.keep(held, [1; 32], at(0)).unwrap();
        tickets.expire(at(5 * 60 - 1));
        assert_eq!(tickets.0.len(), 1);
        tickets.expire(at(5 * 60));
        assert!(tickets.0.is_empty());
    }
}
