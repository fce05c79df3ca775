use std::time::{Duration, UNIX_EPOCH};

use super::super::Snap;
use super::super::pcap::LinkType;
use super::super::recorder::{Recorded, Recorder};

fn word(file: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(file[at..at + 4].try_into().unwrap())
}

#[test]
fn file_has_the_times_and_lengths_of_its_packets() {
    let mut recorder = Recorder::begin(Vec::new(), LinkType::Raw, Snap::Headers, None, 10_000).unwrap();
    let time = UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
    assert_eq!(recorder.take(time, &[7; 300], 1_500).unwrap(), Recorded::GoesOn);
    assert_eq!(recorder.size(), (24 + 16 + 256, 1));
    let file = recorder.into_inner();
    assert_eq!((word(&file, 0), word(&file, 16), word(&file, 20)), (0xa1b2_3c4d, 256, 101));
    let packet: Vec<u32> = (0..4).map(|number| word(&file, 24 + 4 * number)).collect();
    assert_eq!(packet, [1_700_000_000, 123_456_789, 256, 1_500]);
    assert_eq!(file[40..], [7; 256]);
}

#[test]
fn file_ends_before_the_packet_that_does_not_fit() {
    let bound = 24 + 2 * (16 + 100);
    let mut recorder = Recorder::begin(Vec::new(), LinkType::Ethernet, Snap::Whole, None, bound).unwrap();
    assert_eq!(recorder.take(UNIX_EPOCH, &[1; 100], 100).unwrap(), Recorded::GoesOn);
    assert_eq!(recorder.take(UNIX_EPOCH, &[1; 100], 100).unwrap(), Recorded::GoesOn);
    assert_eq!(recorder.take(UNIX_EPOCH, &[], 0).unwrap(), Recorded::Ends);
    assert_eq!(recorder.size(), (bound, 2));
    assert_eq!(recorder.into_inner().len() as u64, bound);
}

#[test]
fn a_clock_before_1970_is_survived() {
    let mut recorder = Recorder::begin(Vec::new(), LinkType::Raw, Snap::Whole, None, 100).unwrap();
    recorder.take(UNIX_EPOCH - Duration::from_secs(5), &[1], 1).unwrap();
    assert_eq!(word(&recorder.into_inner(), 24), 0);
}

#[test]
fn others_packets_take_no_room() {
    let address = Some("10.45.0.2".parse().unwrap());
    let mut recorder = Recorder::begin(Vec::new(), LinkType::Raw, Snap::Whole, address, 24).unwrap();
    assert_eq!(recorder.take(UNIX_EPOCH, &[0x45; 60], 60).unwrap(), Recorded::GoesOn);
    assert_eq!(recorder.size(), (24, 0));
}
