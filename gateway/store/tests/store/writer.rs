//! Batches share transactions, one bad batch spoils none but itself, and what phones do while the disk takes nothing gets
//! to the disk when it recovers.

use std::time::Duration;

use pumice_model::change::{Change, Counter};
use pumice_model::time::Instant;
use pumice_model::ue::CapabilityHash;
use pumice_store::{Batch, Notice, Options, StoreError, Writer, WriterOptions};

use crate::fixtures::{Home, cell, imsi, subscriber, ue};
use crate::recording_vfs::{Fault, Recorder};

struct Bench {
    home: Home,
    recorder: &'static Recorder,
    writer: Writer,
    now: Instant,
}

impl Bench {
    fn new(options: WriterOptions) -> Self {
        let home = Home::new();
        let recorder = Recorder::register();
        let store = home.open_with(Options { vfs: Some(recorder.name()), ..home.options() }).unwrap().store;
        Self { home, recorder, writer: Writer::new(store, options), now: Instant::ZERO }
    }

    fn write(&mut self, batches: &[&[Change]]) -> Vec<Notice> {
        let batches = batches
            .iter()
            .zip(1..)
            .map(|(changes, ticket)| Batch { ticket, changes: changes.to_vec() })
            .collect();
        let mut notices = Vec::new();
        self.writer.write(self.now, batches, &mut |notice| notices.push(notice));
        notices
    }

    fn tick_after(&mut self, span: Duration) -> Vec<Notice> {
        self.now = self.now + span;
        let mut notices = Vec::new();
        self.writer.tick(self.now, &mut |notice| notices.push(notice));
        notices
    }

    fn restart(self) -> pumice_model::change::DurableState {
        drop(self.writer);
        self.home.open().state
    }
}

fn done(ticket: u64, result: Result<(), StoreError>) -> Notice {
    Notice::Done { ticket, result }
}

fn seq(ceiling: u64) -> Change {
    Change::Ceiling { counter: Counter::Seq, ceiling }
}

fn put(n: u32) -> Change {
    Change::PutSubscriber(Box::new(subscriber(n, 1)))
}

fn put_ue(n: u32, ceiling: u32) -> Change {
    Change::PutUe(Box::new(ue(n, ceiling, 1)))
}

#[test]
fn batches_share_a_transaction() {
    let mut bench = Bench::new(WriterOptions::default());
    let before = bench.writer.statistics();
    let notices = bench.write(&[&[put(1)], &[put_ue(1, 5)], &[seq(9)], &[]]);
    assert_eq!(notices, [1, 2, 3, 4].map(|ticket| done(ticket, Ok(()))));
    let after = bench.writer.statistics();
    assert_eq!(after.full_commits - before.full_commits, 1);
    assert_eq!(after.normal_commits, before.normal_commits);
}

#[test]
fn one_impossible_batch_spoils_none_but_itself() {
    let mut bench = Bench::new(WriterOptions::default());
    let notices = bench.write(&[&[put(1)], &[put(2), seq(u64::MAX)], &[put(3)]]);
    let refused = Err(StoreError::CeilingTooLarge(u64::MAX));
    assert_eq!(notices, [done(1, Ok(())), done(2, refused), done(3, Ok(()))]);
    assert_eq!(bench.writer.deadline(), None, "the disk is not to blame");
    let state = bench.restart();
    assert_eq!(state.subscribers, [subscriber(1, 1), subscriber(3, 1)]);
    assert_eq!(state.seq_ceiling, 0);
}

