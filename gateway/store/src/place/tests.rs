use std::collections::BTreeMap;

use pumice_model::change::{Change, Counter};

use super::*;
use crate::{FileSealer, Opened, Options, Problem, Store};

/// A directory with a box in it.
struct Place {
    directory: tempfile::TempDir,
    home: Home,
}

impl Place {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let directory = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let directory = directory.unwrap();
        let home = Home::new(&directory.path().join("pumice.db"), &directory.path().join("keys/pumice.key"));
        fs::create_dir(directory.path().join("keys")).unwrap();
        Self { directory, home }
    }

    fn open(&self) -> Opened {
        let sealer = FileSealer::open_or_create(&self.home.key).unwrap();
        Store::open(&self.home.database, Options::new(sealer)).unwrap()
    }

    /// A box with this ceiling, whose last run was killed: its log is not empty.
    fn filled(ceiling: u64) -> Self {
        let place = Self::new();
        let mut store = place.open().store;
        store.commit(&[Change::Ceiling { counter: Counter::Seq, ceiling }]).unwrap();
        let killed = place.files();
        drop(store);
        place.put(&killed);
        assert!(killed.contains_key(Path::new("pumice.db-wal")));
        place
    }

    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let read = |directory: PathBuf| {
            let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
            entries.filter(|path| path.is_file()).map(|path| (path.clone(), fs::read(&path).unwrap()))
        };
        let root = self.directory.path();
        let all = read(root.to_path_buf()).chain(read(root.join("keys")));
        all.map(|(path, content)| (path.strip_prefix(root).unwrap().to_path_buf(), content)).collect()
    }

    /// Puts files back as they were, and nothing else.
    fn put(&self, files: &BTreeMap<PathBuf, Vec<u8>>) {
        for name in self.files().keys() {
            fs::remove_file(self.directory.path().join(name)).unwrap();
        }
        for (name, content) in files {
            fs::write(self.directory.path().join(name), content).unwrap();
        }
    }

    /// Cuts the power after every number of steps, twice, and looks at what the start after it finds.
    fn cut_while_settling(&self, look: impl Fn(&Self)) {
        let before = self.files();
        let all = self.home.settling().1.len();
        assert!(all > 0);
        for first in 0..=all {
            for second in 0..=all {
                self.put(&before);
                for cut in [first, second] {
                    let steps = self.home.settling().1;
                    steps::take(&steps[..cut.min(steps.len())]).unwrap();
                }
                self.home.settle().unwrap();
                look(self);
            }
        }
    }
}

fn recovery_key() -> RecoveryKey {
    RecoveryKey::from_entropy(&[3; 16])
}

fn backup_of(place: &Place) -> Vec<u8> {
    place.open().store.export(&recovery_key().text()).unwrap()
}

const JUMP: u64 = restore::SEQ_JUMP;

#[test]
fn a_backup_takes_the_place_of_another_box() {
    let (old, new) = (Place::filled(1_000), Place::filled(7));
    let identity = old.open().identity;
    let own = new.open().identity;
    assert_ne!(identity.serial, own.serial);
    new.home.stage(backup_of(&old), &recovery_key().text().to_lowercase()).unwrap();
    assert_eq!(new.open().state.seq_ceiling, 7, "nothing before the next start");
    let replaced = fs::read(&new.home.key).unwrap();

    assert_eq!(new.home.settle().unwrap(), Settled::Restored);
    let opened = new.open();
    assert_eq!(opened.identity, identity);
    assert_eq!(opened.state.seq_ceiling, 1_000 + JUMP);
    assert_eq!(opened.problems, [Problem::Restored { phones: 0 }]);
    drop(opened);
    assert_eq!(fs::read(before(&new.home.key)).unwrap(), replaced, "kept until it is confirmed");
    assert!(before(&new.home.database).exists());
    assert_eq!(new.home.settle().unwrap(), Settled::Nothing);
    new.home.confirm().unwrap();
    let mut files = new.files();
    assert!(files.remove(Path::new("pumice.db")).is_some());
    assert!(files.remove(Path::new("keys/pumice.key")).is_some());
    assert_eq!(files, BTreeMap::new());
    let opened = new.open();
    assert_eq!((opened.problems, opened.state.seq_ceiling), (vec![], 1_000 + JUMP));
}

