//! The watchdog's device. Opening it starts it; a process that dies leaves it running, and it resets the board.

#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::path::Path;

use core::time::Duration;
use nix::libc::c_int;

/// The codes of `linux/watchdog.h`.
#[allow(
    unsafe_code,
    unreachable_pub,
    missing_docs,
    reason = "made by nix's macros: each is an ioctl on a descriptor and an integer that the caller owns"
)]
mod code {
    use nix::libc::c_int;

    nix::ioctl_read!(get_boot_status, b'W', 2, c_int);
    nix::ioctl_read!(keep_alive, b'W', 5, c_int);
    nix::ioctl_readwrite!(set_timeout, b'W', 6, c_int);
    nix::ioctl_read!(get_timeout, b'W', 7, c_int);
    nix::ioctl_read!(get_time_left, b'W', 10, c_int);
}

/// `WDIOF_CARDRESET`: the last reset was the watchdog's.
const CARD_RESET: c_int = 0x20;

/// A watchdog that runs.
#[derive(Debug)]
pub struct Keeper {
    device: File,
    timeout: Duration,
}

impl Keeper {
    /// Starts the watchdog. The hardware may round the timeout; [`timeout`](Self::timeout) says what it became.
    ///
    /// # Errors
    /// It is not there, somebody has it, or it is no watchdog. One that was started and then turns out not to know
    /// its timeout is stopped again.
    pub fn open(path: &Path, timeout: Duration) -> io::Result<Self> {
        let device = OpenOptions::new().write(true).open(path)?;
        let mut keeper = Self { device, timeout };
        let seconds = c_int::try_from(timeout.as_secs()).unwrap_or(c_int::MAX);
        // Not every driver can be told. What it has then counts.
        let told = keeper.ask(code::set_timeout, seconds).or_else(|_| keeper.ask(code::get_timeout, 0));
        match told.map(u64::try_from) {
            Ok(Ok(seconds @ 1..)) => {
                keeper.timeout = Duration::from_secs(seconds);
                Ok(keeper)
            }
            Ok(_) => {
                keeper.give_up(io::Error::new(io::ErrorKind::InvalidData, "a watchdog without a timeout"))
            }
            Err(error) => keeper.give_up(error),
        }
    }

    /// What the watchdog waits for being fed.
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Feeds it.
    ///
    /// # Errors
    /// The device is gone.
    pub fn feed(&mut self) -> io::Result<()> {
        self.ask(code::keep_alive, 0).map(drop)
    }

    /// Until it resets the board, if the hardware tells.
    pub fn time_left(&self) -> Option<Duration> {
        let seconds = self.ask(code::get_time_left, 0).ok()?;
        u64::try_from(seconds).ok().map(Duration::from_secs)
    }

    /// Whether the watchdog was what reset the board the last time, if the hardware tells.
    pub fn has_reset_the_board(&self) -> Option<bool> {
        self.ask(code::get_boot_status, 0).ok().map(|status| status & CARD_RESET != 0)
    }

    /// Stops it, by order. A keeper that is merely dropped leaves it running. A kernel built or told not to let it be stopped
    /// (`nowayout`) leaves it running too.
    ///
    /// # Errors
    /// The device is gone.
    pub fn stop(mut self) -> io::Result<()> {
        self.device.write_all(b"V")
    }

    fn give_up(self, error: io::Error) -> io::Result<Self> {
        self.stop()?;
        Err(error)
    }

    fn ask(
        &self,
        code: unsafe fn(c_int, *mut c_int) -> nix::Result<c_int>,
        mut value: c_int,
    ) -> io::Result<c_int> {
        // SAFETY: the descriptor is open as long as `self` is, and the kernel reads and writes one integer, which is ours.
        #[allow(unsafe_code, reason = "nix makes ioctls unsafe")]
        unsafe { code(self.device.as_raw_fd(), &raw mut value) }?;
        Ok(value)
    }
}