#[test]
fn phones_changes_wait_for_the_disk_and_an_operators_are_refused() {
    let mut bench = Bench::new(WriterOptions::default());
    bench.write(&[&[put(1), put_ue(1, 1), put_ue(2, 1), put_ue(3, 1)]]);
    bench.recorder.fail(Some(Fault::NoSpace));
    let failing = Notice::Failing { why: StoreError::Full };
    let full = || Err(StoreError::Full);
    let operator = [put(2), Change::RemoveSubscriber(imsi(1)), Change::LearnCell(cell(1))];
    assert_eq!(bench.write(&[&operator, &[put_ue(1, 2)]]), [failing, done(1, full()), done(2, full())]);
    // Said once; the newest of each phone counts; ceilings keep the highest.
    assert_eq!(bench.write(&[&[put_ue(1, 3), put_ue(4, 1), seq(80)]]), [done(1, full())]);
    let raise = Change::RaiseUeCeilings(Box::new(ue(1, 4, 1)));
    assert_eq!(bench.write(&[&[raise, Change::RemoveUe(imsi(2)), seq(70), put(5)]]), [done(1, full())]);
    assert_eq!(bench.writer.statistics().backlog, 4);
    assert_eq!(bench.tick_after(Duration::from_secs(1)), []);

    bench.recorder.fail(None);
    assert_eq!(bench.tick_after(Duration::from_millis(1_999)), [], "the pause has doubled");
    assert_eq!(bench.tick_after(Duration::from_millis(1)), [Notice::Recovered]);
    assert_eq!((bench.writer.deadline(), bench.writer.statistics().backlog), (None, 0));
    let state = bench.restart();
    assert_eq!(state.subscribers, [subscriber(1, 1)]);
    assert_eq!(state.ues, [ue(1, 4, 1), ue(3, 1, 1), ue(4, 1, 1)]);
    assert_eq!((state.seq_ceiling, state.learned_cells.len()), (80, 0));
}

#[test]
fn the_backlog_goes_with_the_next_batch_that_works() {
    let mut bench = Bench::new(WriterOptions::default());
    bench.recorder.fail(Some(Fault::ReadOnly));
    bench.write(&[&[put_ue(1, 1), put_ue(2, 1)]]);
    bench.recorder.fail(None);
    assert_eq!(bench.write(&[&[put_ue(2, 2)]]), [Notice::Recovered, done(1, Ok(()))]);
    assert_eq!(bench.restart().ues, [ue(1, 1, 1), ue(2, 2, 1)]);
}

#[test]
fn an_older_change_in_the_backlog_never_replaces_a_newer_one() {
    let home = Home::new();
    // So little room that the large one does not fit, and what comes after it does.
    let options = Options { database_octets: 96 << 10, ..home.options() };
    let mut writer = Writer::new(home.open_with(options).unwrap().store, WriterOptions::default());
    let mut notices = Vec::new();
    let mut write = |writer: &mut Writer, changes: &[&[Change]]| {
        let batches = changes.iter().map(|changes| Batch { ticket: 0, changes: changes.to_vec() }).collect();
        writer.write(Instant::ZERO, batches, &mut |notice| notices.push(notice));
    };
    let large = Change::PutRadioCapability { hash: CapabilityHash([1; 16]), octets: vec![7; 200_000] };
    write(
        &mut writer,
        &[
            &[put_ue(1, 1), put_ue(2, 1), seq(50), large],
            &[put_ue(1, 2), seq(40)],
            &[Change::RemoveSubscriber(imsi(2))],
        ],
    );
    assert_eq!(
        notices.iter().filter(|notice| matches!(notice, Notice::Done { result: Ok(()), .. })).count(),
        2
    );
    // The ceiling that waits is higher, the phone's checkpoint older; phone 2 went with its subscriber.
    assert_eq!(writer.statistics().backlog, 2, "the ceiling and the large one");
    let crashed = home.copy().open().state;
    assert_eq!((crashed.ues, crashed.seq_ceiling), (vec![ue(1, 2, 1)], 40));

    // The large one never fits: it is given up, so that the rest gets to the disk.
    let mut notices = Vec::new();
    writer.tick(writer.deadline().unwrap(), &mut |notice| notices.push(notice));
    assert_eq!(notices, [Notice::Recovered]);
    assert_eq!((writer.statistics().backlog, writer.statistics().backlog_dropped), (0, 1));
    drop(writer);
    let state = home.open().state;
    assert_eq!((state.ues, state.seq_ceiling), (vec![ue(1, 2, 1)], 50));
}

/// A sealer that can be out of order, as a TPM can.
struct Moody(pumice_store::FileSealer, std::sync::Arc<std::sync::atomic::AtomicBool>);

impl pumice_store::Sealer for Moody {
    fn seal(&self, place: &pumice_store::Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        if self.1.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(StoreError::Sealer { what: "busy".to_owned() });
        }
        self.0.seal(place, plain)
    }

    fn open(
        &self,
        place: &pumice_store::Place<'_>,
        sealed: &[u8],
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, StoreError> {
        self.0.open(place, sealed)
    }
}

