//! The link: hellos, repetitions, what is not understood, silence.

use pumice_link::{
    Answer, Command, Deframer, Event, Frame, FromSupervisor, Greeting, Refusal, Versions, encode,
};

use crate::world::World;

fn frames(octets: &[u8]) -> Vec<Frame> {
    let mut deframer = Deframer::default();
    octets.iter().filter_map(|&octet| deframer.push(octet)).map(Result::unwrap).collect()
}

fn hello(min: u8, max: u8) -> Vec<u8> {
    encode(0, 77, &Greeting::Hello(Versions { min, max })).unwrap().to_vec()
}

#[test]
fn a_hello_is_answered_with_the_common_version_or_with_what_there_is() {
    let mut world = World::new();
    let mut life = world.start();
    for (min, max, welcome) in [(1, 1, true), (1, 200, true), (2, 200, false), (0, 0, false), (9, 3, false)] {
        let reply = frames(&life.raw(&hello(min, max)));
        assert_eq!((reply.len(), reply[0].version, reply[0].number), (1, 0, 77));
        match reply[0].message().unwrap() {
            Greeting::Welcome { version, .. } => assert!(welcome && version == 1, "{min}..{max}"),
            Greeting::Sorry(theirs) => assert!(!welcome && theirs == Versions::OURS, "{min}..{max}"),
            other => panic!("{other:?}"),
        }
    }
    // Three refusals in a row are one event.
    assert_eq!(life.happened(Event::LinkRefused), 1);
}

#[test]
fn a_command_that_comes_again_is_answered_again_and_carried_out_once() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    life.connected = false;
    life.raw(&hello(1, 1));
    let command = encode(1, 5, &Command::HaltNotice { seconds: 100 }).unwrap();
    let first = life.raw(&command);
    life.raw(&encode(1, 6, &Command::KeepAlive).unwrap());
    assert_eq!(life.happened(Event::HaltNoticed(100)), 1);
    let off = encode(1, 7, &Command::CellPower(false)).unwrap();
    let answers = [life.raw(&off), life.raw(&off), life.raw(&off)];
    assert!(answers.iter().all(|answer| *answer == answers[0] && !answer.is_empty()));
    assert_eq!(life.happened(Event::SettingsChanged), 1);
    assert_eq!(frames(&first)[0].message(), Some(FromSupervisor::Answer(Answer::Done)));
}

#[test]
fn what_is_whole_but_unknown_is_refused_by_its_number() {
    let mut world = World::new();
    let mut life = world.start();
    life.raw(&hello(1, 1));
    // A variant of a version to come.
    let reply = frames(&life.raw(&encode(1, 40_000, &(250_u8, 1_u8)).unwrap()));
    let refused = FromSupervisor::Answer(Answer::Refused(Refusal::NotUnderstood));
    assert_eq!((reply[0].number, reply[0].message()), (40_000, Some(refused)));
}

#[test]
fn commands_before_a_hello_or_of_another_version_are_not_carried_out() {
    let mut world = World::new();
    let mut life = world.start();
    life.seconds(1);
    life.connected = false;
    let command = |version| encode(version, 3, &Command::CellPower(false)).unwrap();
    let mut other = World::new();
    let mut stranger = other.start();
    for reply in [stranger.raw(&command(1)), life.raw(&command(2))] {
        assert_eq!(frames(&reply)[0].message(), Some(Greeting::HelloFirst));
    }
    assert_eq!(life.happened(Event::SettingsChanged) + stranger.happened(Event::SettingsChanged), 0);
}

#[test]
fn silence_is_noticed_and_a_client_finds_back_by_itself() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    life.token = None;
    life.seconds(60);
    assert_eq!(life.happened(Event::LinkLost), 0, "the client keeps the line alive");
    life.connected = false;
    life.seconds(12);
    assert_eq!(life.happened(Event::LinkLost), 1);
    life.connected = true;
    life.seconds(5);
    assert_eq!(life.happened(Event::LinkUp { version: 1 }), 2);
    // The supervisor is reset under a client that knows nothing of it.
    let status = life.status();
    assert_eq!(status.damaged, 0);
}

#[test]
fn the_black_box_is_read_in_pieces() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    for _ in 0..10 {
        life.told(Command::CellPower(false));
        life.told(Command::CellPower(true));
    }
    let (mut from, mut all) = (0, Vec::new());
    loop {
        let Answer::Events { next, oldest, records } = life.ask(Command::ReadBlackBox { from }) else {
            panic!()
        };
        assert_eq!(oldest, 0);
        all.extend(records.iter().copied());
        from = all.last().unwrap().number + 1;
        if from == next {
            break;
        }
    }
    assert!(all.len() > 40);
    assert_eq!(all, life.plant.events);
}
