//! Settings: each on trial until it is kept, and never two on their way.

use pumice_model::control::Refusal;
use pumice_model::people::Actor;
use pumice_model::settings::{REVISIONS, RevisionState, VALUE, Values};
use pumice_store::{Application, FileSealer, Options, StartingRevision, Store};

use rusqlite::Connection;

use crate::fixtures::{Home, stamp};

fn values(network: &str) -> Values {
    let pairs = [("network.name", network), ("backhaul.password", "hush")];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn apply(store: &mut Store, network: &str, how: Application) -> Result<u64, Refusal> {
    store.apply_revision(&values(network), stamp(3), &Actor::Shell, how)
}

fn states(store: &mut Store) -> Vec<(u64, RevisionState)> {
    store.revisions().unwrap().iter().map(|revision| (revision.number, revision.state)).collect()
}

fn kept(number: u64, network: &str) -> StartingRevision {
    StartingRevision { number: Some(number), values: values(network), ..StartingRevision::default() }
}

use RevisionState::{Kept, Pending, Reverted, Trial};

#[test]
fn a_revision_is_on_trial_from_the_next_start_and_kept_when_somebody_says_so() {
    let home = Home::new();
    let mut store = home.open().store;
    assert_eq!(store.begin_revision().unwrap(), StartingRevision::default());
    assert_eq!(store.revision_in_force().unwrap(), None);
    assert_eq!(apply(&mut store, "a", Application::Keep).unwrap(), 1);
    assert_eq!(apply(&mut store, "b", Application::TryAtStart).unwrap(), 2);
    assert_eq!(store.revision_in_force().unwrap().unwrap().number, 1, "not before the start");
    assert_eq!(store.keep_revision(2), Err(Refusal::TooLate), "nobody has seen it work");
    drop(store);
    let mut store = home.open().store;
    assert_eq!(store.begin_revision().unwrap(), StartingRevision { on_trial: true, ..kept(2, "b") });
    assert_eq!(store.revision_in_force().unwrap().unwrap().number, 2);
    store.keep_revision(2).unwrap();
    store.keep_revision(2).unwrap();
    assert_eq!(store.go_back_from_revision(2), Err(Refusal::TooLate));
    drop(store);
    let mut store = home.open().store;
    assert_eq!(store.begin_revision().unwrap(), kept(2, "b"));
    assert_eq!(states(&mut store), [(2, Kept), (1, Kept)]);
    assert_eq!(store.keep_revision(3), Err(Refusal::NotFound));
}

#[test]
fn a_gateway_that_ends_during_its_trial_goes_back() {
    let home = Home::new();
    let mut store = home.open().store;
    apply(&mut store, "a", Application::Keep).unwrap();
    apply(&mut store, "b", Application::TryAtStart).unwrap();
    assert!(store.begin_revision().unwrap().on_trial);
    // Killed: nothing was said to the store.
    let crashed = home.copy();
    let mut store = crashed.open().store;
    assert_eq!(store.begin_revision().unwrap(), StartingRevision { gone_back_from: Some(2), ..kept(1, "a") });
    assert_eq!(store.begin_revision().unwrap(), kept(1, "a"), "once");
    assert_eq!(states(&mut store), [(2, Reverted), (1, Kept)]);
    assert_eq!(store.keep_revision(2), Err(Refusal::TooLate));
    store.go_back_from_revision(2).unwrap();
    // The first ever goes back to the configuration file.
    let home = Home::new();
    let mut store = home.open().store;
    apply(&mut store, "a", Application::TryAtStart).unwrap();
    store.begin_revision().unwrap();
    let back = StartingRevision { gone_back_from: Some(1), ..StartingRevision::default() };
    assert_eq!(store.begin_revision().unwrap(), back);
}

#[test]
fn one_revision_is_on_its_way_at_a_time() {
    let home = Home::new();
    let mut store = home.open().store;
    apply(&mut store, "a", Application::TryAtStart).unwrap();
    for how in [Application::Keep, Application::TryNow, Application::TryAtStart] {
        assert_eq!(apply(&mut store, "b", how), Err(Refusal::TooLate));
    }
    store.go_back_from_revision(1).unwrap();
    assert_eq!(apply(&mut store, "b", Application::TryNow).unwrap(), 2);
    assert_eq!(store.revision_in_force().unwrap().unwrap().number, 2);
    assert_eq!(apply(&mut store, "c", Application::Keep), Err(Refusal::TooLate));
    store.keep_revision(2).unwrap();
    assert_eq!(apply(&mut store, "c", Application::Keep).unwrap(), 3);
    assert_eq!(states(&mut store), [(3, Kept), (2, Kept), (1, Reverted)]);
}

#[test]
fn secrets_are_in_force_and_not_in_the_list() {
    let home = Home::new();
    let mut store = home.open().store;
    apply(&mut store, "a", Application::Keep).unwrap();
    let listed = &store.revisions().unwrap()[0];
    assert_eq!(
        (listed.values["network.name"].as_str(), listed.values["backhaul.password"].as_str()),
        ("a", "")
    );
    assert_eq!(store.revision(1).unwrap().values, values("a"));
    assert_eq!(store.revision(2), Err(Refusal::NotFound));
    assert_eq!(store.revision(u64::MAX), Err(Refusal::NotFound));
    drop(store);
    // With another key the network works, without the password.
    let other = Options::new(FileSealer::new(&[9; 32]));
    let mut store = Store::open(&home.database(), other).unwrap().store;
    let found = store.begin_revision().unwrap();
    assert_eq!(found.values.into_iter().collect::<Vec<_>>(), [("network.name".to_owned(), "a".to_owned())]);
}

#[test]
fn settings_are_taken_back_to_the_file() {
    let home = Home::new();
    let mut store = home.open().store;
    apply(&mut store, "a", Application::Keep).unwrap();
    apply(&mut store, "b", Application::TryNow).unwrap();
    assert_eq!(store.reset_settings(stamp(4), &Actor::Box).unwrap(), 3);
    let found = store.begin_revision().unwrap();
    assert_eq!(found, StartingRevision { number: Some(3), ..StartingRevision::default() });
    assert_eq!(states(&mut store), [(3, Kept), (2, Reverted), (1, Kept)]);
    assert_eq!(store.revision(1).unwrap().values, values("a"), "it can be returned to");
}

#[test]
fn what_is_no_setting_or_too_long_is_refused() {
    let home = Home::new();
    let mut store = home.open().store;
    let longest = "x".repeat(VALUE);
    assert_eq!(apply(&mut store, &longest, Application::Keep).unwrap(), 1);
    let wrong = [
        ("network.name", format!("{longest}x")),
        ("network.nmae", String::new()),
        ("network.tacs", "1".to_owned()),
    ];
    let wrong: Values = wrong.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let Err(Refusal::Wrong { mistakes }) =
        store.apply_revision(&wrong, stamp(1), &Actor::Shell, Application::Keep)
    else {
        panic!("it was taken");
    };
    assert_eq!(
        mistakes.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(),
        ["network.name", "network.nmae"]
    );
    assert_eq!(states(&mut store), [(1, Kept)]);
}

#[test]
fn a_revision_that_cannot_be_read_is_passed_over() {
    let home = Home::new();
    let mut store = home.open().store;
    apply(&mut store, "a", Application::Keep).unwrap();
    apply(&mut store, "b", Application::Keep).unwrap();
    apply(&mut store, "c", Application::TryAtStart).unwrap();
    drop(store);
    let harm = |record: &str, number: u32| {
        let by_hand = Connection::open(home.database()).unwrap();
        let harm = format!("UPDATE revisions SET record = {record} WHERE number = ?1");
        assert_eq!(by_hand.execute(&harm, [number]).unwrap(), 1);
    };
    harm("x''", 2);
    harm("x'09'", 3);
    let mut store = home.open().store;
    assert_eq!(store.begin_revision().unwrap(), kept(1, "a"));
    assert_eq!(store.revision_in_force().unwrap().unwrap().number, 1);
    assert_eq!(store.revision(2), Err(Refusal::NotFound));
    assert_eq!(states(&mut store), [(1, Kept)]);
    assert_eq!(apply(&mut store, "d", Application::Keep).unwrap(), 4, "what was pending is not in the way");
    drop(store);
    harm("x'01'", 1);
    harm("x'01ff'", 4);
    assert_eq!(home.open().store.begin_revision().unwrap(), StartingRevision::default());
}

#[test]
fn the_oldest_revisions_go_but_never_the_one_to_go_back_to() {
    let home = Home::new();
    let mut store = home.open().store;
    apply(&mut store, "good", Application::Keep).unwrap();
    for _ in 0..REVISIONS + 20 {
        let number = apply(&mut store, "bad", Application::TryNow).unwrap();
        store.go_back_from_revision(number).unwrap();
    }
    let most = u64::from(REVISIONS);
    let found = states(&mut store);
    assert_eq!(
        (found.len() as u64, found.first(), found.last()),
        (most, Some(&(most + 21, Reverted)), Some(&(1, Kept)))
    );
    assert_eq!(store.revision_in_force().unwrap().unwrap().values, values("good"));
    let last = apply(&mut store, "next", Application::TryAtStart).unwrap();
    assert_eq!(states(&mut store).first(), Some(&(last, Pending)));
    store.begin_revision().unwrap();
    assert_eq!(states(&mut store).first(), Some(&(last, Trial)));
    store.keep_revision(last).unwrap();
    apply(&mut store, "more", Application::Keep).unwrap();
    assert!(!states(&mut store).contains(&(1, Kept)), "another one is to go back to");
}

#[test]
fn a_listed_revision_tells_which_secrets_are_new_and_not_what_they_are() {
    let home = Home::new();
    let mut store = home.open().store;
    let with = |password: Option<&str>, wifi: Option<&str>| -> Values {
        let pairs = [("backhaul.password", password), ("backhaul.wifi_password", wifi)];
        let set = pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())));
        set.chain([("network.name".to_owned(), "a".to_owned())]).collect()
    };
    let mut put = |values: &Values, how| store.apply_revision(values, stamp(3), &Actor::Shell, how).unwrap();
    put(&with(Some("one"), None), Application::Keep);
    put(&with(Some("two"), None), Application::Keep);
    put(&with(Some("two"), None), Application::Keep);
    put(&with(Some("two"), Some("x")), Application::Keep);
    put(&with(None, Some("x")), Application::Keep);
    let tried = put(&with(None, Some("y")), Application::TryNow);
    store.go_back_from_revision(tried).unwrap();
    // What was gone back from is not what the next is compared with.
    store.apply_revision(&with(None, Some("x")), stamp(4), &Actor::Shell, Application::Keep).unwrap();
    let listed = store.revisions().unwrap();
    let new: Vec<_> = listed.iter().map(|revision| revision.new_secrets.join(" ")).collect();
    let (password, wifi) = ("backhaul.password", "backhaul.wifi_password");
    assert_eq!(new, ["", wifi, password, wifi, "", password, password]);
    let secrets =
        listed.iter().flat_map(|revision| &revision.values).filter(|(key, _)| key.contains("password"));
    assert!(secrets.map(|(_, value)| value.as_str()).all(str::is_empty));
}
