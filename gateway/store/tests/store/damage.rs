//! A damaged file: the gateway starts, and what can be read is carried over.

use std::fs;
use std::path::Path;

use pumice_model::change::{Change, Counter};
use pumice_model::people::{Actor, Role};
use pumice_model::settings::Values;
use pumice_store::restore::SEQ_JUMP;
use pumice_store::{Application, Problem, StoreError};
use rusqlite::Connection;

use crate::fixtures::{Home, account, audited, batch_sim, cell, imsi, session, stamp, subscriber, ue, used};
use crate::workload::Random;

const SUBSCRIBERS: u32 = 300;

fn filled() -> Home {
    let home = Home::new();
    let mut store = home.open().store;
    let mut changes: Vec<_> =
        (0..SUBSCRIBERS).map(|n| Change::PutSubscriber(Box::new(subscriber(n, 1)))).collect();
    changes.extend((0..20).map(|n| Change::PutUe(Box::new(ue(n, 1, 1)))));
    changes.extend([Change::LearnCell(cell(3)), Change::Ceiling { counter: Counter::Seq, ceiling: 4_000 }]);
    store.commit(&changes).unwrap();
    home
}

fn garble(path: &Path, page: usize, random: &mut Random) {
    let mut content = fs::read(path).unwrap();
    for octet in &mut content[page * 4_096..(page + 1) * 4_096] {
        *octet = random.below(256) as u8;
    }
    fs::write(path, content).unwrap();
}

#[test]
fn a_damaged_page_costs_the_rows_on_it_and_no_more() {
    let home = filled();
    let identity = home.open().identity;
    // A leaf in the middle of the subscribers.
    let page: usize = Connection::open(home.database())
        .and_then(|by_hand| {
            let pages = "SELECT pageno FROM dbstat WHERE name = 'subscribers' AND pagetype = 'leaf'";
            by_hand.query_row(&format!("{pages} ORDER BY pageno LIMIT 1 OFFSET 5"), [], |row| row.get(0))
        })
        .unwrap();
    garble(&home.database(), page - 1, &mut Random(1));
    let damaged = fs::read(home.database()).unwrap();

    let opened = home.open();
    let [Problem::SetAside { file, why: StoreError::Damaged { .. }, rows }] = &opened.problems[..] else {
        panic!("{:?}", opened.problems);
    };
    let kept = opened.state.subscribers.len();
    assert!((SUBSCRIBERS as usize - 60..SUBSCRIBERS as usize).contains(&kept), "{kept}");
    assert_eq!(*rows, kept + 4, "and the identity, a ceiling, a cell, the count of starts");
    let (first, last) = (subscriber(0, 1), subscriber(SUBSCRIBERS - 1, 1));
    assert_eq!(
        (opened.state.subscribers.first(), opened.state.subscribers.last()),
        (Some(&first), Some(&last))
    );
    assert_eq!((opened.identity, &opened.state.learned_cells[..]), (identity, &[cell(3)][..]));
    assert_eq!(opened.state.seq_ceiling, 4_000 + SEQ_JUMP);
    assert_eq!(opened.state.ues, [], "their ceilings may be old");
    assert_eq!(fs::read(file).unwrap(), damaged, "the damaged file is kept as it was");
    drop(opened);
    assert_eq!(home.open().problems, [], "once");
}

#[test]
fn whatever_page_is_damaged_the_gateway_starts_and_takes_changes() {
    let home = filled();
    let pages = fs::metadata(home.database()).unwrap().len() as usize / 4_096;
    let mut set_aside = 0;
    for page in 0..pages {
        let home = home.copy();
        garble(&home.database(), page, &mut Random(page as u64));
        let mut opened = home.open();
        set_aside += usize::from(matches!(opened.problems[..], [Problem::SetAside { .. }, ..]));
        let changes = [Change::PutSubscriber(Box::new(subscriber(1, 9)))];
        opened.store.commit(&changes).unwrap();
        drop(opened);
        assert!(home.open().state.subscribers.contains(&subscriber(1, 9)), "page {page}");
    }
    assert!(set_aside > pages / 2, "{set_aside} of {pages}");
}

#[test]
fn a_missing_table_costs_what_was_in_it() {
    let home = filled();
    let identity = home.open().identity;
    Connection::open(home.database()).unwrap().execute_batch("DROP TABLE learned_cells").unwrap();
    let opened = home.open();
    assert!(matches!(opened.problems[..], [Problem::SetAside { .. }]), "{:?}", opened.problems);
    assert_eq!((opened.identity, opened.state.subscribers.len()), (identity, SUBSCRIBERS as usize));
    assert_eq!(opened.state.learned_cells, []);
}

