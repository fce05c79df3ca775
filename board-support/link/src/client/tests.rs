use super::{Client, HELLO_MS, Incoming, KEEP_ALIVE_MS, MAX_WAITING, REFUSED_MS, RETRY_MS, SendError, TRIES};
use crate::{
    Answer, Command, Deframer, Encoded, Frame, FromSupervisor, Greeting, Identity, Notice, Slot, Versions,
    encode,
};

const IDENTITY: Identity = Identity { firmware: 3, slot: Slot::Factory, starts: 1 };

fn frame(line: &Encoded) -> Frame {
    let mut deframer = Deframer::default();
    line.iter().find_map(|&octet| deframer.push(octet)).unwrap().unwrap()
}

fn sent(client: &mut Client, now_ms: u64) -> Vec<Frame> {
    std::iter::from_fn(|| client.transmit(now_ms)).map(|line| frame(&line)).collect()
}

fn up() -> Client {
    let mut client = Client::new(Versions::OURS, 100);
    let hello = sent(&mut client, 0).remove(0);
    assert_eq!((hello.version, hello.number), (0, 101));
    greet(&mut client, 0, hello.number, Greeting::Welcome { version: 1, identity: IDENTITY });
    assert_eq!(client.incoming(), Some(Incoming::Up { version: 1, identity: IDENTITY }));
    client
}

fn greet(client: &mut Client, now_ms: u64, number: u16, greeting: Greeting) {
    client.received(now_ms, &encode(0, number, &greeting).unwrap());
}

fn answer(client: &mut Client, now_ms: u64, number: u16, answer: Answer) {
    client.received(now_ms, &encode(1, number, &FromSupervisor::Answer(answer)).unwrap());
}

#[test]
fn hello_is_repeated_until_somebody_is_there() {
    let mut client = Client::new(Versions { min: 1, max: 4 }, 0);
    assert_eq!(client.send(Command::Status), Err(SendError::NotUp));
    assert_eq!(sent(&mut client, 0).len(), 1);
    assert_eq!(sent(&mut client, HELLO_MS - 1).len(), 0);
    assert_eq!(client.next_ms(), HELLO_MS);
    let second = sent(&mut client, HELLO_MS).remove(0);
    assert_eq!(second.message(), Some(Greeting::Hello(Versions { min: 1, max: 4 })));
    // A reply to the first comes late: it is not the answer to the second.
    greet(&mut client, 600, second.number - 1, Greeting::Welcome { version: 1, identity: IDENTITY });
    assert!(!client.is_up());
    greet(&mut client, 600, second.number, Greeting::Welcome { version: 3, identity: IDENTITY });
    assert_eq!(client.incoming(), Some(Incoming::Up { version: 3, identity: IDENTITY }));
}

#[test]
fn a_version_that_was_not_offered_is_not_taken() {
    let mut client = Client::new(Versions { min: 1, max: 2 }, 0);
    let hello = sent(&mut client, 0).remove(0);
    greet(&mut client, 0, hello.number, Greeting::Welcome { version: 3, identity: IDENTITY });
    greet(&mut client, 0, hello.number, Greeting::Welcome { version: 0, identity: IDENTITY });
    assert!(!client.is_up());
    assert_eq!(client.counts().unexpected, 2);
}

#[test]
fn a_refusal_is_told_and_asked_about_seldom() {
    let mut client = Client::new(Versions { min: 2, max: 2 }, 0);
    let hello = sent(&mut client, 0).remove(0);
    let theirs = Versions { min: 5, max: 6 };
    greet(&mut client, 10, hello.number, Greeting::Sorry(theirs));
    assert_eq!(client.incoming(), Some(Incoming::Refused { theirs }));
    assert_eq!(sent(&mut client, 10 + REFUSED_MS - 1).len(), 0);
    assert_eq!(sent(&mut client, 10 + REFUSED_MS).len(), 1);
}

#[test]
fn one_command_at_a_time_with_the_same_number_until_answered() {
    let mut client = up();
    client.send(Command::Status).unwrap();
    assert_eq!(client.send(Command::Status), Err(SendError::Busy));
    let first = sent(&mut client, 0).remove(0);
    assert_eq!(first.message(), Some(Command::Status));
    assert_eq!(sent(&mut client, RETRY_MS - 1).len(), 0);
    let again = sent(&mut client, RETRY_MS).remove(0);
    assert_eq!(first, again);
    answer(&mut client, 300, first.number, Answer::Done);
    assert_eq!(client.incoming(), Some(Incoming::Answer(Answer::Done)));
    // The answer to the repetition.
    answer(&mut client, 301, first.number, Answer::Done);
    assert_eq!(client.incoming(), None);
    assert_eq!((client.counts().retries, client.counts().unexpected), (1, 1));
    client.send(Command::Status).unwrap();
    assert_ne!(sent(&mut client, 301).remove(0).number, first.number);
}