#[test]
fn a_power_cut_in_a_restore_leaves_the_old_or_the_new() {
    let (old, new) = (Place::filled(1_000), Place::filled(7));
    let identity = old.open().identity;
    let backup = backup_of(&old);
    let before_it = new.files();
    new.home.stage(backup, &recovery_key().text()).unwrap();
    // Each step of making it ready, in their order.
    let staged = new.files();
    let [database, key] =
        ["pumice.db.restored", "keys/pumice.key.incoming"].map(|name| staged[Path::new(name)].clone());
    let incoming = PathBuf::from("pumice.db.incoming");
    let mut partly = vec![before_it.clone()];
    for (name, content) in [(incoming.clone(), database[..9_000].to_vec()), (incoming.clone(), database)] {
        let mut files = before_it.clone();
        files.insert(name, content);
        partly.push(files);
    }
    let mut with_key = partly[2].clone();
    with_key.insert("keys/pumice.key.incoming".into(), key[..10].to_vec());
    partly.push(with_key.clone());
    with_key.insert("keys/pumice.key.incoming".into(), key);
    partly.push(with_key);
    for files in partly {
        new.put(&files);
        assert_eq!(new.home.settle().unwrap(), Settled::Nothing);
        assert_eq!(new.files(), before_it, "what was not finished is gone");
        assert_eq!(new.open().state.seq_ceiling, 7);
    }
    new.put(&staged);
    new.cut_while_settling(|place| {
        let opened = place.open();
        assert_eq!((opened.identity, opened.state.seq_ceiling), (identity, 1_000 + JUMP));
        assert_eq!(opened.problems, [Problem::Restored { phones: 0 }]);
        drop(opened);
        // What was replaced is whole, with its log.
        let sealer = FileSealer::open_or_create(&before(&place.home.key)).unwrap();
        let replaced = Store::open(&before(&place.home.database), Options::new(sealer)).unwrap();
        assert_eq!((replaced.problems, replaced.state.seq_ceiling), (vec![], 7));
    });
}

#[test]
fn a_backup_that_does_not_start_is_refused_and_changes_nothing() {
    let place = Place::filled(7);
    let before_it = place.files();
    let backup = backup_of(&Place::filled(9));
    let other = RecoveryKey::from_entropy(&[4; 16]);
    let mut harmed = backup.clone();
    *harmed.last_mut().unwrap() ^= 1;
    let refused = |backup: &[u8], key: &str| {
        assert_eq!(place.home.stage(backup.to_vec(), key), Err(Refusal::BadBackup));
        assert_eq!(place.files(), before_it);
    };
    refused(&backup, &other.text());
    refused(&backup, "no key");
    refused(&harmed, &recovery_key().text());
    refused(b"", &recovery_key().text());

    // Well encrypted, but not what it should be.
    let sealed = |change: &str| {
        let old = Place::filled(9);
        old.open().store.backup_to(&old.home.incoming()).unwrap();
        rusqlite::Connection::open(old.home.incoming()).unwrap().execute_batch(change).unwrap();
        let database = fs::read(old.home.incoming()).unwrap();
        Portable::new(&[5; 32], database.len() as u64, database.as_slice())
            .unwrap()
            .encrypt(&recovery_key())
            .unwrap()
    };
    refused(&sealed("PRAGMA user_version = 99"), &recovery_key().text());
    refused(&sealed("UPDATE box SET stamp = NULL"), &recovery_key().text());
    refused(&sealed("DROP TABLE box"), &recovery_key().text());
    place.home.stage(sealed(""), &recovery_key().text()).unwrap();
}

