use std::io::Write;
use std::os::fd::AsRawFd;

use nix::pty::openpty;

use super::*;

#[test]
fn a_port_is_raw_and_does_not_wait() {
    let pair = openpty(None, None).unwrap();
    let path = format!("/proc/self/fd/{}", pair.slave.as_raw_fd());
    let path = std::fs::read_link(path).unwrap();
    let mut port = open(&path, 9_600).unwrap();
    let mut buffer = [0; 16];
    assert_eq!(read_some(&mut port, &mut buffer).unwrap(), 0);
    let mut other = File::from(pair.master);
    // No line ends here: a terminal that is not raw would keep this back, and turn \r into \n.
    other.write_all(b"\x03$GP\r").unwrap();
    assert_eq!(read_some(&mut port, &mut buffer).unwrap(), 5);
    assert_eq!(&buffer[..5], b"\x03$GP\r");
    drop(other);
    assert!(read_some(&mut port, &mut buffer).is_err(), "the other end is gone");
}

#[test]
fn what_is_no_port_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    assert_eq!(open(file.path(), 9_600).unwrap_err().raw_os_error(), Some(nix::libc::ENOTTY));
    assert_eq!(open(file.path(), 9_601).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    assert_eq!(open(Path::new("/absent"), 9_600).unwrap_err().kind(), io::ErrorKind::NotFound);
}
