use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use super::{ADDRESSES, NAMES, Throttle};

fn from(host: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(0xc0a8_0000 + host))
}

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour() {
    let mut throttle = Throttle::default();
    let mut now = at(100);
    for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
        assert_eq!(throttle.begin(now, "amina", from(1)), Ok(()));
        assert_eq!(throttle.begin(now, "amina", from(1)), Err(at(wait)));
        now += at(wait) - Duration::from_millis(1);
        assert_eq!(throttle.begin(now, "amina", from(1)), Err(Duration::from_millis(1)));
        now += Duration::from_millis(1);
    }
}

#[test]
fn a_try_that_is_too_early_makes_the_wait_no_longer() {
    let mut throttle = Throttle::default();
    throttle.begin(at(0), "amina", from(1)).unwrap();
    for millis in 0..999 {
        throttle.begin(Duration::from_millis(millis), "amina", from(1)).unwrap_err();
    }
    throttle.begin(at(1), "amina", from(1)).unwrap();
}

#[test]
fn a_name_is_guarded_from_all_addresses_and_an_address_for_all_names() {
    let mut throttle = Throttle::default();
    throttle.begin(at(0), "amina", from(1)).unwrap();
    throttle.begin(at(0), "amina", from(2)).unwrap_err();
    throttle.begin(at(0), "juma", from(1)).unwrap_err();
    throttle.begin(at(0), "juma", from(2)).unwrap();
}

#[test]
fn success_and_time_forget() {
    let mut throttle = Throttle::default();
    let mut now = at(0);
    for _ in 0..6 {
        while throttle.begin(now, "amina", from(1)).is_err() {
            now += at(1);
        }
    }
    throttle.succeeded("amina", from(1));
    throttle.begin(now, "amina", from(1)).unwrap();
    throttle.begin(now, "amina", from(1)).unwrap_err();
    now += at(3_600);
    throttle.begin(now, "amina", from(1)).unwrap();
    assert_eq!(throttle.begin(now, "amina", from(1)), Err(at(1)));
}

#[test]
fn guessing_from_elsewhere_does_not_lock_out_who_was_here_before() {
    let mut throttle = Throttle::default();
    throttle.begin(at(0), "owner", from(1)).unwrap();
    throttle.succeeded("owner", from(1));
    let mut tries = 0;
    // A day of guessing, by a crowd of addresses, as fast as it may.
    for second in 0..86_400_u32 {
        tries += u32::from(throttle.begin(at(second.into()), "owner", from(2 + second % 200)).is_ok());
    }
    assert!(tries < 120, "{tries} guesses in a day");
    throttle.begin(at(86_400), "owner", from(1)).unwrap();
}

#[test]
fn a_stranger_who_guesses_the_code_does_not_make_the_owner_wait() {
    let mut throttle = Throttle::default();
    let mut guesses = 0;
    // A day of guessing from one address, ten times a second.
    for tenth in 0..864_000_u64 {
        let now = Duration::from_millis(tenth * 100);
        guesses += u32::from(throttle.begin_code(now, from(1)).is_ok());
    }
    assert!((90..120).contains(&guesses), "{guesses} guesses in a day");
    let now = at(86_400);
    throttle.begin_code(now, from(2)).unwrap();
    throttle.code_was_right(from(2));
    assert!(throttle.begin_code(now, from(1)).is_err());
}

#[test]
fn a_crowd_guesses_the_code_once_a_second_at_most() {
    let mut throttle = Throttle::default();
    let mut guesses = 0;
    for tenth in 0..36_000_u32 {
        let now = Duration::from_millis(u64::from(tenth) * 100);
        match throttle.begin_code(now, from(tenth)) {
            Ok(()) => guesses += 1,
            Err(wait) => assert!(wait <= at(1), "{wait:?}"),
        }
    }
    assert_eq!(guesses, 3_600);
    assert!(throttle.addresses.len() <= ADDRESSES);
}

#[test]
fn each_wrong_code_doubles_the_wait_of_its_address() {
    let mut throttle = Throttle::default();
    let mut now = at(10);
    for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        throttle.begin_code(now, from(1)).unwrap();
        assert_eq!(throttle.begin_code(now, from(1)), Err(at(wait)));
        now += at(wait);
    }
}

#[test]
fn the_tables_are_bounded_and_keep_who_was_guessed_at_most() {
    let mut throttle = Throttle::default();
    let mut now = at(0);
    for host in 0..8 {
        throttle.begin(now, "owner", from(host)).unwrap();
        now += at(1 << host);
    }
    now -= at(1);
    for host in 0..5_000 {
        throttle.begin(now, &format!("name{host}"), from(1_000 + host)).unwrap();
    }
    assert!(throttle.names.len() <= NAMES && throttle.addresses.len() <= ADDRESSES);
    throttle.begin(now, "owner", from(9_999)).unwrap_err();
}
