use std::time::Duration;

use pumice_model::settings::RevisionState;
use pumice_store::{FileSealer, Options, Store, StoreThread, ThreadOptions};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::*;
use crate::house::{Stamps, endings};

const NETWORK: &str =
    "[network]\nplmn = \"00101\"\n[user_plane]\nlisten = [\"192.0.2.1\"]\n[page]\ntrial = 5\n";

/// A box that starts again and again with the same store.
struct TestBox {
    folder: TempDir,
    file: &'static str,
}

struct Run {
    settler: Settler,
    heard: mpsc::Receiver<Ending>,
    on_trial: bool,
    gone_back_from: Option<u64>,
}

impl TestBox {
    fn new(file: &'static str) -> Self {
        Self { folder: TempDir::new().unwrap(), file }
    }

    fn start(&self) -> Run {
        let sealer = FileSealer::open_or_create(&self.folder.path().join("key")).unwrap();
        let opened = Store::open(&self.folder.path().join("db"), Options::new(sealer)).unwrap();
        let mut store = opened.store;
        let start = store.begin_revision().unwrap();
        let file = File::of(self.file);
        let configured = file.with(&start.values).unwrap();
        let thread = StoreThread::start(store, ThreadOptions::default(), Box::new(|_| {})).unwrap();
        let door = StoreDoor::new(Arc::new(thread), Stamps::new(opened.boot));
        let (endings, heard) = endings();
        let (on_trial, gone_back_from) = (start.on_trial, start.gone_back_from);
        Run {
            settler: Settler::new(file, start, &configured, door, endings, facts()),
            heard,
            on_trial,
            gone_back_from,
        }
    }
}

/// A board with cable and WiFi, on a network of its own.
fn facts() -> BoxFacts {
    let addresses = || vec!["10.77.0.1".parse().unwrap()];
    BoxFacts { ways: vec!["dhcp", "static", "wifi", "none"], addresses: Arc::new(addresses) }
}

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn shown(view: &SettingsView, key: &str) -> String {
    view.rows.iter().find(|row| row.spec.key == key).unwrap().value.clone()
}

async fn states(settler: &Settler) -> Vec<RevisionState> {
    settler.revisions().await.unwrap().iter().map(|revision| revision.state).collect()
}

#[tokio::test]
async fn a_form_shows_the_owners_value_or_the_files_or_the_default() {
    let house = TestBox::new(NETWORK);
    let Run { settler, .. } = house.start();
    let view = settler.settings().await.unwrap();
    assert!(view.complete);
    assert_eq!(view.trial, None);
    assert_eq!(shown(&view, "network.plmn"), "00101");
    assert_eq!(shown(&view, "network.name"), "Pumice");
    assert_eq!(shown(&view, "backhaul.way"), "");
    settler.apply(values(&[("page.language", "sw")]), Actor::Shell).await.unwrap();
    let view = settler.settings().await.unwrap();
    assert_eq!(shown(&view, "page.language"), "sw");
    assert!(view.rows.iter().filter(|row| row.set).all(|row| row.spec.key == "page.language"));
}

#[tokio::test]
async fn a_preview_says_what_changes_what_starts_anew_and_what_is_wrong() {
    let Run { settler, .. } = TestBox::new(NETWORK).start();
    let preview =
        settler.preview(values(&[("network.name", "Nkhata"), ("network.plmn", "00101")])).await.unwrap();
    let [change] = &preview.changes[..] else { panic!("{preview:?}") };
    assert_eq!(
        (change.spec.key, change.old.as_str(), change.new.as_str()),
        ("network.name", "Pumice", "Nkhata")
    );
    assert_eq!(preview.restarts(), Restarts::Gateway);
    assert_eq!(preview.mistakes, []);

    let preview = settler.preview(values(&[("network.plmn", "1"), ("no.such", "1")])).await.unwrap();
    let keys: Vec<&str> = preview.mistakes.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["no.such", "network.plmn"]);
}

