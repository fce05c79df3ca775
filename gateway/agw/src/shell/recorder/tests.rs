use pumice_core::choose::{Choices, Entropy};
use pumice_model::box_identity::BoxIdentity;
use pumice_model::change::DurableState;
use pumice_model::identity::{MmeCode, MmeGroupId, Tac};
use pumice_store::{FileSealer, Options, Store, StoreThread, ThreadOptions};

use super::*;
use crate::config::parse;
use crate::house::Stamps;

#[derive(Clone)]
struct Zeros;

impl Entropy for Zeros {
    fn fill(&mut self, octets: &mut [u8]) {
        octets.fill(0);
    }
}

fn identity() -> BoxIdentity {
    BoxIdentity {
        serial: [1; 16],
        mme_group: MmeGroupId(1),
        mme_code: MmeCode(1),
        tac: Tac(1),
        first_teid: 1,
        first_ind: 0,
        m_tmsi_seed: 1,
    }
}

fn core() -> Core {
    let settings = parse("[network]\nplmn = \"00101\"\n[user_plane]\nlisten = [\"192.0.2.1\"]\n").unwrap();
    Core::new(settings.core(identity()), DurableState::default(), Choices::new(Zeros, &identity()))
}

fn imsi() -> Imsi {
    Imsi::parse("001010000000001").unwrap()
}

struct Bench {
    recorder: Recorder,
    store: StoreDoor,
    past: Past,
    _folder: tempfile::TempDir,
    _probed: watch::Sender<Reachability>,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let sealer = FileSealer::open_or_create(&folder.path().join("key")).unwrap();
    let opened = Store::open(&folder.path().join("db"), Options::new(sealer)).unwrap();
    let thread = StoreThread::start(opened.store, ThreadOptions::default(), Box::new(|_| {})).unwrap();
    let store = StoreDoor::new(Arc::new(thread), Stamps::new(opened.boot));
    let (probed, reachability) = watch::channel(Reachability::default());
    let past = Past::default();
    let mut recorder = Recorder::new(past.clone(), store.clone(), reachability);
    recorder.owners.insert(SessionId(7), imsi());
    Bench { recorder, store, past, _folder: folder, _probed: probed }
}

const fn at(seconds: u64) -> Instant {
    Instant::after_start(Duration::from_secs(seconds))
}

fn used(uplink: u64, downlink: u64) -> impl Fn(SessionId) -> Option<Usage> {
    move |_| Some(Usage { uplink_octets: uplink, downlink_octets: downlink, ..Usage::default() })
}

/// 2026-11-25, 23:30 UTC.
const LATE: WallClock = WallClock { unix_seconds: 1_795_649_400, zone_quarters: 0 };

#[tokio::test]
async fn what_a_phone_used_goes_to_its_day_and_is_counted_once() {
    let Bench { mut recorder, store, .. } = bench();
    let core = core();
    recorder.look_at_clock(at(0), Some(LATE));
    recorder.look(at(0), &core, used(100, 1_000));
    recorder.look(at(90), &core, used(150, 1_500));
    // Looked at twice within the half minute, and once more at the end: no more than it used.
    recorder.look(at(91), &core, used(160, 1_600));
    recorder.finish(at(92), &core, used(160, 1_600));
    let usage = store.ask(move |store| store.usage(imsi())).await.unwrap();
    let sum = usage.days.iter().fold((0, 0), |sum, day| (sum.0 + day.uplink, sum.1 + day.downlink));
    assert_eq!(sum, (160, 1_600));
    assert_eq!(usage.days.iter().map(|day| day.day.0).collect::<Vec<_>>(), [20_782]);
}

#[tokio::test]
async fn a_session_that_ends_is_looked_at_before_its_count_is_gone() {
    let Bench { mut recorder, store, past, .. } = bench();
    let core = core();
    recorder.before(at(0), &UserPlaneCommand::Remove(SessionId(7)), &core, used(5, 50));
    // A second removal, or one of a session that nobody has, counts nothing.
    recorder.before(at(0), &UserPlaneCommand::Remove(SessionId(7)), &core, used(5, 50));
    recorder.before(at(0), &UserPlaneCommand::Remove(SessionId(8)), &core, used(5, 50));
    assert_eq!(
        past.meter().waiting(imsi()).map(|day| (day.uplink, day.downlink)).collect::<Vec<_>>(),
        [(5, 50)]
    );
    recorder.finish(at(1), &core, |_| None);
    let usage = store.ask(move |store| store.usage(imsi())).await.unwrap();
    assert_eq!(usage.days.iter().map(|day| (day.uplink, day.downlink)).collect::<Vec<_>>(), [(5, 50)]);
}

#[tokio::test]
async fn a_day_begins_at_midnight_where_the_box_is() {
    let Bench { mut recorder, .. } = bench();
    recorder.look_at_clock(at(0), Some(LATE));
    assert_eq!(recorder.day(at(0)), Day(20_782));
    assert_eq!(recorder.day(at(1_799)), Day(20_782));
    assert_eq!(recorder.day(at(1_800)), Day(20_783));
    recorder.look_at_clock(at(0), Some(WallClock { zone_quarters: 8, ..LATE }));
    assert_eq!(recorder.day(at(0)), Day(20_783));
    // A clock that is trusted no more goes on from where it was.
    recorder.look_at_clock(at(10), None);
    assert_eq!(recorder.day(at(10)), Day(20_783));
}

#[tokio::test]
async fn without_a_clock_days_are_no_dates() {
    let Bench { recorder, .. } = bench();
    assert_eq!(recorder.day(at(86_400 * 3)), Day(3));
    assert!(recorder.day(at(86_400 * 400_000)) < Day::FIRST_REAL);
}

#[tokio::test]
async fn curves_show_rates_and_not_sums() {
    let Bench { mut recorder, past, .. } = bench();
    let core = core();
    recorder.look(at(0), &core, used(0, 0));
    recorder.look(at(30), &core, used(300, 3_000));
    // A session that ended is still in the sum: no curve goes below zero.
    recorder.before(at(40), &UserPlaneCommand::Remove(SessionId(7)), &core, used(300, 3_000));
    recorder.look(at(60), &core, |_| None);
    let curves = past.archive().curves(pumice_model::archive::Span::Hour);
    let downlink =
        curves.curves.iter().find(|(series, _)| *series == pumice_model::archive::Series::Downlink);
    let last: Vec<_> = downlink.unwrap().1.iter().rev().take(2).copied().collect();
    assert_eq!(last, [Some(0), Some(100)]);
}
