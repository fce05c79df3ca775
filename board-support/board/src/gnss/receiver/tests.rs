use proptest::prelude::*;

use super::super::line::MAX_LINE;
use super::*;

const NOON: u64 = 1_753_012_800;

fn summed(body: &str) -> String {
    let sum = body.bytes().fold(0, |sum, octet| sum ^ octet);
    format!("${body}*{sum:02X}\r\n")
}

/// What a receiver says at so many seconds after noon.
fn rmc(second: u64, status: char) -> String {
    summed(&format!("GNRMC,12{:02}{:02}.00,{status},,,,,,,200725,,,A", second / 60, second % 60))
}

fn gga(quality: u8) -> String {
    summed(&format!("GNGGA,120000.00,0117.52395,S,03649.31670,E,{quality},07,0.62,1661.4,M,,M,,"))
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn time_is_believed_after_it_went_on_evenly() {
    let mut receiver = Receiver::new();
    assert!(!receiver.is_talking(seconds(0)));
    for second in 0..3 {
        receiver.feed(seconds(100 + second), rmc(second, 'A').as_bytes());
        assert_eq!(receiver.time(seconds(100 + second)), None, "after {second} s");
    }
    receiver.feed(seconds(103), rmc(3, 'A').as_bytes());
    let time = GnssTime { utc: seconds(NOON + 3), heard: seconds(103) };
    assert_eq!(receiver.time(seconds(103)), Some(time));
    assert_eq!(receiver.time(seconds(108)), Some(time));
    assert_eq!(receiver.time(seconds(109)), None, "silent for too long");
    assert!(!receiver.is_talking(seconds(109)));
}

#[test]
fn a_time_that_jumps_begins_anew() {
    let mut receiver = Receiver::new();
    for second in 0..5 {
        receiver.feed(seconds(100 + second), rmc(second, 'A').as_bytes());
    }
    assert!(receiver.time(seconds(104)).is_some());
    receiver.feed(seconds(105), rmc(65, 'A').as_bytes());
    assert_eq!(receiver.time(seconds(105)), None);
    assert_eq!(receiver.counters().uneven, 1);
    for second in 66..69 {
        receiver.feed(seconds(40 + second), rmc(second, 'A').as_bytes());
    }
    assert_eq!(receiver.time(seconds(108)).map(|time| time.utc), Some(seconds(NOON + 68)));
    receiver.feed(seconds(109), rmc(60, 'A').as_bytes());
    assert_eq!(receiver.time(seconds(109)), None, "backwards");
}

#[test]
fn a_time_that_the_receiver_does_not_warrant_is_none() {
    let mut receiver = Receiver::new();
    for second in 0..5 {
        receiver.feed(seconds(second), rmc(second, 'A').as_bytes());
    }
    receiver.feed(seconds(5), rmc(5, 'V').as_bytes());
    assert_eq!(receiver.time(seconds(5)), None);
    for second in 6..20 {
        receiver
            .feed(seconds(second), summed(&format!("GNZDA,1200{second:02}.00,20,07,2025,00,00")).as_bytes());
    }
    assert_eq!(receiver.time(seconds(19)), None, "ZDA without a fix is the receiver's own clock");
    for second in 20..26 {
        receiver.feed(seconds(second), gga(1).as_bytes());
        receiver
            .feed(seconds(second), summed(&format!("GNZDA,1200{second:02}.00,20,07,2025,00,00")).as_bytes());
    }
    assert_eq!(receiver.time(seconds(25)).map(|time| time.utc), Some(seconds(NOON + 25)));
}

#[test]
fn a_fix_goes_when_it_is_lost_and_when_it_is_old() {
    let mut receiver = Receiver::new();
    receiver.feed(seconds(1), gga(1).as_bytes());
    let fix = receiver.fix(seconds(1)).unwrap();
    assert_eq!((fix.quality, fix.satellites, fix.altitude_dm), (1, 7, Some(16_614)));
    assert_eq!(receiver.fix(seconds(7)), None);
    receiver.feed(seconds(8), gga(1).as_bytes());
    receiver.feed(seconds(9), gga(0).as_bytes());
    assert_eq!(receiver.fix(seconds(9)), None);
}

#[test]
fn satellites_of_all_systems_are_counted_and_systems_are_bounded() {
    let mut receiver = Receiver::new();
    for (talker, in_view) in [("GP", 11), ("GL", 7), ("GA", 5), ("GP", 10)] {
        receiver.feed(seconds(0), summed(&format!("{talker}GSV,3,1,{in_view},01,02,03,04")).as_bytes());
    }
    assert_eq!(receiver.satellites_in_view(), 22);
    for letter in 'A'..='Z' {
        receiver.feed(seconds(0), summed(&format!("X{letter}GSV,1,1,1")).as_bytes());
    }
    assert_eq!(receiver.satellites_in_view(), 22 + 5, "eight systems in all");
}

#[test]
fn lines_come_in_pieces_and_noise_is_counted() {
    let mut receiver = Receiver::new();
    let line = gga(1);
    for octet in line.as_bytes() {
        receiver.feed(seconds(0), &[*octet]);
    }
    assert!(receiver.fix(seconds(0)).is_some());
    receiver.feed(seconds(0), b"noise without a beginning\r\n\r\n");
    receiver.feed(seconds(0), b"$GPGGA,cut off");
    receiver.feed(seconds(0), gga(2).as_bytes());
    assert_eq!(receiver.fix(seconds(0)).map(|fix| fix.quality), Some(2));
    receiver.feed(seconds(0), b"$GPGGA,1*00\r\n");
    receiver.feed(seconds(0), summed("GPGGA,1").as_bytes());
    let long = format!("${}\r\n", "A".repeat(MAX_LINE));
    receiver.feed(seconds(0), long.as_bytes());
    let counters = receiver.counters();
    assert_eq!(
        (counters.sentences, counters.bad_checksums, counters.malformed, counters.too_long),
        (2, 1, 1, 1)
    );
}

proptest! {
    #[test]
    fn no_stream_stops_it(octets in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'$'), Just(b'\n'), Just(b'*')], 0..600)) {
        let mut receiver = Receiver::new();
        receiver.feed(seconds(1), &octets);
        prop_assert_eq!(receiver.time(seconds(1)), None);
    }
}
