//! Every released schema is brought up to date with all that is in it, and a released schema or record never changes.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pumice_model::archive::Span;
use pumice_model::change::{Change, Counter};
use pumice_model::people::{Actor, Role};
use pumice_model::query::PageRequest;
use pumice_model::settings::{RevisionState, Values};
use pumice_model::time::Instant;
use pumice_model::ue::CapabilityHash;
use pumice_store::restore::SEQ_JUMP;
use pumice_store::{Application, Archive, FileSealer, Opened, Options, Problem, Sample, Store, StoreError};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::fixtures::{Home, account, audited, batch_sim, cell, imsi, session, stamp, subscriber, ue, used};
use crate::workload::Expected;

/// What seals the fixtures.
const KEY: [u8; 32] = [0x42; 32];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn open(home: &Home) -> Opened {
    Store::open(&home.database(), Options::new(FileSealer::new(&KEY))).unwrap()
}

/// What each fixture holds.
fn content() -> Vec<Change> {
    let mut changes = vec![
        Change::Ceiling { counter: Counter::Seq, ceiling: 123_456 },
        Change::Ceiling { counter: Counter::MTmsi, ceiling: 789 },
        Change::PutRadioCapability { hash: CapabilityHash([9; 16]), octets: (0..=255).collect() },
    ];
    for n in 0..8 {
        changes.push(Change::PutSubscriber(Box::new(subscriber(n, 3))));
        changes.push(Change::PutUe(Box::new(ue(n, 1_000 + n, 1 + n as u8))));
        changes.push(Change::LearnCell(cell(n)));
    }
    changes
}

/// What a fixture holds from the second version on.
fn fill_in_people(store: &mut Store) {
    store.claim(&account("ana", Role::Owner)).unwrap();
    store.add_account(&account("ben", Role::Seller)).unwrap();
    store.put_session(&session(7, "ben", 40)).unwrap();
    for n in 1..=3 {
        store.note(&audited(n)).unwrap();
    }
    let [first, second] = settings();
    store.apply_revision(&first, stamp(5), &Actor::Shell, Application::Keep).unwrap();
    store.apply_revision(&second, stamp(6), &Actor::Box, Application::TryAtStart).unwrap();
    store.add_batch(&[batch_sim(1), batch_sim(2)]).unwrap();
    store.add_usage(&[used(1, 20_000, 11), used(2, 5, 12)]).unwrap();
    store.keep_history(&history().save()).unwrap();
    store.remember_time(1_800_000_000).unwrap();
}

fn settings() -> [Values; 2] {
    let first = [("network.name", "Village"), ("backhaul.password", "not to be seen")];
    let second = [("network.name", "Town"), ("backhaul.password", "nor this")];
    [first, second]
        .map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
}

fn history() -> Archive {
    let mut archive = Archive::default();
    for n in 0..30 {
        let sample = Sample { phones: Some(n), delay: Some(40), ..Sample::default() };
        let at = Instant::after_start(Duration::from_secs(30 * u64::from(n)));
        archive.sample(at, Some(1_800_000_000 + 30 * u64::from(n)), &sample);
    }
    archive
}

fn check_people(opened: &mut Opened) {
    let store = &mut opened.store;
    assert_eq!(store.accounts().unwrap(), [account("ana", Role::Owner), account("ben", Role::Seller)]);
    assert_eq!(store.sessions().unwrap(), [session(7, "ben", 40)]);
    let audit = store.audit(&PageRequest::default()).unwrap().items;
    assert_eq!(audit.iter().map(|record| record.number).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(audit[2].entry, audited(1));
    let [first, second] = settings();
    let kept = store.revision(1).unwrap();
    assert_eq!(
        (kept.values, kept.at, kept.by, kept.state),
        (first, stamp(5), Actor::Shell, RevisionState::Kept)
    );
    let pending = store.revision(2).unwrap();
    assert_eq!((pending.values, pending.by, pending.state), (second, Actor::Box, RevisionState::Pending));
    assert_eq!(store.batch_size().unwrap(), 2);
    assert_eq!(store.find_in_batch(&batch_sim(2).iccid).unwrap(), batch_sim(2));
    assert_eq!(store.usage(imsi(1)).unwrap().days, [used(1, 20_000, 11)]);
    assert_eq!(store.usage(imsi(2)).unwrap().days, [used(2, 5, 12)]);
    let resumed = Archive::resume(&store.history().unwrap());
    for span in Span::ALL {
        assert_eq!(resumed.curves(span).curves, history().curves(span).curves);
    }
    assert_eq!((opened.boot, opened.last_known), (2, Some(1_800_000_000)));
}

/// The schema as SQLite keeps it, without comments and in one spelling.
fn schema(connection: &Connection) -> Vec<String> {
    let mut statement =
        connection.prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|sql| {
        let sql = sql.unwrap();
        let lines = sql.lines().map(|line| line.split("--").next().unwrap());
        lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    })
    .collect()
}