#[tokio::test]
async fn what_is_wrong_changes_nothing() {
    let Run { settler, .. } = TestBox::new(NETWORK).start();
    let refused = settler.apply(values(&[("network.plmn", "1")]), Actor::Shell).await.unwrap_err();
    assert!(matches!(refused, Refusal::Wrong { .. }), "{refused}");
    assert_eq!(states(&settler).await, []);
}

#[tokio::test]
async fn a_secret_is_set_and_never_shown() {
    let Run { settler, .. } = TestBox::new(NETWORK).start();
    let set = values(&[
        ("backhaul.way", "wifi"),
        ("backhaul.ssid", "school"),
        ("backhaul.wifi_password", "canary-canary"),
    ]);
    let preview = settler.preview(set.clone()).await.unwrap();
    assert!(!format!("{preview:?}").contains("canary"), "{preview:?}");
    settler.apply(set, Actor::Shell).await.unwrap();
    let view = settler.settings().await.unwrap();
    assert!(!format!("{view:?}").contains("canary"));
    assert!(view.rows.iter().any(|row| row.spec.key == "backhaul.wifi_password" && row.set));
    assert!(!format!("{:?}", settler.revisions().await.unwrap()).contains("canary"));
}

#[tokio::test]
async fn what_starts_nothing_anew_is_kept_at_once_and_counts_at_once() {
    let Run { settler, .. } = TestBox::new(NETWORK).start();
    let mut ground = settler.ground();
    ground.mark_unchanged();
    let applied = settler.apply(values(&[("page.language", "fr")]), Actor::Shell).await.unwrap();
    assert_eq!((applied.restarts, applied.on_trial), (Restarts::Nothing, false));
    ground.changed().await.unwrap();
    assert_eq!(ground.borrow().page.language, "fr");
    assert_eq!(states(&settler).await, [RevisionState::Kept]);
}

#[tokio::test]
async fn a_gateways_change_is_tried_by_its_next_start_and_kept_by_somebody() {
    let house = TestBox::new(NETWORK);
    let Run { settler, mut heard, .. } = house.start();
    let applied = settler.apply(values(&[("network.name", "Nkhata")]), Actor::Shell).await.unwrap();
    assert_eq!((applied.restarts, applied.on_trial), (Restarts::Gateway, true));
    assert_eq!(heard.recv().await, Some(Ending::Restart));
    let second = settler.apply(values(&[("network.name", "Other")]), Actor::Shell).await;
    assert_eq!(second, Err(Refusal::TooLate));
    drop(settler);

    let Run { settler, on_trial, .. } = house.start();
    assert!(on_trial);
    let view = settler.settings().await.unwrap();
    assert_eq!(shown(&view, "network.name"), "Nkhata");
    let (revision, left) = view.trial.unwrap();
    assert_eq!((revision, left <= 5), (applied.revision, true));
    settler.keep(revision, Actor::Shell).await.unwrap();
    assert_eq!(settler.settings().await.unwrap().trial, None);
    assert_eq!(settler.keep(revision, Actor::Shell).await, Err(Refusal::TooLate));
    drop(settler);

    let Run { settler, on_trial, .. } = house.start();
    assert!(!on_trial);
    assert_eq!(shown(&settler.settings().await.unwrap(), "network.name"), "Nkhata");
}

#[tokio::test]
async fn a_gateway_that_ends_in_its_trial_goes_back_at_its_next_start() {
    let house = TestBox::new(NETWORK);
    let Run { settler, .. } = house.start();
    let applied = settler.apply(values(&[("network.name", "Nkhata")]), Actor::Shell).await.unwrap();
    drop(settler);
    // It starts with the new settings, and dies.
    drop(house.start());
    let Run { settler, on_trial, gone_back_from, .. } = house.start();
    assert_eq!((on_trial, gone_back_from), (false, Some(applied.revision)));
    assert_eq!(shown(&settler.settings().await.unwrap(), "network.name"), "Pumice");
}