#[test]
fn nobody_answers_and_the_client_greets_again() {
    let mut client = up();
    client.send(Command::CellPower(true)).unwrap();
    let mut now = 0;
    for _ in 0..TRIES {
        assert_eq!(sent(&mut client, now).remove(0).version, 1);
        now += RETRY_MS;
    }
    let hello = sent(&mut client, now).remove(0);
    assert_eq!(hello.version, 0);
    assert_eq!(client.incoming(), Some(Incoming::Down));
    assert_eq!(client.send(Command::Status), Err(SendError::NotUp));
}

#[test]
fn a_supervisor_that_was_reset_is_greeted_at_once() {
    let mut client = up();
    client.send(Command::Status).unwrap();
    sent(&mut client, 0);
    greet(&mut client, 5, 0, Greeting::HelloFirst);
    assert_eq!(client.incoming(), Some(Incoming::Down));
    assert_eq!(sent(&mut client, 5).remove(0).version, 0);
}

#[test]
fn a_quiet_line_is_kept_alive_and_no_one_hears_of_it() {
    let mut client = up();
    assert_eq!(client.next_ms(), KEEP_ALIVE_MS);
    let alive = sent(&mut client, KEEP_ALIVE_MS).remove(0);
    assert_eq!(alive.message(), Some(Command::KeepAlive));
    // A command does not wait for it.
    client.send(Command::Status).unwrap();
    let status = sent(&mut client, KEEP_ALIVE_MS).remove(0);
    assert_eq!(status.message(), Some(Command::Status));
    answer(&mut client, KEEP_ALIVE_MS, alive.number, Answer::Done);
    assert_eq!(client.incoming(), None);
    answer(&mut client, KEEP_ALIVE_MS, status.number, Answer::Done);
    assert_eq!(client.incoming(), Some(Incoming::Answer(Answer::Done)));
    let alive = sent(&mut client, 2 * KEEP_ALIVE_MS).remove(0);
    answer(&mut client, 2 * KEEP_ALIVE_MS, alive.number, Answer::Done);
    assert_eq!(client.incoming(), None);
    assert_eq!(client.next_ms(), 3 * KEEP_ALIVE_MS);
}

#[test]
fn a_supervisor_that_talks_wants_to_be_heard_from_all_the_same() {
    let mut client = up();
    let notice = encode(1, 1, &FromSupervisor::Notice(Notice::Nudge { seconds: 4 })).unwrap();
    for now in (0..KEEP_ALIVE_MS).step_by(500) {
        client.received(now, &notice);
        assert_eq!(sent(&mut client, now).len(), 0);
    }
    assert_eq!(sent(&mut client, KEEP_ALIVE_MS).len(), 1);
}

#[test]
fn a_notice_with_the_number_of_a_command_is_no_answer() {
    let mut client = up();
    client.send(Command::Status).unwrap();
    let number = sent(&mut client, 0).remove(0).number;
    let notice = Notice::Nudge { seconds: 4 };
    client.received(0, &encode(1, number, &FromSupervisor::Notice(notice)).unwrap());
    assert_eq!(client.incoming(), Some(Incoming::Notice(notice)));
    assert_eq!(client.send(Command::Status), Err(SendError::Busy));
}

#[test]
fn a_flood_is_bounded_and_counted() {
    let mut client = up();
    let notice = encode(1, 1, &FromSupervisor::Notice(Notice::Nudge { seconds: 4 })).unwrap();
    for _ in 0..MAX_WAITING + 5 {
        client.received(0, &notice);
    }
    assert_eq!(std::iter::from_fn(|| client.incoming()).count(), MAX_WAITING);
    assert_eq!(client.counts().dropped, 5);
}

#[test]
fn frames_of_another_version_are_counted_and_nothing_else() {
    let mut client = up();
    client.send(Command::Status).unwrap();
    let number = sent(&mut client, 0).remove(0).number;
    client.received(0, &encode(2, number, &FromSupervisor::Answer(Answer::Done)).unwrap());
    client.received(0, b"\x00noise\x00");
    assert_eq!(client.incoming(), None);
    assert_eq!((client.counts().unexpected, client.counts().damaged), (1, 1));
}
