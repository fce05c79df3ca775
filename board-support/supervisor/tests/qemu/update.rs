//! Updates over the link: damaged, good, broken.

use pumice_link::{
    Answer, Bytes, Command, Event, MAX_CHUNK, Refusal, ResetCause, Slot, UpdateState, Versions, crc32c,
};

use crate::elf::Elf;
use crate::machine::{BOARD, CELL, Gateway, Machine};
use crate::{assert_in_order, images};

/// Sends an image piece by piece; gives the answer to the last word.
fn send(gateway: &mut Gateway, image: &[u8], crc: u32, version: u32) -> Answer {
    let size = image.len() as u32;
    let begun = gateway.ask(Command::UpdateBegin { size, crc, version });
    assert_eq!(begun, Answer::Update(UpdateState::Receiving { expected: 0, size }));
    for (index, piece) in image.chunks(MAX_CHUNK).enumerate() {
        let bytes = Bytes::from_slice(piece).unwrap();
        gateway.told(Command::UpdateChunk { offset: (index * MAX_CHUNK) as u32, bytes });
    }
    gateway.ask(Command::UpdateFinish)
}

#[test]
fn an_update_runs_if_it_is_whole_stays_if_it_greets_and_is_left_on_request() {
    let Some(images) = images() else { return };
    let image = Elf::read(&images.update).image();
    let mut machine = Machine::start(&images.simulated);
    let mut gateway = machine.gateway(Versions::OURS);
    gateway.up();
    machine.battery(13_500);
    gateway.until_pins(&mut machine, BOARD | CELL);

    let too_large = Command::UpdateBegin { size: 1 << 20, crc: 0, version: 2 };
    assert_eq!(gateway.ask(too_large), Answer::Refused(Refusal::TooLarge));
    assert_eq!(gateway.ask(Command::UpdateFinish), Answer::Refused(Refusal::NotUpdating));
    let mut damaged = image.clone();
    damaged[1_000] ^= 4;
    assert_eq!(send(&mut gateway, &damaged, crc32c(&image), 2), Answer::Refused(Refusal::BadCrc));
    assert_eq!(gateway.ask(Command::UpdateState), Answer::Update(UpdateState::None));

    let ready = Answer::Update(UpdateState::Ready { version: 2 });
    assert_eq!(send(&mut gateway, &image, crc32c(&image), 2), ready);
    let (_, identity) = gateway.up();
    assert_eq!((identity.slot, identity.firmware), (Slot::Update, 2));
    assert_eq!(machine.pins() & (BOARD | CELL), BOARD | CELL, "the box did not notice");
    assert_eq!(gateway.ask(Command::UpdateState), Answer::Update(UpdateState::Good { version: 2 }));
    let begin = Command::UpdateBegin { size: 1_000, crc: 0, version: 3 };
    assert_eq!(gateway.ask(begin), Answer::Refused(Refusal::SlotInUse));

    // It stays over a reset.
    machine.reset();
    assert_eq!(gateway.up().1.slot, Slot::Update);

    assert_eq!(gateway.ask(Command::UpdateRevert), Answer::Update(UpdateState::FellBack { version: 2 }));
    let (_, identity) = gateway.up();
    assert_eq!((identity.slot, identity.firmware), (Slot::Factory, 1));
    assert_eq!(machine.pins() & (BOARD | CELL), BOARD | CELL, "the box did not notice");
    let wanted = [
        Event::UpdateDamaged,
        Event::UpdateReady { version: 2 },
        Event::Started { cause: ResetCause::Restart, slot: Slot::Update },
        Event::UpdateGood { version: 2 },
        Event::Started { cause: ResetCause::External, slot: Slot::Update },
        Event::FellBack { version: 2 },
        Event::Started { cause: ResetCause::Restart, slot: Slot::Factory },
    ];
    assert_in_order(&gateway.events(), &wanted);
}

#[test]
fn an_image_that_hangs_is_left_and_the_box_keeps_its_power() {
    let Some(images) = images() else { return };
    let mut machine = Machine::start(&images.simulated);
    let mut gateway = machine.gateway(Versions::OURS);
    gateway.up();
    machine.battery(13_500);
    gateway.until_pins(&mut machine, BOARD | CELL);
    // A stack, a way in, and an instruction that jumps to itself: whole, and good for nothing.
    let mut hangs = Vec::new();
    hangs.extend(0x2000_6000_u32.to_le_bytes());
    hangs.extend(0x2000_7109_u32.to_le_bytes());
    hangs.extend([0xfe, 0xe7, 0xfe, 0xe7]);
    let ready = Answer::Update(UpdateState::Ready { version: 9 });
    assert_eq!(send(&mut gateway, &hangs, crc32c(&hangs), 9), ready);

    let (_, identity) = gateway.up();
    assert_eq!((identity.slot, identity.firmware), (Slot::Factory, 1));
    assert_eq!(gateway.ask(Command::UpdateState), Answer::Update(UpdateState::FellBack { version: 9 }));
    assert_eq!(machine.pins() & (BOARD | CELL), BOARD | CELL);
    let started = Event::Started { cause: ResetCause::External, slot: Slot::Factory };
    assert_in_order(
        &gateway.events(),
        &[Event::UpdateReady { version: 9 }, Event::FellBack { version: 9 }, started],
    );
}