#[tokio::test]
async fn going_back_starts_the_gateway_anew() {
    let house = TestBox::new(NETWORK);
    let Run { settler, .. } = house.start();
    let applied = settler.apply(values(&[("network.name", "Nkhata")]), Actor::Shell).await.unwrap();
    drop(settler);
    let Run { settler, mut heard, .. } = house.start();
    settler.go_back(applied.revision, Actor::Shell).await.unwrap();
    assert_eq!(heard.recv().await, Some(Ending::Restart));
    assert_eq!(states(&settler).await, [RevisionState::Reverted]);
}

#[tokio::test]
async fn a_backhauls_change_is_tried_without_a_restart_and_taken_back() {
    let Run { settler, mut heard, .. } = TestBox::new(NETWORK).start();
    let ground = settler.ground();
    let applied = settler.apply(values(&[("backhaul.way", "dhcp")]), Actor::Shell).await.unwrap();
    assert_eq!((applied.restarts, applied.on_trial), (Restarts::Backhaul, true));
    assert!(ground.borrow().backhaul.way.is_some());
    settler.go_back(applied.revision, Actor::Shell).await.unwrap();
    assert!(ground.borrow().backhaul.way.is_none());
    assert_eq!(heard.try_recv(), Err(mpsc::error::TryRecvError::Empty));
}

#[tokio::test]
async fn nobody_who_keeps_it_is_as_good_as_going_back() {
    let Run { settler, .. } = TestBox::new(NETWORK).start();
    let mut ground = settler.ground();
    settler.apply(values(&[("backhaul.way", "dhcp")]), Actor::Shell).await.unwrap();
    ground.mark_unchanged();
    // The file gives five seconds, which is the least; the test waits for the event and not for the time.
    tokio::time::timeout(Duration::from_secs(60), ground.changed()).await.unwrap().unwrap();
    assert!(ground.borrow().backhaul.way.is_none());
    assert_eq!(states(&settler).await, [RevisionState::Reverted]);
}

#[tokio::test]
async fn a_box_without_a_network_keeps_at_once_and_starts_when_it_is_complete() {
    let house = TestBox::new("");
    let Run { settler, mut heard, .. } = house.start();
    assert!(!settler.settings().await.unwrap().complete);
    let applied = settler.apply(values(&[("network.plmn", "99970")]), Actor::Shell).await.unwrap();
    assert!(!applied.on_trial);
    assert_eq!(heard.try_recv(), Err(mpsc::error::TryRecvError::Empty));
    let applied = settler.apply(values(&[("user_plane.listen", "192.0.2.1")]), Actor::Shell).await.unwrap();
    assert_eq!((applied.restarts, applied.on_trial), (Restarts::Gateway, false));
    assert_eq!(heard.recv().await, Some(Ending::Restart));
    drop(settler);
    let Run { settler, on_trial, .. } = house.start();
    assert!(!on_trial);
    assert!(settler.settings().await.unwrap().complete);
}

#[tokio::test]
async fn what_the_network_needs_cannot_be_taken_away() {
    let house = TestBox::new("");
    let Run { settler, .. } = house.start();
    let both = values(&[("network.plmn", "99970"), ("user_plane.listen", "192.0.2.1")]);
    settler.apply(both, Actor::Shell).await.unwrap();
    drop(settler);
    let Run { settler, .. } = house.start();
    let preview = settler.preview(values(&[("network.plmn", "")])).await.unwrap();
    assert_eq!(preview.mistakes.first().map(|(key, _)| key.as_str()), Some("network.plmn"));
}

#[tokio::test]
async fn an_older_revision_comes_back_on_trial() {
    let house = TestBox::new(NETWORK);
    let Run { settler, .. } = house.start();
    let first = settler.apply(values(&[("page.language", "fr")]), Actor::Shell).await.unwrap();
    settler.apply(values(&[("page.language", "pt")]), Actor::Shell).await.unwrap();
    let back = settler.return_to(first.revision, Actor::Shell).await.unwrap();
    assert_eq!(back.restarts, Restarts::Nothing);
    assert_eq!(shown(&settler.settings().await.unwrap(), "page.language"), "fr");
    assert_eq!(settler.return_to(99, Actor::Shell).await, Err(Refusal::NotFound));
}

