//! Accounts, sessions and the audit: their rules hold in the store, and what is acknowledged is on the disk.

use pumice_model::control::Refusal;
use pumice_model::people::{ACCOUNTS, AUDIT, Account, AccountChange, AuditRecord, Role, SESSIONS};
use pumice_model::query::PageRequest;
use pumice_store::{FileSealer, Options, Store};
use rusqlite::Connection;

use crate::fixtures::{Home, account, audited, name, session};

#[test]
fn the_first_to_claim_is_the_owner_and_nobody_after_it() {
    let home = Home::new();
    let mut store = home.open().store;
    assert_eq!(store.accounts().unwrap(), []);
    store.claim(&account("ana", Role::Owner)).unwrap();
    assert_eq!(store.claim(&account("ben", Role::Owner)), Err(Refusal::Taken));
    assert_eq!(store.claim(&account("ana", Role::Owner)), Err(Refusal::Taken));
    drop(store);
    let mut store = home.open().store;
    assert_eq!(store.accounts().unwrap(), [account("ana", Role::Owner)]);
    // One that cannot be read is an owner nevertheless.
    drop(store);
    let other = Options::new(FileSealer::new(&[7; 32]));
    let mut store = Store::open(&home.database(), other).unwrap().store;
    assert_eq!(store.accounts().unwrap(), []);
    assert_eq!(store.claim(&account("ben", Role::Owner)), Err(Refusal::Taken));
}

fn to(role: Role) -> AccountChange {
    AccountChange { role: Some(role), ..AccountChange::default() }
}

#[test]
fn a_name_is_added_once_even_if_its_record_cannot_be_read() {
    let home = Home::new();
    let mut store = home.open().store;
    store.claim(&account("ana", Role::Owner)).unwrap();
    let other = Account { password: "another".to_owned(), ..account("ana", Role::Viewer) };
    assert_eq!(store.add_account(&other), Err(Refusal::AccountExists));
    assert_eq!(store.accounts().unwrap(), [account("ana", Role::Owner)]);
    drop(store);
    let sealed_otherwise = Options::new(FileSealer::new(&[7; 32]));
    let mut store = Store::open(&home.database(), sealed_otherwise).unwrap().store;
    assert_eq!(store.add_account(&other), Err(Refusal::AccountExists));
    assert_eq!(store.change_account(&name("ana"), to(Role::Owner)), Err(Refusal::NotFound));
}

#[test]
fn a_change_is_of_the_account_that_was_looked_at() {
    let home = Home::new();
    let mut store = home.open().store;
    store.claim(&account("ana", Role::Owner)).unwrap();
    store.add_account(&account("ben", Role::Seller)).unwrap();
    let change = |expected: &str, new: &str| AccountChange {
        expected: Some(expected.to_owned()),
        password: Some(new.to_owned()),
        ..AccountChange::default()
    };
    let old = account("ben", Role::Seller).password;
    store.change_account(&name("ben"), change(&old, "second")).unwrap();
    // Two who began with the same password do not both change it.
    assert_eq!(store.change_account(&name("ben"), change(&old, "third")), Err(Refusal::TooLate));
    let known = Account { password: "second".to_owned(), ..account("ben", Role::Seller) };
    assert_eq!(store.accounts().unwrap(), [account("ana", Role::Owner), known]);
    // Who was removed meanwhile does not come back.
    store.remove_account(&name("ben")).unwrap();
    assert_eq!(store.change_account(&name("ben"), change("second", "third")), Err(Refusal::NotFound));
    assert_eq!(store.change_account(&name("ben"), to(Role::Owner)), Err(Refusal::NotFound));
    drop(store);
    assert_eq!(home.open().store.accounts().unwrap(), [account("ana", Role::Owner)]);
}

#[test]
fn a_language_changes_nothing_else() {
    let home = Home::new();
    let mut store = home.open().store;
    store.claim(&account("ana", Role::Owner)).unwrap();
    let sw = heapless::String::try_from("sw").unwrap();
    let change = AccountChange { language: Some(sw.clone()), ..AccountChange::default() };
    store.change_account(&name("ana"), change).unwrap();
    assert_eq!(store.accounts().unwrap(), [Account { language: sw, ..account("ana", Role::Owner) }]);
}

#[test]
fn there_is_always_an_owner() {
    let home = Home::new();
    let mut store = home.open().store;
    store.claim(&account("ana", Role::Owner)).unwrap();
    store.add_account(&account("ben", Role::Seller)).unwrap();
    assert_eq!(store.remove_account(&name("ana")), Err(Refusal::LastOwner));
    assert_eq!(store.change_account(&name("ana"), to(Role::Viewer)), Err(Refusal::LastOwner));
    store.change_account(&name("ana"), to(Role::Owner)).unwrap();
    assert_eq!(store.remove_account(&name("eve")), Err(Refusal::NotFound));
    store.change_account(&name("ben"), to(Role::Owner)).unwrap();
    store.change_account(&name("ana"), to(Role::Viewer)).unwrap();
    assert_eq!(store.remove_account(&name("ben")), Err(Refusal::LastOwner));
    store.remove_account(&name("ana")).unwrap();
    assert_eq!(store.accounts().unwrap(), [account("ben", Role::Owner)]);
    // Writing into the column beside the record makes nobody an owner.
    store.add_account(&account("eve", Role::Seller)).unwrap();
    drop(store);
    Connection::open(home.database()).unwrap().execute("UPDATE accounts SET role = 'owner'", []).unwrap();
    assert_eq!(home.open().store.remove_account(&name("ben")), Err(Refusal::LastOwner));
}