#[test]
fn what_is_kept_for_people_is_carried_over() {
    let home = filled();
    let mut opened = home.open();
    let store = &mut opened.store;
    store.claim(&account("ana", Role::Owner)).unwrap();
    store.put_session(&session(1, "ana", 1)).unwrap();
    store.note(&audited(1)).unwrap();
    store.add_usage(&[used(1, 20_000, 9)]).unwrap();
    store.add_batch(&[batch_sim(1)]).unwrap();
    let values = Values::from([("backhaul.password".to_owned(), "hush".to_owned())]);
    store.apply_revision(&values, stamp(1), &Actor::Shell, Application::Keep).unwrap();
    let boot = opened.boot;
    drop(opened);
    Connection::open(home.database()).unwrap().execute_batch("DROP TABLE sessions").unwrap();
    let mut opened = home.open();
    assert!(matches!(opened.problems[..], [Problem::SetAside { .. }]), "{:?}", opened.problems);
    assert_eq!(opened.boot, boot + 1);
    let store = &mut opened.store;
    assert_eq!(store.accounts().unwrap(), [account("ana", Role::Owner)]);
    assert_eq!(store.sessions().unwrap(), []);
    assert_eq!(store.note(&audited(2)).unwrap(), 2);
    assert_eq!(store.usage(imsi(1)).unwrap().days, [used(1, 20_000, 9)]);
    assert_eq!(store.find_in_batch(&batch_sim(1).iccid).unwrap(), batch_sim(1));
    assert_eq!(store.begin_revision().unwrap().values, values);
}

#[test]
fn a_file_that_is_no_database_is_set_aside_with_its_log() {
    for content in [vec![0x55; 70_000], b"SQLite format 3\0".to_vec(), vec![b'x'; 10]] {
        let home = filled();
        fs::write(home.database(), &content).unwrap();
        fs::write(home.log(), b"not a log").unwrap();
        let opened = home.open();
        assert!(matches!(opened.problems[..], [Problem::SetAside { rows: 0, .. }]), "{:?}", opened.problems);
        assert_eq!(opened.state.seq_ceiling, SEQ_JUMP);
        assert_eq!(fs::read(home.path().join("pumice.db.damaged-1")).unwrap(), content);
    }
}

#[test]
fn at_most_three_damaged_files_are_kept() {
    let home = filled();
    for n in 0..5_u8 {
        drop(home.open());
        fs::write(home.database(), [n; 5_000]).unwrap();
    }
    let opened = home.open();
    assert!(matches!(opened.problems[..], [Problem::SetAside { .. }]));
    let kept =
        |n| fs::read(home.path().join(format!("pumice.db.damaged-{n}"))).ok().map(|content| content[0]);
    assert_eq!([1, 2, 3, 4].map(kept), [Some(0), Some(1), Some(4), None]);
}

#[test]
fn a_power_cut_while_setting_aside_is_mended() {
    let home = filled();
    let good = fs::read(home.database()).unwrap();
    let rebuilt = home.path().join("pumice.db.rebuilt");
    // Before the renaming: the rebuilt file may be half written.
    fs::write(&rebuilt, b"half").unwrap();
    assert_eq!(home.open().state.subscribers.len(), SUBSCRIBERS as usize);
    assert!(!rebuilt.exists());
    // After it: the log in place belongs to the damaged file, and must not be played into the new one.
    fs::rename(home.database(), home.path().join("pumice.db.damaged-1")).unwrap();
    fs::write(home.log(), b"the log of the damaged file").unwrap();
    fs::write(&rebuilt, good).unwrap();
    let opened = home.open();
    assert_eq!((opened.problems, opened.state.subscribers.len()), (vec![], SUBSCRIBERS as usize));
    assert_eq!(
        fs::read(home.path().join("pumice.db.damaged-1-wal")).unwrap(),
        b"the log of the damaged file"
    );
}

#[test]
fn a_damaged_log_costs_what_stands_behind_the_damage() {
    let home = Home::new();
    let mut store = home.open().store;
    for n in 0..20 {
        store.commit(&[Change::PutSubscriber(Box::new(subscriber(n, 1)))]).unwrap();
    }
    let crashed = home.copy();
    let length = fs::metadata(crashed.log()).unwrap().len() as usize;
    let mut least = usize::MAX;
    for octet in (40..length).step_by(length / 40) {
        let harmed = crashed.copy();
        let mut content = fs::read(harmed.log()).unwrap();
        content[octet] ^= 0x10;
        fs::write(harmed.log(), content).unwrap();
        let found = harmed.open().state.subscribers;
        assert!(found.iter().enumerate().all(|(n, found)| *found == subscriber(n as u32, 1)));
        least = least.min(found.len());
    }
    assert!(least < 3, "{least}");
}

#[test]
fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    let home = filled();
    Connection::open(home.database()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let refused = home.open_with(home.options()).unwrap_err();
    assert_eq!(refused, StoreError::Newer { found: 99, known: 2 });
    Connection::open(home.database()).unwrap().pragma_update(None, "user_version", 2).unwrap();
    assert_eq!(home.open().state.subscribers.len(), SUBSCRIBERS as usize);
}
