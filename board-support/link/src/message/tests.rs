use heapless::Vec;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{
    Answer, Bytes, Command, Deframer, Event, FromSupervisor, Greeting, Identity, LadderStep, Notice, Rail,
    RailState, Rails, Record, Refusal, ResetCause, Schedule, Slot, Status, Thresholds, UpdateState, Versions,
    Wake, Watchdog, WatchdogCounts, Why, encode,
};

fn round_trip<T>(message: &T) -> T
where
    T: serde::Serialize + serde::de::DeserializeOwned,
{
    let mut deframer = Deframer::default();
    let line = encode(1, 9, message).expect("it fits");
    line.iter().find_map(|&octet| deframer.push(octet)).unwrap().unwrap().message().expect("it decodes")
}

fn thresholds() -> impl Strategy<Value = Thresholds> {
    any::<[u16; 6]>().prop_map(|[cell_off_mv, cell_on_mv, board_off_mv, board_on_mv, hold_s, grace_s]| {
        Thresholds { cell_off_mv, cell_on_mv, board_off_mv, board_on_mv, hold_s, grace_s }
    })
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::KeepAlive),
        Just(Command::Status),
        thresholds().prop_map(Command::SetThresholds),
        any::<(Option<u32>, Option<u16>)>()
            .prop_map(|(after_s, at_mv)| Command::SetSchedule(Schedule { after_s, at_mv })),
        any::<[u16; 4]>().prop_map(|[feed_s, nudge_s, boot_s, off_s]| {
            Command::SetWatchdog(Watchdog { feed_s, nudge_s, boot_s, off_s })
        }),
        any::<bool>().prop_map(Command::CellPower),
        any::<u16>().prop_map(|seconds| Command::HaltNotice { seconds }),
        any::<u32>().prop_map(|token| Command::Feed { token }),
        any::<u32>().prop_map(|from| Command::ReadBlackBox { from }),
        any::<[u32; 3]>().prop_map(|[size, crc, version]| Command::UpdateBegin { size, crc, version }),
        (any::<u32>(), vec(any::<u8>(), 0..=64)).prop_map(|(offset, octets)| {
            Command::UpdateChunk { offset, bytes: Bytes::from_slice(&octets).unwrap() }
        }),
        Just(Command::UpdateFinish),
        Just(Command::UpdateState),
        Just(Command::UpdateRevert),
    ]
}

/// The messages whose encodings are the longest, with the longest values.
fn longest() -> std::vec::Vec<FromSupervisor> {
    let event = Event::UpdateBegun { version: u32::MAX };
    let record = Record { number: u32::MAX, start: u16::MAX, at_s: u32::MAX, event };
    let status = Status {
        uptime_s: u32::MAX,
        reset_cause: ResetCause::External,
        sensors: true,
        battery_mv: u16::MAX,
        battery_ma: i16::MIN,
        solar_mv: u16::MAX,
        solar_ma: i16::MIN,
        temperature_dc: i16::MIN,
        rails: Rails { board: RailState::Halting(Why::Watchdog), cell: RailState::Off(Why::BoardDown) },
        step: LadderStep::WasCycled,
        watchdog: WatchdogCounts { nudges: u16::MAX, resets: u16::MAX, cycles: u16::MAX },
        next_event: u32::MAX,
        damaged: u16::MAX,
    };
    let update = UpdateState::Receiving { expected: u32::MAX, size: u32::MAX };
    vec![
        FromSupervisor::Answer(Answer::Events {
            next: u32::MAX,
            oldest: u32::MAX,
            records: Vec::from_array([record; 4]),
        }),
        FromSupervisor::Answer(Answer::Status(status)),
        FromSupervisor::Answer(Answer::Update(update)),
        FromSupervisor::Answer(Answer::Refused(Refusal::Gap { expected: u32::MAX })),
        FromSupervisor::Notice(Notice::RequestShutdown { why: Why::LowBattery, seconds: u16::MAX }),
    ]
}

#[test]
fn the_longest_messages_fit() {
    for message in longest() {
        assert_eq!(round_trip(&message), message);
    }
    let identity = Identity { firmware: u32::MAX, slot: Slot::Update, starts: u32::MAX };
    for greeting in [
        Greeting::Hello(Versions::OURS),
        Greeting::Welcome { version: 255, identity },
        Greeting::Sorry(Versions { min: 254, max: 255 }),
        Greeting::HelloFirst,
    ] {
        assert_eq!(round_trip(&greeting), greeting);
    }
}

