use std::path::Path;

use nix::sys::statvfs::FsFlags;

use super::{failing, look};

#[test]
fn a_folder_has_room_within_its_disk() {
    let folder = tempfile::tempdir().unwrap();
    let view = look(folder.path());
    assert!(view.free <= view.total, "{view:?}");
    assert!(view.total > 0, "{view:?}");
    assert_eq!(view.failing, None);
}

#[test]
fn a_folder_that_is_not_there_fails_in_words() {
    let view = look(Path::new("/nowhere/at/all"));
    assert_eq!(view.failing.as_deref(), Some("No such file or directory"));
    assert_eq!((view.free, view.total), (0, 0));
}

#[test]
fn a_read_only_file_system_fails() {
    assert_eq!(failing(FsFlags::ST_RDONLY | FsFlags::ST_NOSUID).as_deref(), Some("it is read-only"));
    assert_eq!(failing(FsFlags::ST_NOSUID), None);
}