#[tokio::test]
async fn phones_do_not_get_the_addresses_of_the_owners_own_network() {
    let Run { settler, .. } = TestBox::new(NETWORK).start();
    let preview = settler.preview(values(&[("user_plane.pool", "10.77.0.0/16")])).await.unwrap();
    let [(key, reason)] = &preview.mistakes[..] else { panic!("{preview:?}") };
    assert_eq!(key, "user_plane.pool");
    assert!(reason.contains("10.77.0.1"), "{reason}");
    // The first setup, too.
    let Run { settler, .. } = TestBox::new("[user_plane]\npool = \"10.77.0.0/16\"\n").start();
    let both = values(&[("network.plmn", "99970"), ("user_plane.listen", "192.0.2.1")]);
    let preview = settler.preview(both).await.unwrap();
    assert_eq!(preview.mistakes.first().map(|(key, _)| key.as_str()), Some("user_plane.pool"));
}

#[tokio::test]
async fn a_way_that_the_board_does_not_have_is_a_mistake() {
    let Run { settler, .. } = TestBox::new(NETWORK).start();
    let modem = values(&[("backhaul.way", "modem"), ("backhaul.apn", "internet")]);
    let preview = settler.preview(modem).await.unwrap();
    let [(key, reason)] = &preview.mistakes[..] else { panic!("{preview:?}") };
    assert_eq!(key, "backhaul.way");
    assert!(reason.contains("no modem"), "{reason}");
}

#[tokio::test]
async fn no_undo_takes_the_network_away() {
    let house = TestBox::new("");
    let Run { settler, .. } = house.start();
    let first = settler.apply(values(&[("page.language", "sw")]), Actor::Shell).await.unwrap();
    let both = values(&[("network.plmn", "99970"), ("user_plane.listen", "192.0.2.1")]);
    settler.apply(both, Actor::Shell).await.unwrap();
    drop(settler);
    let Run { settler, .. } = house.start();
    let refused = settler.return_to(first.revision, Actor::Shell).await.unwrap_err();
    assert!(matches!(refused, Refusal::Wrong { .. }), "{refused}");
}

#[tokio::test]
async fn a_deed_is_done_to_its_end_when_nobody_waits_for_it() {
    let Run { settler, .. } = TestBox::new(NETWORK).start();
    let mut ground = settler.ground();
    ground.mark_unchanged();
    // Dropped before it was looked at once.
    drop(settler.apply(values(&[("backhaul.way", "dhcp")]), Actor::Shell));
    ground.changed().await.unwrap();
    let trial = loop {
        match settler.settings().await.unwrap().trial {
            Some(trial) => break trial,
            None => tokio::task::yield_now().await,
        }
    };
    settler.go_back(trial.0, Actor::Shell).await.unwrap();
}

#[tokio::test]
async fn what_was_not_kept_in_time_cannot_be_kept() {
    let Run { settler, .. } = TestBox::new(NETWORK).start();
    let applied = settler.apply(values(&[("backhaul.way", "dhcp")]), Actor::Shell).await.unwrap();
    if let Some(trial) = &mut settler.0.state().trial {
        trial.until = Instant::now();
    }
    assert_eq!(settler.keep(applied.revision, Actor::Shell).await, Err(Refusal::TooLate));
}

#[tokio::test]
async fn a_store_that_cannot_write_does_not_keep_a_trial_in_force() {
    let Run { settler, mut heard, .. } = TestBox::new(NETWORK).start();
    let trial = |restarts| Trial {
        revision: 99,
        until: Instant::now(),
        restarts,
        before: values(&[("page.language", "pt")]),
    };
    settler.0.leave_without_the_store(&trial(Restarts::Backhaul));
    assert_eq!(settler.ground().borrow().page.language, "pt");
    settler.0.leave_without_the_store(&trial(Restarts::Gateway));
    assert_eq!(heard.recv().await, Some(Ending::Restart));
}