#[test]
fn greetings_are_frozen() {
    // These octets are a promise to every version to come.
    let body = |greeting| {
        let line = encode(0, 0, &greeting).unwrap();
        let mut plain = line[1..line.len() - 1].to_vec();
        let length = cobs::decode_in_place(&mut plain).unwrap();
        plain[3..length - 4].to_vec()
    };
    let identity = Identity { firmware: 5, slot: Slot::Update, starts: 300 };
    assert_eq!(body(Greeting::Hello(Versions { min: 1, max: 3 })), [0, 1, 3]);
    assert_eq!(body(Greeting::Welcome { version: 2, identity }), [1, 2, 5, 1, 0xac, 2]);
    assert_eq!(body(Greeting::Sorry(Versions { min: 1, max: 3 })), [2, 1, 3]);
    assert_eq!(body(Greeting::HelloFirst), [3]);
}

#[test]
fn the_common_version_is_the_newest_of_both() {
    let range = |min, max| Versions { min, max };
    for (ours, theirs, common) in [
        (range(1, 1), range(1, 1), Some(1)),
        (range(1, 4), range(2, 9), Some(4)),
        (range(1, 9), range(2, 3), Some(3)),
        (range(1, 2), range(3, 4), None),
        (range(3, 2), range(1, 9), None),
        (range(0, 0), range(0, 9), None),
    ] {
        assert_eq!(ours.common(theirs), common, "{ours:?} {theirs:?}");
        assert_eq!(theirs.common(ours), common, "{theirs:?} {ours:?}");
    }
}

#[test]
fn settings_that_contradict_themselves_are_not_sane() {
    assert!(Thresholds::DEFAULT.are_sane());
    assert!(Watchdog::DEFAULT.is_sane());
    assert!(Schedule::default().is_sane());
    let good = Thresholds::DEFAULT;
    for bad in [
        Thresholds { cell_off_mv: good.board_off_mv, ..good },
        Thresholds { cell_on_mv: good.cell_off_mv, ..good },
        Thresholds { board_on_mv: good.board_off_mv, ..good },
        Thresholds { board_off_mv: 0, ..good },
        Thresholds { cell_on_mv: 61_000, ..good },
        Thresholds { grace_s: 0, ..good },
        Thresholds { grace_s: 301, ..good },
        Thresholds { hold_s: 601, ..good },
    ] {
        assert!(!bad.are_sane(), "{bad:?}");
    }
    assert!(!Watchdog { boot_s: 0, ..Watchdog::DEFAULT }.is_sane());
    assert!(!Schedule { at_mv: Some(1), after_s: None }.is_sane());
    assert!(!Schedule { at_mv: None, after_s: Some(u32::MAX) }.is_sane());
}

proptest! {
    #[test]
    fn commands_survive_the_line(command in command()) {
        prop_assert_eq!(round_trip(&command), command);
    }

    #[test]
    fn no_body_panics(body in vec(any::<u8>(), 0..=60)) {
        let mut deframer = Deframer::default();
        // A tuple of octets encodes as they are.
        let mut octets = [0_u8; 60];
        octets[..body.len()].copy_from_slice(&body);
        let (first, second) = octets.split_at(30);
        let line = encode(
            1, 1, &(<[u8; 30]>::try_from(first).unwrap(), <[u8; 30]>::try_from(second).unwrap()),
        ).unwrap();
        let frame = line.iter().find_map(|&octet| deframer.push(octet)).unwrap().unwrap();
        // Whatever it decodes to must encode again: nothing illegal got in.
        if let Some(command) = frame.message::<Command>() {
            prop_assert_eq!(round_trip(&command), command);
        }
        if let Some(said) = frame.message::<FromSupervisor>() {
            prop_assert_eq!(round_trip(&said), said);
        }
        let _: Option<Greeting> = frame.message();
    }
}

#[test]
fn events_survive_the_line() {
    for event in [
        Event::Started { cause: ResetCause::Fault, slot: Slot::Update },
        Event::BoardOn(Wake::Voltage),
        Event::RailOff(Rail::Cell, Why::LowBattery),
        Event::HaltNoticed(300),
        Event::PowerCycled { off_s: 3_600 },
        Event::FellBack { version: 9 },
    ] {
        assert_eq!(round_trip(&event), event);
    }
}
