//! A backup for another box: it has everything, says nothing without its key, and its people sign in anew.

use std::fs;

use pumice_model::change::Change;
use pumice_model::control::Refusal;
use pumice_model::people::{Actor, Role};
use pumice_store::restore::SEQ_JUMP;
use pumice_store::{
    Application, FileSealer, Options, Place, Problem, RecoveryKey, Sealer, Settled, Store, StoreError,
};

use crate::fixtures::{Home, account, audited, batch_sim, imsi, session, stamp, subscriber, ue, used};

fn paper() -> String {
    RecoveryKey::from_entropy(b"sixteen octets !").text().to_string()
}

fn place(home: &Home) -> pumice_store::Home {
    pumice_store::Home::new(&home.database(), &home.path().join("pumice.key"))
}

#[test]
fn everything_is_carried_to_another_box() {
    let (old, new) = (Home::new(), Home::new());
    let mut opened = old.open();
    let store = &mut opened.store;
    store
        .commit(&[Change::PutSubscriber(Box::new(subscriber(1, 1))), Change::PutUe(Box::new(ue(1, 1, 1)))])
        .unwrap();
    store.claim(&account("ana", Role::Owner)).unwrap();
    store.put_session(&session(1, "ana", 1)).unwrap();
    store.note(&audited(1)).unwrap();
    store.add_batch(&[batch_sim(5)]).unwrap();
    store.add_usage(&[used(1, 20_000, 9)]).unwrap();
    let secret = [("backhaul.password".to_owned(), "hush hush".to_owned())].into();
    store.apply_revision(&secret, stamp(1), &Actor::Shell, Application::Keep).unwrap();
    let backup = store.export(&paper()).unwrap();
    let left: Vec<_> = fs::read_dir(old.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "database, log and key: {left:?}");
    for canary in [b"hush hush".as_slice(), b"canary-of-ana", b"SQLite format", b"00101000", b"pumice1"] {
        assert!(!backup.windows(canary.len()).any(|window| window == canary));
    }

    new.open().store.claim(&account("ben", Role::Owner)).unwrap();
    place(&new).stage(backup, &paper()).unwrap();
    assert_eq!(place(&new).settle().unwrap(), Settled::Restored);
    let restored = new.open();
    place(&new).confirm().unwrap();
    assert_eq!(restored.problems, [Problem::Restored { phones: 1 }]);
    assert_eq!((restored.identity, restored.boot), (opened.identity, 2));
    assert_eq!((restored.state.seq_ceiling, restored.state.ues.len()), (SEQ_JUMP, 0));
    assert_eq!(restored.state.subscribers, [subscriber(1, 1)]);
    let mut store = restored.store;
    assert_eq!(store.accounts().unwrap(), [account("ana", Role::Owner)]);
    assert_eq!(store.sessions().unwrap(), []);
    assert_eq!(store.audit(&Default::default()).unwrap().items.len(), 1);
    assert_eq!(store.find_in_batch(&batch_sim(5).iccid).unwrap(), batch_sim(5));
    assert_eq!(store.usage(imsi(1)).unwrap().days, [used(1, 20_000, 9)]);
    assert_eq!(store.begin_revision().unwrap().values, secret);
}

#[test]
fn a_look_into_a_backup_says_whose_it_is_and_changes_nothing() {
    let (old, new) = (Home::new(), Home::new());
    let mut opened = old.open();
    let change = Change::PutSubscriber(Box::new(subscriber(1, 1)));
    opened.store.commit(&[change]).unwrap();
    opened.store.claim(&account("ana", Role::Owner)).unwrap();
    opened.store.remember_time(1_795_000_000).unwrap();
    let named = [("network.name".to_owned(), "Nkhata Bay".to_owned())].into();
    opened.store.apply_revision(&named, stamp(1), &Actor::Shell, Application::Keep).unwrap();
    let backup = opened.store.export(&paper()).unwrap();

    let other = new.open();
    let before: Vec<_> = fs::read_dir(new.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let look = |key: &str, serial| place(&new).look_into(backup.clone(), key, serial);
    let view = look(&paper(), &other.identity.serial).unwrap();
    assert_eq!((view.network.as_str(), view.subscribers, view.accounts), ("Nkhata Bay", 1, 1));
    assert_eq!((view.made_unix, view.same_box), (Some(1_795_000_000), false));
    assert!(look(&paper(), &opened.identity.serial).unwrap().same_box);
    let wrong = RecoveryKey::from_entropy(&[9; 16]).text();
    assert_eq!(look(&wrong, &other.identity.serial), Err(Refusal::BadBackup));
    let after: Vec<_> = fs::read_dir(new.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(before, after);
    assert_eq!(place(&new).settle().unwrap(), Settled::Nothing);
}

/// A key that cannot leave its board.
struct Bound(FileSealer);

impl Sealer for Bound {
    fn seal(&self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.0.seal(place, plain)
    }

    fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>, StoreError> {
        self.0.open(place, sealed)
    }
}

#[test]
fn what_cannot_be_carried_is_refused() {
    let home = Home::new();
    assert!(matches!(home.open().store.export("XXXX"), Err(Refusal::Wrong { .. })));
    let bound = Options::new(Bound(FileSealer::new(&[1; 32])));
    let mut store = Store::open(&home.database(), bound).unwrap().store;
    assert!(matches!(store.export(&paper()), Err(Refusal::NotHere { .. })));
    drop(store);
    // Something is in the way of the copy.
    fs::create_dir_all(home.path().join("pumice.db.export.partial/x")).unwrap();
    assert!(matches!(home.open().store.export(&paper()), Err(Refusal::Store { .. })));
}
