//! The store in its thread: answers in order, a bounded queue, and nothing lost at the end.

use std::sync::mpsc::{self, Receiver, Sender};

use pumice_model::change::{Change, Counter};
use pumice_model::control::Refusal;
use pumice_store::{Notice, Store, StoreThread, SubmitError, ThreadOptions};

use crate::fixtures::{Home, audited, subscriber};

fn put(n: u32) -> Change {
    Change::PutSubscriber(Box::new(subscriber(n, 1)))
}

fn seq(ceiling: u64) -> Change {
    Change::Ceiling { counter: Counter::Seq, ceiling }
}

fn start(home: &Home, options: ThreadOptions) -> (StoreThread, Receiver<Notice>) {
    let (notices, received) = mpsc::channel();
    let notify = Box::new(move |notice| {
        // A test that has seen enough listens no more.
        let _ = notices.send(notice);
    });
    (StoreThread::start(home.open().store, options, notify).unwrap(), received)
}

/// A thread that waits in its first answer until it is let go on.
fn held(home: &Home, options: ThreadOptions) -> (StoreThread, Receiver<Notice>, Sender<()>) {
    let (notices, received) = mpsc::channel();
    let (go_on, gate) = mpsc::channel::<()>();
    let notify = Box::new(move |notice| {
        notices.send(notice).unwrap();
        // Once the gate is open it stays open.
        let _ = gate.recv();
    });
    let store = StoreThread::start(home.open().store, options, notify).unwrap();
    store.submit(0, vec![seq(1)]).unwrap();
    received.recv().unwrap();
    (store, received, go_on)
}

fn done(ticket: u64) -> Notice {
    Notice::Done { ticket, result: Ok(()) }
}

#[test]
fn answers_come_in_order_and_batches_that_wait_share_a_transaction() {
    let home = Home::new();
    let (store, notices, go_on) = held(&home, ThreadOptions::default());
    let before = store.statistics().full_commits;
    for ticket in 1..=50 {
        store.submit(ticket, vec![seq(ticket + 1), put(u32::try_from(ticket).unwrap())]).unwrap();
    }
    drop(go_on);
    for ticket in 1..=50 {
        assert_eq!(notices.recv().unwrap(), done(ticket));
    }
    store.backup(51, home.path().join("backup.db")).unwrap();
    assert_eq!(notices.recv().unwrap(), done(51));
    drop(notices);
    let commits = loop {
        let commits = store.statistics().full_commits - before;
        if commits > 0 {
            break commits;
        }
        std::thread::yield_now();
    };
    assert!(commits <= 2, "the first may be counted late: {commits}");
    store.stop();
    assert_eq!(home.open().state.subscribers.len(), 50);
    assert!(home.path().join("backup.db").exists());
}

#[test]
fn a_full_queue_gives_the_batch_back() {
    let home = Home::new();
    let options = ThreadOptions { queue_batches: 3, queue_changes: 10, ..ThreadOptions::default() };
    let (store, _notices, go_on) = held(&home, options);
    for ticket in 1..=3 {
        store.submit(ticket, vec![seq(ticket)]).unwrap();
    }
    assert_eq!(store.submit(4, vec![put(1)]), Err(SubmitError::Full(vec![put(1)])));
    assert!(matches!(store.backup(5, home.path().join("backup.db")), Err(SubmitError::Full(_))));
    drop(go_on);
    store.stop();
    let state = home.open().state;
    assert_eq!((state.seq_ceiling, state.subscribers.len()), (3, 0));
}

#[test]
fn a_queue_with_too_many_changes_is_full() {
    let home = Home::new();
    let options = ThreadOptions { queue_changes: 10, ..ThreadOptions::default() };
    let (store, _notices, go_on) = held(&home, options);
    let many = |count| (0..count).map(put).collect::<Vec<_>>();
    // A single batch of any size is taken.
    store.submit(1, many(12)).unwrap();
    assert!(matches!(store.submit(2, many(1)), Err(SubmitError::Full(_))));
    drop(go_on);
    store.stop();
    assert_eq!(home.open().state.subscribers.len(), 12);
}

#[test]
fn what_is_queued_is_written_before_it_stops() {
    let home = Home::new();
    let (store, notices) = start(&home, ThreadOptions::default());
    for n in 0..200 {
        store.submit(n.into(), vec![put(n)]).unwrap();
    }
    drop(store);
    assert_eq!(notices.iter().collect::<Vec<_>>(), (0..200).map(done).collect::<Vec<_>>());
    assert!(!home.log().exists(), "its log was emptied");
    assert_eq!(home.open().state.subscribers.len(), 200);
}

#[test]
fn a_question_is_answered_after_what_was_submitted_before() {
    let home = Home::new();
    let (store, _notices, go_on) = held(&home, ThreadOptions::default());
    let (answers, answered) = mpsc::channel();
    for n in 1..=5 {
        store.submit(n, vec![put(u32::try_from(n).unwrap())]).unwrap();
        let answers = answers.clone();
        let note = move |store: &mut Store| store.note(&audited(n));
        store.ask(note, move |number| answers.send(number).unwrap()).unwrap();
    }
    let copy = home.path().join("backup.db");
    let target = copy.clone();
    store
        .ask(
            move |store| store.backup_to(&target),
            move |done| answers.send(done.map(|()| 0).map_err(Into::into)).unwrap(),
        )
        .unwrap();
    drop(go_on);
    assert_eq!(answered.iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 0].map(Ok));
    store.stop();
    std::fs::rename(copy, home.database()).unwrap();
    assert_eq!(home.open().state.subscribers.len(), 5, "the batches before it were written before it");
}

#[test]
fn more_questions_than_may_wait_are_refused_and_take_no_place_of_batches() {
    let home = Home::new();
    let options = ThreadOptions { queue_batches: 2, queue_questions: 3, ..ThreadOptions::default() };
    let (store, _notices, go_on) = held(&home, options);
    let (answers, answered) = mpsc::channel();
    let ask = |n: u32| {
        let answers = answers.clone();
        store.ask(move |_| n, move |n| answers.send(n).unwrap())
    };
    for n in 1..=3 {
        ask(n).unwrap();
    }
    assert_eq!(ask(4), Err(Refusal::Busy));
    store.submit(1, vec![put(1)]).unwrap();
    store.submit(2, vec![put(2)]).unwrap();
    assert!(matches!(store.submit(3, vec![put(3)]), Err(SubmitError::Full(_))));
    drop(go_on);
    assert_eq!([answered.recv(), answered.recv(), answered.recv()], [1, 2, 3].map(Ok));
    // There is room again.
    ask(5).unwrap();
    assert_eq!(answered.recv(), Ok(5));
    // What waits when it stops is answered.
    ask(6).unwrap();
    drop(store);
    assert_eq!(answered.recv(), Ok(6));
    assert_eq!(home.open().state.subscribers.len(), 2);
}
