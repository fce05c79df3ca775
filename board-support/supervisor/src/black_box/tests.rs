use proptest::collection::vec;
use proptest::prelude::*;

use pumice_link::{Event, Record, ResetCause, Slot};

use super::{BODY, BlackBox, CELL};

const CELLS: usize = 8;

fn fill(memory: &mut [u8], count: u16) {
    let mut ring = BlackBox::open(memory);
    ring.set_start(7);
    for number in 0..count {
        ring.push(u64::from(number) * 1_000, Event::HaltNoticed(number));
    }
}

fn numbers(ring: &BlackBox<'_>, from: u32) -> Vec<u32> {
    ring.read(from).iter().map(|record| record.number).collect()
}

#[test]
fn the_longest_record_fits_its_cell() {
    let event = Event::UpdateBegun { version: u32::MAX };
    let record = Record { number: u32::MAX, start: u16::MAX, at_s: u32::MAX, event };
    let mut cell = [0; BODY];
    assert!(postcard::to_slice(&record, &mut cell).is_ok());
}

#[test]
fn the_last_events_are_there_and_the_first_are_gone() {
    let mut memory = [0; CELL * CELLS + 5];
    fill(&mut memory, 20);
    let ring = BlackBox::open(&mut memory);
    assert_eq!((ring.oldest(), ring.next()), (12, 20));
    assert_eq!(numbers(&ring, 0), [12, 13, 14, 15]);
    assert_eq!(numbers(&ring, 16), [16, 17, 18, 19]);
    assert_eq!(numbers(&ring, 19), [19]);
    assert_eq!(numbers(&ring, 20), []);
    assert_eq!(numbers(&ring, u32::MAX), []);
    let record = ring.read(19)[0];
    assert_eq!((record.start, record.at_s, record.event), (7, 19, Event::HaltNoticed(19)));
}

#[test]
fn it_goes_on_counting_after_a_reset() {
    let mut memory = [0; CELL * CELLS];
    fill(&mut memory, 3);
    let mut ring = BlackBox::open(&mut memory);
    let event = Event::Started { cause: ResetCause::External, slot: Slot::Factory };
    assert_eq!(ring.push(0, event).number, 3);
    assert_eq!(numbers(&ring, 0), [0, 1, 2, 3]);
}

#[test]
fn memory_that_is_too_small_holds_nothing_and_harms_nobody() {
    let mut memory = [0; CELL - 1];
    fill(&mut memory, 3);
    let ring = BlackBox::open(&mut memory);
    assert_eq!((ring.next(), ring.oldest(), ring.read(0).len()), (0, 0, 0));
}

proptest! {
    #[test]
    fn damage_costs_only_the_record_that_it_hits(octet in 0..CELL * CELLS, bit in 0..8_u8) {
        let mut memory = [0; CELL * CELLS];
        fill(&mut memory, 8);
        memory[octet] ^= 1 << bit;
        let ring = BlackBox::open(&mut memory);
        let lost = u32::try_from(octet / CELL).unwrap();
        let left = (0..8).filter(|&number| number != lost).collect::<Vec<u32>>();
        let mut found = numbers(&ring, 0);
        found.extend(numbers(&ring, found[3] + 1));
        prop_assert_eq!(found, left);
    }

    #[test]
    fn noise_is_no_memory(mut memory in vec(any::<u8>(), 0..CELL * CELLS)) {
        let mut ring = BlackBox::open(&mut memory);
        prop_assert_eq!(ring.read(0).len(), 0);
        ring.push(0, Event::CellOn);
    }
}
