use pumice_model::control::Refusal;
use pumice_model::software::{PIECE_OCTETS, SoftwareOrder, UpdateStage};
use tempfile::TempDir;

use super::super::files;
use super::super::report::{Report, Stage, Update};
use super::Door;

fn door() -> (TempDir, Door) {
    let home = tempfile::tempdir().unwrap();
    let door = Door::new(home.path().join("requests"), home.path().join("reports"));
    std::fs::create_dir(home.path().join("reports")).unwrap();
    (home, door)
}

const INSTALL: SoftwareOrder = SoftwareOrder::Install { stick: None, may_be_older: false };

#[test]
fn an_update_comes_in_pieces_and_can_begin_anew() {
    let (_home, door) = door();
    assert_eq!(door.take(0, b"lost").unwrap(), 4);
    assert_eq!(door.take(0, b"pum").unwrap(), 3);
    assert_eq!(door.take(3, b"ice").unwrap(), 6);
    for offset in [1, 5, 7, u64::MAX] {
        assert!(door.take(offset, b"x").is_err(), "{offset}");
    }
    assert!(matches!(door.take(0, &vec![0; PIECE_OCTETS + 1]), Err(Refusal::Full { .. })));
    assert_eq!(door.view().received, 6);
    door.ask(&INSTALL).unwrap();
    assert_eq!(std::fs::read(files::bundle(&door.places.requests)).unwrap(), b"pumice");
    assert_eq!(std::fs::read_to_string(door.places.request()).unwrap(), "install newer \n");
    assert_eq!(door.view().update.unwrap().stage, UpdateStage::Asked);
    assert_eq!(door.ask(&SoftwareOrder::Look), Err(Refusal::Busy));
}

#[test]
fn nothing_is_asked_for_that_is_not_there() {
    let (_home, door) = door();
    assert_eq!(door.ask(&INSTALL), Err(Refusal::NotFound));
    let stick = Some("../../etc/shadow".to_owned());
    assert_eq!(door.ask(&SoftwareOrder::Install { stick, may_be_older: true }), Err(Refusal::NotFound));
    assert!(!door.places.request().exists());
}

#[test]
fn what_root_says_is_told_and_what_nobody_can_read_is_not() {
    let (_home, door) = door();
    let refused = Update { reason: Some("no".to_owned()), ..Update::at(Stage::Refused) };
    let report = Report { update: Some(refused), ..Report::default() };
    files::save(&door.places.report(), &report, 0o644).unwrap();
    let update = door.view().update.unwrap();
    assert_eq!((update.stage, update.reason.as_deref()), (UpdateStage::Refused, Some("no")));
    std::fs::write(door.places.report(), "no JSON").unwrap();
    assert_eq!(door.view().update, None);
}
