//! A button that the kernel's input layer reads, as with the `gpio-key` overlay: it has debouncing and pull-ups already.

#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;

use nix::fcntl::OFlag;
use nix::libc;

use crate::serial::read_some;
use crate::sysfs::Tree;

const EV_SYN: u16 = 0;
const EV_KEY: u16 = 1;
const SYN_DROPPED: u16 = 3;
/// `struct input_event`: a time of the architecture's width, then type, code and value.
const EVENT: usize = size_of::<libc::timeval>() + 8;
/// The most events of one look. More wait in the kernel, which drops and says so when it has too many.
const EVENTS: usize = 16;

/// A key of an input device.
#[derive(Debug)]
pub struct Key {
    device: File,
    code: u16,
    pressed: bool,
}

impl Key {
    /// Finds the device by its name.
    ///
    /// # Errors
    /// There is no such device, or it is not ours.
    pub fn open(tree: &Tree, name: &str, code: u16) -> io::Result<Self> {
        let mut devices = tree.names("/sys/class/input").into_iter();
        let device = devices.find(|device| {
            device.starts_with("event")
                && tree.text(&format!("/sys/class/input/{device}/device/name")).is_ok_and(|text| text == name)
        });
        let device = device
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("no input device {name}")))?;
        let path = tree.path(&format!("/dev/input/{device}"));
        let device = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path)?;
        Ok(Self { device, code, pressed: false })
    }

    /// Whether it is down, by the events until now.
    ///
    /// # Errors
    /// The device is gone.
    pub fn is_pressed(&mut self) -> io::Result<bool> {
        let mut buffer = [0; EVENT * EVENTS];
        let length = read_some(&mut self.device, &mut buffer)?;
        let (events, _) = buffer.as_chunks::<EVENT>();
        for event in events.iter().take(length / EVENT) {
            self.take(event);
        }
        Ok(self.pressed)
    }

    fn take(&mut self, event: &[u8; EVENT]) {
        let Some([kind_low, kind_high, code_low, code_high, value @ ..]) = event.last_chunk::<8>() else {
            return;
        };
        let kind = u16::from_ne_bytes([*kind_low, *kind_high]);
        let code = u16::from_ne_bytes([*code_low, *code_high]);
        match (kind, code) {
            // What was dropped may have been the release.
            (EV_SYN, SYN_DROPPED) => self.pressed = false,
            // 1 is down, 2 is held, 0 is up.
            (EV_KEY, code) if code == self.code => self.pressed = *value != [0; 4],
            _ => {}
        }
    }
}
