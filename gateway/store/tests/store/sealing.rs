//! Keys are nowhere on the disk in the clear, and a sealed record opens in its place only.

use std::fs;

use pumice_model::change::Change;
use pumice_model::people::{Actor, Role};
use pumice_model::subscriber::OperatorKey;
use pumice_store::{Application, FileSealer, Options, Problem, Store, StoreError};
use rusqlite::Connection;

use crate::fixtures::{Home, account, batch_sim, imsi, stamp, subscriber, ue};

#[test]
fn no_key_occurs_in_any_file() {
    let home = Home::new();
    let mut store = home.open().store;
    let mut canaries = Vec::new();
    for n in 0..20 {
        let (subscriber, ue) = (subscriber(n, 0x5e), ue(n, 1, 2));
        canaries.push(subscriber.keys.k.expose().to_vec());
        let (OperatorKey::Op(op) | OperatorKey::Opc(op)) = &subscriber.keys.op;
        canaries.push(op.expose().to_vec());
        canaries.push(ue.security.k_asme.expose().to_vec());
        store.commit(&[Change::PutSubscriber(Box::new(subscriber)), Change::PutUe(Box::new(ue))]).unwrap();
    }
    let sim = batch_sim(77);
    canaries.push(sim.subscriber.keys.k.expose().to_vec());
    store.add_batch(&[sim]).unwrap();
    store.claim(&account("ana", Role::Owner)).unwrap();
    canaries.push(b"canary-of-ana".to_vec());
    let secrets = [("backhaul.wifi_password".to_owned(), "a secret of 21 octets".to_owned())].into();
    store.apply_revision(&secrets, stamp(1), &Actor::Shell, Application::Keep).unwrap();
    canaries.push(b"a secret of 21 octets".to_vec());
    store.backup_to(&home.path().join("backup.db")).unwrap();
    let mut searched = 0;
    let mut search = |canaries: &[Vec<u8>]| {
        for entry in fs::read_dir(home.path()).unwrap() {
            let path = entry.unwrap().path();
            let content = fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&content).to_lowercase();
            for canary in canaries {
                // A half would be bad enough.
                let half = &canary[..8];
                assert!(!content.windows(8).any(|window| window == half), "{}", path.display());
                let hex: String = half.iter().map(|octet| format!("{octet:02x}")).collect();
                assert!(!text.contains(&hex), "{}", path.display());
            }
            searched += content.len();
        }
    };
    search(&canaries);
    store.checkpoint().unwrap();
    search(&canaries);
    drop(store);
    search(&canaries);
    assert!(searched > 100_000, "{searched}");
    assert_eq!(home.open().state.subscribers.len(), 20, "and yet they are there");
}

#[test]
fn a_moved_or_changed_record_is_reported_and_left_in_place() {
    let home = Home::new();
    let mut store = home.open().store;
    for n in 0..4 {
        store
            .commit(&[
                Change::PutSubscriber(Box::new(subscriber(n, 1))),
                Change::PutUe(Box::new(ue(n, 1, 1))),
            ])
            .unwrap();
    }
    drop(store);
    let by_hand = Connection::open(home.database()).unwrap();
    let row = |n| imsi(n).digits().to_string();
    by_hand
        .execute("UPDATE subscribers SET record = (SELECT record FROM subscribers WHERE imsi = ?2) WHERE imsi = ?1", [row(0), row(1)])
        .unwrap();
    by_hand
        .execute(
            "UPDATE subscribers SET record = (SELECT record FROM ues WHERE imsi = ?1) WHERE imsi = ?1",
            [row(2)],
        )
        .unwrap();
    by_hand
        .execute("UPDATE ues SET record = CAST(x'09' || substr(record, 2) AS BLOB) WHERE imsi = ?1", [row(3)])
        .unwrap();
    by_hand.execute("UPDATE ues SET record = x'' WHERE imsi = ?1", [row(2)]).unwrap();
    drop(by_hand);

    let expected = [
        ("subscribers", 0, StoreError::NotAuthentic),
        ("subscribers", 2, StoreError::NotAuthentic),
        ("ues", 2, StoreError::Malformed),
        ("ues", 3, StoreError::UnknownVersion(9)),
    ];
    let expected = expected.map(|(table, n, why)| Problem::Unreadable { table, key: row(n), why });
    for _ in 0..2 {
        let opened = home.open();
        assert_eq!(opened.problems, expected);
        assert_eq!(opened.state.subscribers, [subscriber(1, 1), subscriber(3, 1)]);
        assert_eq!(opened.state.ues, [ue(0, 1, 1), ue(1, 1, 1)]);
    }
    assert!(!expected[0].to_string().contains(&row(0)), "an IMSI is shortened where it is printed");

    home.open().store.commit(&[Change::PutSubscriber(Box::new(subscriber(0, 2)))]).unwrap();
    assert_eq!(home.open().state.subscribers[0], subscriber(0, 2), "replacing it mends it");
}

#[test]
fn another_key_opens_nothing_and_loses_nothing() {
    let home = Home::new();
    home.open().store.commit(&[Change::PutSubscriber(Box::new(subscriber(1, 1)))]).unwrap();
    let other = Store::open(&home.database(), Options::new(FileSealer::new(&[7; 32]))).unwrap();
    assert_eq!(other.state.subscribers, []);
    assert!(matches!(&other.problems[..], [Problem::Unreadable { why: StoreError::NotAuthentic, .. }]));
    drop(other);
    assert_eq!(home.open().state.subscribers, [subscriber(1, 1)]);
}
