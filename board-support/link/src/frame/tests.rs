use proptest::collection::vec;
use proptest::prelude::*;

use super::{Crc32c, Deframer, Encoded, Fault, Frame, MAX_BODY, MAX_FRAME, crc32c, encode};
use crate::Bytes;

/// Everything that a fresh deframer finds in `octets`.
fn frames(octets: &[u8]) -> Vec<Result<Frame, Fault>> {
    let mut deframer = Deframer::default();
    octets.iter().filter_map(|&octet| deframer.push(octet)).collect()
}

fn carrying(octets: &[u8]) -> Encoded {
    encode(1, 0x0102, &Bytes::from_slice(octets).unwrap()).unwrap()
}

fn content(frame: &Frame) -> (u8, u16, Bytes) {
    (frame.version, frame.number, frame.message().unwrap())
}

#[test]
fn the_crc_is_castagnolis() {
    // The check value of RFC 3720, in one piece and in two.
    assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    let mut pieces = Crc32c::default();
    pieces.update(b"1234");
    pieces.update(b"56789");
    assert_eq!(pieces.finish(), 0xe306_9283);
}

#[test]
fn a_frame_is_what_the_documentation_says() {
    let frame = encode(1, 0x0201, &0x2a_u8).unwrap();
    let [low, mid, high, top] = crc32c(&[1, 1, 2, 0x2a]).to_le_bytes();
    assert_eq!(frame, [0, 9, 1, 1, 2, 0x2a, low, mid, high, top, 0]);
}

#[test]
fn a_body_that_is_too_long_is_not_encoded() {
    assert!(encode(1, 1, &[0xff_u8; 32]).is_some());
    let long: [[u8; 32]; 4] = [[1; 32]; 4];
    const { assert!(4 * 32 > MAX_BODY) };
    assert!(encode(1, 1, &long).is_none());
}

#[test]
fn a_message_with_something_behind_it_is_none() {
    let frame = encode(1, 1, &(7_u8, 8_u8)).unwrap();
    let found = frames(&frame).remove(0).unwrap();
    assert_eq!(found.message::<(u8, u8)>(), Some((7, 8)));
    assert_eq!(found.message::<u8>(), None);
}

#[test]
fn an_endless_frame_is_refused_once_and_the_next_is_read() {
    let mut line = vec![0x55; 10 * MAX_FRAME];
    line.extend(&carrying(b"after"));
    let found = frames(&line);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0], Err(Fault::TooLong));
    assert_eq!(content(found[1].as_ref().unwrap()).2, b"after");
}

proptest! {
    #[test]
    fn what_goes_in_comes_out(version: u8, number: u16, octets in vec(any::<u8>(), 0..=64)) {
        let body = Bytes::from_slice(&octets).unwrap();
        let frame = encode(version, number, &body).unwrap();
        prop_assert_eq!(frame.iter().filter(|&&octet| octet == 0).count(), 2);
        let found = frames(&frame);
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(content(found[0].as_ref().unwrap()), (version, number, body));
    }

    #[test]
    fn any_octets_are_survived_and_the_frame_after_them_is_read(noise in vec(any::<u8>(), 0..400)) {
        let mut line = noise;
        line.extend(&carrying(b"still here"));
        let last = frames(&line).pop().unwrap().unwrap();
        prop_assert_eq!(content(&last).2, Bytes::from_slice(b"still here").unwrap());
    }

    #[test]
    fn a_flipped_bit_never_makes_another_frame(octets in vec(any::<u8>(), 0..=64)) {
        let sent = carrying(&octets);
        let body = Bytes::from_slice(&octets).unwrap();
        for bit in 0..sent.len() * 8 {
            let mut line = sent.clone();
            line[bit / 8] ^= 1 << (bit % 8);
            for frame in frames(&line).into_iter().flatten() {
                // The zero in front may become a one and be part of nothing; then the frame is lost, or itself.
                prop_assert_eq!(content(&frame), (1, 0x0102, body.clone()));
            }
        }
    }

    #[test]
    fn a_cut_line_gives_only_whole_frames(octets in vec(any::<u8>(), 0..=64)) {
        let sent = carrying(&octets);
        for cut in 0..sent.len() {
            prop_assert_eq!(frames(&sent[..cut]), vec![], "head of {}", cut);
            // The rest of a frame whose beginning was missed, then a whole one.
            let mut line = sent[cut..].to_vec();
            line.extend(&sent);
            let whole = frames(&line).into_iter().flatten().collect::<Vec<_>>();
            prop_assert!(whole.iter().all(|frame| content(frame).2 == *octets));
            prop_assert!(!whole.is_empty());
        }
    }

    #[test]
    fn pieces_make_no_difference(octets in vec(any::<u8>(), 0..=64), cut in 0_usize..200) {
        let mut line = carrying(&octets).to_vec();
        line.extend(&carrying(&octets));
        let (head, tail) = line.split_at(cut.min(line.len()));
        let mut deframer = Deframer::default();
        let mut found = head.iter().filter_map(|&octet| deframer.push(octet)).collect::<Vec<_>>();
        found.extend(tail.iter().filter_map(|&octet| deframer.push(octet)));
        prop_assert_eq!(found.len(), 2);
        prop_assert!(found.iter().all(Result::is_ok));
    }
}