#[test]
fn as_many_accounts_as_may_be() {
    let home = Home::new();
    let mut store = home.open().store;
    for n in 0..ACCOUNTS {
        store.add_account(&account(&format!("a{n:02}"), Role::Owner)).unwrap();
    }
    let full = Refusal::Full { limit: "accounts", holds: ACCOUNTS };
    assert_eq!(store.add_account(&account("b", Role::Viewer)), Err(full));
    store.change_account(&name("a07"), to(Role::Viewer)).unwrap();
    store.remove_account(&name("a03")).unwrap();
    store.add_account(&account("b", Role::Viewer)).unwrap();
    assert_eq!(store.accounts().unwrap().len(), ACCOUNTS as usize);
}

#[test]
fn the_session_used_least_recently_ends() {
    let home = Home::new();
    let mut store = home.open().store;
    assert_eq!(store.put_session(&session(1, "ana", 1)), Err(Refusal::NotFound));
    store.claim(&account("ana", Role::Owner)).unwrap();
    let most = u8::try_from(SESSIONS).unwrap();
    for n in 0..most {
        store.put_session(&session(n, "ana", u64::from(n))).unwrap();
    }
    // The first is used again, and so the second goes.
    store.put_session(&session(0, "ana", 90)).unwrap();
    store.put_session(&session(most, "ana", 91)).unwrap();
    let tokens: Vec<_> = store.sessions().unwrap().iter().map(|session| session.token[0]).collect();
    let expected: Vec<_> = [most, 0].into_iter().chain((2..most).rev()).collect();
    assert_eq!(tokens, expected);
    // A new one is in use, whatever its stamp says.
    store.put_session(&session(99, "ana", 0)).unwrap();
    let sessions = store.sessions().unwrap();
    assert_eq!((sessions.len(), sessions.last()), (SESSIONS as usize, Some(&session(99, "ana", 0))));
    drop(store);
    assert_eq!(home.open().store.sessions().unwrap(), sessions, "they survive a start");
}

#[test]
fn sessions_end_one_by_one_and_with_their_account() {
    let home = Home::new();
    let mut store = home.open().store;
    store.claim(&account("ana", Role::Owner)).unwrap();
    store.add_account(&account("ben", Role::Seller)).unwrap();
    for n in 1..=3 {
        store.put_session(&session(n, "ana", n.into())).unwrap();
        store.put_session(&session(10 + n, "ben", n.into())).unwrap();
    }
    let left = |store: &mut Store| {
        let mut tokens: Vec<_> = store.sessions().unwrap().iter().map(|session| session.token[0]).collect();
        tokens.sort_unstable();
        tokens
    };
    store.end_session(&[1; 32]).unwrap();
    store.end_session(&[1; 32]).unwrap();
    assert_eq!(left(&mut store), [2, 3, 11, 12, 13]);
    store.end_sessions(&name("ben"), Some(&[12; 32])).unwrap();
    assert_eq!(left(&mut store), [2, 3, 12]);
    store.remove_account(&name("ben")).unwrap();
    assert_eq!(left(&mut store), [2, 3]);
    store.end_sessions(&name("ana"), None).unwrap();
    assert_eq!(left(&mut store), []);
}

fn numbers(items: &[AuditRecord]) -> Vec<u64> {
    items.iter().map(|record| record.number).collect()
}

#[test]
fn the_audit_is_read_in_pages_from_its_end() {
    let home = Home::new();
    let mut store = home.open().store;
    for n in 1..=25 {
        assert_eq!(store.note(&audited(n)).unwrap(), n);
    }
    let mut request = PageRequest { after: None, limit: Some(10) };
    let mut all = Vec::new();
    let mut pages = 0;
    loop {
        let page = store.audit(&request).unwrap();
        all.extend(page.items);
        pages += 1;
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    assert_eq!((pages, numbers(&all)), (3, (1..=25).rev().collect()));
    assert!(all.iter().all(|record| record.entry == audited(record.number)));
    // A page that ends where the list ends is the last.
    let page = store.audit(&PageRequest { after: Some("6".to_owned()), limit: Some(5) }).unwrap();
    assert_eq!((numbers(&page.items), page.next), (vec![5, 4, 3, 2, 1], None));
    for none in ["", "x", "0", "-3", "99999999999999999999"] {
        let page = store.audit(&PageRequest { after: Some(none.to_owned()), limit: None }).unwrap();
        assert_eq!((page.items, page.next), (vec![], None), "{none}");
    }
    let page = store.audit(&PageRequest { after: None, limit: Some(0) }).unwrap();
    assert_eq!(numbers(&page.items), [25]);
}

#[test]
fn the_oldest_entries_of_the_audit_go() {
    let home = Home::new();
    let mut store = home.open().store;
    store.note(&audited(1)).unwrap();
    drop(store);
    // As if so many had been noted.
    Connection::open(home.database())
        .unwrap()
        .execute(
            "WITH RECURSIVE n(value) AS (SELECT 2 UNION ALL SELECT value + 1 FROM n WHERE value < ?1)
             INSERT INTO audit SELECT value, boot, at_millis, unix_seconds, actor, address, action, subject,
             outcome FROM audit, n WHERE number = 1",
            [AUDIT],
        )
        .unwrap();
    let mut store = home.open().store;
    let most = u64::from(AUDIT);
    for n in 1..=3 {
        assert_eq!(store.note(&audited(n)).unwrap(), most + n);
    }
    drop(store);
    let bounds = "SELECT min(number), max(number), count(*) FROM audit";
    let found: (u64, u64, u64) = Connection::open(home.database())
        .unwrap()
        .query_row(bounds, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    assert_eq!(found, (4, most + 3, most));
}