#[test]
fn the_second_of_two_backups_counts() {
    let place = Place::filled(7);
    let (first, second) = (backup_of(&Place::filled(100)), backup_of(&Place::filled(200)));
    place.home.stage(first.clone(), &recovery_key().text()).unwrap();
    place.home.stage(second, &recovery_key().text()).unwrap();
    place.home.settle().unwrap();
    let opened = place.open();
    assert_eq!(opened.state.seq_ceiling, 200 + JUMP);
    drop(opened);
    // Another one before it is confirmed: what it replaces has no log of something older beside it.
    fs::write(files::log_of(&before(&place.home.database)), b"older").unwrap();
    place.home.stage(first, &recovery_key().text()).unwrap();
    place.home.settle().unwrap();
    assert_eq!(place.open().state.seq_ceiling, 100 + JUMP);
    assert!(!files::log_of(&before(&place.home.database)).exists());
}

#[test]
fn a_power_cut_between_two_backups_mixes_them_not() {
    let place = Place::filled(7);
    let (first, second) = (backup_of(&Place::filled(100)), backup_of(&Place::filled(200)));
    place.home.stage(first, &recovery_key().text()).unwrap();
    let second = Portable::decrypt(second, &recovery_key()).unwrap();
    let (key, database) = second.parts().unwrap();
    place.home.make_ready(key, database).unwrap();
    // The power is cut before it is decided: the second is not in force, and the first is not any more.
    assert_eq!(place.home.settle().unwrap(), Settled::Nothing);
    let opened = place.open();
    assert_eq!((opened.problems, opened.state.seq_ceiling), (vec![], 7));
}

#[test]
fn a_failed_step_of_making_ready_leaves_the_old() {
    let place = Place::filled(7);
    let backup = backup_of(&Place::filled(9));
    // Something is in the way of the database, then of its key.
    for way in [place.home.incoming(), place.home.incoming_key(), place.home.restored()] {
        fs::create_dir_all(way.join("x")).unwrap();
        let refused = place.home.stage(backup.clone(), &recovery_key().text());
        assert!(matches!(refused, Err(Refusal::Store { .. })), "{refused:?}");
        fs::remove_dir_all(way).unwrap();
        assert_eq!(place.home.settle().unwrap(), Settled::Nothing);
        assert_eq!(place.open().state.seq_ceiling, 7);
    }
}

#[test]
fn everything_is_forgotten_whenever_the_power_is_cut() {
    let place = Place::filled(7);
    let (identity, key) = (place.open().identity, fs::read(&place.home.key).unwrap());
    place.home.stage(backup_of(&Place::filled(9)), &recovery_key().text()).unwrap();
    for name in [
        "pumice.db-shm",
        "pumice.db.damaged-1",
        "pumice.db.damaged-1-wal",
        "pumice.db.damaged-3",
        "pumice.db.before-restore",
        "pumice.db.export",
        "pumice.db.export.partial",
        "pumice.db.rebuilt",
        "keys/pumice.key.before-restore",
        "keys/pumice.key.new",
    ] {
        fs::write(place.directory.path().join(name), b"something").unwrap();
    }
    place.home.forget_at_next_start().unwrap();
    assert_eq!(place.open().state.seq_ceiling, 7, "nothing before the next start");
    place.cut_while_settling(|place| {
        assert_eq!(place.files(), BTreeMap::new());
        let opened = place.open();
        assert_eq!((opened.problems, opened.state.seq_ceiling, opened.boot), (vec![], 0, 1));
        assert_ne!(opened.identity.serial, identity.serial);
        assert_ne!(fs::read(&place.home.key).unwrap(), key);
    });
}

/// A program that knows nothing of the mark starts, too.
#[test]
fn a_box_that_was_forgotten_by_half_starts() {
    let place = Place::filled(7);
    place.home.forget_at_next_start().unwrap();
    let before_it = place.files();
    let steps = place.home.settling().1;
    for cut in 0..steps.len() {
        place.put(&before_it);
        steps::take(&steps[..cut]).unwrap();
        let opened = place.open();
        assert_eq!(opened.problems, []);
        assert_eq!(opened.state.seq_ceiling, if cut == 0 { 7 } else { 0 });
    }
}
