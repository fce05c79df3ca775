//! Serial ports: raw, eight bits, no parity, reads that do not wait.

#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::OFlag;
use nix::sys::termios::{self, BaudRate, ControlFlags, SetArg, SpecialCharacterIndices};

/// The speeds that a port may have.
pub const BAUDS: [(u32, BaudRate); 9] = [
    (4_800, BaudRate::B4800),
    (9_600, BaudRate::B9600),
    (19_200, BaudRate::B19200),
    (38_400, BaudRate::B38400),
    (57_600, BaudRate::B57600),
    (115_200, BaudRate::B115200),
    (230_400, BaudRate::B230400),
    (460_800, BaudRate::B460800),
    (921_600, BaudRate::B921600),
];

/// Opens a port for reading and writing.
///
/// # Errors
/// It is not there, is no terminal, or does not know that speed.
pub fn open(path: &Path, baud: u32) -> io::Result<File> {
    let rate = BAUDS.iter().find(|(known, _)| *known == baud).map(|(_, rate)| *rate);
    let rate = rate.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no such speed"))?;
    // Without NOCTTY a serial console's break would signal us; without NONBLOCK the opening waits for a carrier.
    let flags = OFlag::O_NOCTTY | OFlag::O_NONBLOCK;
    let port = OpenOptions::new().read(true).write(true).custom_flags(flags.bits()).open(path)?;
    let mut terminal = termios::tcgetattr(&port)?;
    termios::cfmakeraw(&mut terminal);
    terminal.control_flags |= ControlFlags::CREAD | ControlFlags::CLOCAL;
    terminal.control_flags &= !(ControlFlags::CSTOPB | ControlFlags::CRTSCTS);
    for (index, value) in [(SpecialCharacterIndices::VMIN, 1), (SpecialCharacterIndices::VTIME, 0)] {
        if let Some(character) = terminal.control_chars.get_mut(index as usize) {
            *character = value;
        }
    }
    termios::cfsetspeed(&mut terminal, rate)?;
    termios::tcsetattr(&port, SetArg::TCSANOW, &terminal)?;
    termios::tcflush(&port, termios::FlushArg::TCIOFLUSH)?;
    Ok(port)
}

/// Reads what there is, at most `buffer`; nothing is 0.
///
/// # Errors
/// The port is gone: unplugged, or its other end closed.
pub fn read_some(port: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    match port.read(buffer) {
        // With VMIN 1 a port that has nothing would block; an end is a line that hung up.
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(0),
        result => result,
    }
}
