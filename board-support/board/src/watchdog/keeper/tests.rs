use super::*;

// What a real watchdog does is seen in tests/kernel.rs, with the kernel's softdog.

#[test]
fn what_is_no_watchdog_is_refused_and_told_to_stop() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Keeper::open(file.path(), Duration::from_secs(15)).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(nix::libc::ENOTTY));
    assert_eq!(std::fs::read(file.path()).unwrap(), b"V");
    let absent = Keeper::open(Path::new("/absent"), Duration::from_secs(15)).unwrap_err();
    assert_eq!(absent.kind(), io::ErrorKind::NotFound);
}