#[test]
fn what_cannot_be_sealed_now_waits_too() {
    let home = Home::new();
    let out_of_order = std::sync::Arc::<std::sync::atomic::AtomicBool>::default();
    let sealer = || Moody(pumice_store::FileSealer::new(&[1; 32]), std::sync::Arc::clone(&out_of_order));
    let mut writer =
        Writer::new(home.open_with(Options::new(sealer())).unwrap().store, WriterOptions::default());
    out_of_order.store(true, std::sync::atomic::Ordering::Relaxed);
    let mut failed = 0;
    let batch = Batch { ticket: 1, changes: vec![put_ue(1, 1), put(1)] };
    writer.write(Instant::ZERO, vec![batch], &mut |notice| {
        failed += usize::from(matches!(notice, Notice::Failing { .. } | Notice::Done { result: Err(_), .. }));
    });
    assert_eq!(failed, 2);
    out_of_order.store(false, std::sync::atomic::Ordering::Relaxed);
    let due = writer.deadline().unwrap();
    writer.tick(due, &mut |notice| assert_eq!(notice, Notice::Recovered));
    drop(writer);
    let state = home.open_with(Options::new(sealer())).unwrap().state;
    assert_eq!((state.ues, state.subscribers), (vec![ue(1, 1, 1)], vec![]));
}

#[test]
fn an_empty_backlog_probes_the_disk() {
    let mut bench = Bench::new(WriterOptions::default());
    bench.recorder.fail(Some(Fault::NoSpace));
    bench.write(&[&[put(1)]]);
    let mut waited = Duration::ZERO;
    for _ in 0..10 {
        let due = bench.writer.deadline().unwrap();
        waited = due.since(bench.now);
        assert_eq!(bench.tick_after(waited), []);
    }
    assert_eq!(waited, Duration::from_secs(60), "the longest pause");
    bench.recorder.fail(None);
    assert_eq!(bench.tick_after(Duration::from_secs(60)), [Notice::Recovered]);
    assert!(bench.restart().subscribers.is_empty());
}

#[test]
fn the_backlog_has_a_bound() {
    let mut bench =
        Bench::new(WriterOptions { backlog_rows: 5, backlog_octets: 1_000, ..WriterOptions::default() });
    bench.recorder.fail(Some(Fault::NoSpace));
    let capability =
        |n: u8, octets| Change::PutRadioCapability { hash: CapabilityHash([n; 16]), octets: vec![n; octets] };
    bench.write(&[&[
        capability(1, 600),
        capability(2, 600),
        put_ue(1, 1),
        put_ue(2, 1),
        put_ue(3, 1),
        put_ue(4, 1),
        put_ue(5, 1),
    ]]);
    bench.write(&[&[put_ue(4, 2)]]);
    let statistics = bench.writer.statistics();
    assert_eq!((statistics.backlog, statistics.backlog_dropped), (5, 2));
    bench.recorder.fail(None);
    bench.tick_after(Duration::from_secs(60));
    let state = bench.restart();
    assert_eq!(state.ues, [ue(1, 1, 1), ue(2, 1, 1), ue(3, 1, 1), ue(4, 2, 1)]);
    assert_eq!(state.radio_capabilities.len(), 1);
}

#[test]
fn checkpoints_are_made_when_idle_and_when_the_log_is_long() {
    let options =
        WriterOptions { checkpoint_idle: 40_000, checkpoint_busy: 200_000, ..WriterOptions::default() };
    let mut bench = Bench::new(options);
    // Opening left something in the log.
    bench.writer.store().checkpoint().unwrap();
    let begun = bench.writer.statistics().checkpoints;
    bench.write(&[&[seq(1)]]);
    bench.writer.idle();
    assert_eq!(bench.writer.statistics().checkpoints, begun, "not worth it yet");
    let mut ceiling = 1;
    while bench.writer.statistics().checkpoints == begun {
        ceiling += 1;
        bench.write(&[&[seq(ceiling)]]);
    }
    assert!((45..=52).contains(&ceiling), "200,000 octets are 49 pages: {ceiling}");
    for n in 1..=10 {
        bench.write(&[&[seq(ceiling + n)]]);
    }
    assert_eq!(bench.writer.statistics().checkpoints, begun + 1);
    bench.writer.idle();
    assert_eq!(bench.writer.statistics().checkpoints, begun + 2);
    assert_eq!(bench.writer.statistics().log_octets, 0);
}