/// A database as SQL, for a fixture that can be read.
fn dump(connection: &Connection) -> String {
    let mut text = String::new();
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    writeln!(text, "PRAGMA user_version = {version};").unwrap();
    for sql in schema(connection) {
        writeln!(text, "{sql};").unwrap();
    }
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
    let mut statement = connection.prepare(tables).unwrap();
    let names: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for name in names {
        let mut statement = connection.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<_> = (0..columns).map(|column| literal(row.get_ref(column).unwrap())).collect();
            writeln!(text, "INSERT INTO {name} VALUES ({});", values.join(", ")).unwrap();
        }
    }
    text
}

fn literal(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(value) => value.to_string(),
        ValueRef::Real(value) => value.to_string(),
        ValueRef::Text(text) => format!("'{}'", String::from_utf8_lossy(text).replace('\'', "''")),
        ValueRef::Blob(octets) => {
            format!("x'{}'", octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>())
        }
    }
}

#[test]
fn every_released_schema_is_migrated_with_all_that_is_in_it() {
    let fresh = Home::new();
    drop(open(&fresh));
    let newest = schema(&Connection::open(fresh.database()).unwrap());
    let mut expected = Expected::default();
    expected.apply(&content());

    let mut versions = 0;
    for entry in fs::read_dir(fixtures()).unwrap() {
        let path = entry.unwrap().path();
        let home = Home::new();
        Connection::open(home.database())
            .unwrap()
            .execute_batch(&fs::read_to_string(&path).unwrap())
            .unwrap();
        let mut opened = open(&home);
        assert_eq!(opened.problems, [], "{}", path.display());
        assert_eq!(opened.identity.serial, [0x5a; 16]);
        // The first version knew nothing of people.
        if path.ends_with("v1.sql") {
            assert_eq!(opened.store.accounts().unwrap(), []);
            assert_eq!((opened.boot, opened.last_known), (1, None));
            fill_in_people(&mut opened.store);
        } else {
            check_people(&mut opened);
        }
        assert_eq!(Expected::from(opened.state), expected, "{}", path.display());
        drop(opened.store);
        assert_eq!(schema(&Connection::open(home.database()).unwrap()), newest, "{}", path.display());
        versions += 1;
    }
    let known: u32 = Connection::open(fresh.database())
        .and_then(|by_hand| by_hand.pragma_query_value(None, "user_version", |row| row.get(0)))
        .unwrap();
    assert_eq!(versions, known, "one fixture for each version");
}

/// A released schema file is never edited: its fixture has its text.
#[test]
fn the_newest_schema_is_that_of_its_fixture() {
    let fresh = Home::new();
    drop(open(&fresh));
    let connection = Connection::open(fresh.database()).unwrap();
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let fixture = fs::read_to_string(fixtures().join(format!("v{version}.sql"))).unwrap();
    for sql in schema(&connection) {
        assert!(fixture.contains(&sql), "{sql}");
    }
}

/// For a new version: `PUMICE_WRITE_FIXTURE=1 cargo test -p pumice-store --test store schema::write_fixture` writes what does not
/// exist yet; without the variable there is nothing to do.
#[test]
fn write_fixture() {
    if std::env::var_os("PUMICE_WRITE_FIXTURE").is_none() {
        return;
    }
    let home = Home::new();
    let mut store = open(&home).store;
    store.commit(&content()).unwrap();
    fill_in_people(&mut store);
    drop(store);
    let connection = Connection::open(home.database()).unwrap();
    connection.execute("UPDATE box SET serial = ?1", ["5a".repeat(16)]).unwrap();
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let path = fixtures().join(format!("v{version}.sql"));
    assert!(!path.exists(), "{} is released", path.display());
    fs::write(path, dump(&connection)).unwrap();
}

/// As after an update that did not prove itself: the older program starts with what was kept before it.
#[test]
fn a_newer_programs_database_is_gone_back_from_to_the_copy_that_it_made() {
    let home = Home::new();
    let released = fs::read_to_string(fixtures().join("v1.sql")).unwrap();
    Connection::open(home.database()).unwrap().execute_batch(&released).unwrap();
    let before = open(&home).state.subscribers;
    let mut store = open(&home).store;
    store.commit(&[Change::PutSubscriber(Box::new(subscriber(77, 1)))]).unwrap();
    drop(store);
    Connection::open(home.database()).unwrap().pragma_update(None, "user_version", 99).unwrap();

    let returned = open(&home);
    let [Problem::Returned { file }, Problem::Restored { phones: 8 }] = &returned.problems[..] else {
        panic!("{:?}", returned.problems);
    };
    assert_eq!(returned.state.subscribers, before);
    assert_eq!(returned.state.seq_ceiling, 123_456 + SEQ_JUMP, "no number is drawn twice");
    let newer = Connection::open(file).unwrap();
    let kept: u32 = newer.query_row("SELECT count(*) FROM subscribers", [], |row| row.get(0)).unwrap();
    assert_eq!(kept as usize, before.len() + 1, "nothing of the newer one is lost");
    drop(returned);
    assert_eq!(open(&home).problems, []);
}

#[test]
fn without_a_copy_a_newer_programs_database_stays_where_it_is() {
    let home = Home::new();
    drop(open(&home));
    Connection::open(home.database()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let refused = Store::open(&home.database(), Options::new(FileSealer::new(&KEY))).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 99, .. }), "{refused}");
}
