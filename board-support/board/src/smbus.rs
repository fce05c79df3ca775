//! I2C buses of Linux as an `I2c` of embedded-hal, also those that speak SMBus only.
//!
//! `I2cdev` of linux-embedded-hal sends plain I2C messages. Some adapters (most PCs', and the kernel's i2c-stub) know only
//! SMBus's commands, and refuse those. What register chips need has a command there with the same bits on the wire: reading a word,
//! and writing one.

use embedded_hal::i2c::{Error, ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};
use linux_embedded_hal::I2cdev;
use linux_embedded_hal::i2cdev::core::I2CDevice;
use linux_embedded_hal::i2cdev::linux::LinuxI2CError;
use nix::libc;

use crate::sysfs::Tree;

/// A bus.
pub struct Bus {
    device: I2cdev,
    smbus: Option<LinuxSlave>,
    path: std::path::PathBuf,
}

/// A device at an address, for SMBus's commands.
struct LinuxSlave {
    address: u8,
    device: linux_embedded_hal::i2cdev::linux::LinuxI2CDevice,
}

impl core::fmt::Debug for Bus {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Bus").field("path", &self.path).field("smbus", &self.smbus.is_some()).finish()
    }
}

/// Why a transfer failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", std::io::Error::from_raw_os_error(*errno))]
pub struct BusError {
    /// The kernel's reason.
    pub errno: i32,
}

impl Error for BusError {
    fn kind(&self) -> ErrorKind {
        match self.errno {
            libc::ENXIO | libc::EREMOTEIO => ErrorKind::NoAcknowledge(NoAcknowledgeSource::Unknown),
            libc::EAGAIN => ErrorKind::ArbitrationLoss,
            libc::EIO => ErrorKind::Bus,
            _ => ErrorKind::Other,
        }
    }
}

impl From<LinuxI2CError> for BusError {
    fn from(error: LinuxI2CError) -> Self {
        let errno = match error {
            LinuxI2CError::Errno(errno) => errno,
            LinuxI2CError::Io(error) => error.raw_os_error().unwrap_or(libc::EIO),
        };
        Self { errno }
    }
}

impl Bus {
    /// Opens `/dev/i2c-N`.
    ///
    /// # Errors
    /// There is no such bus, or it is not ours.
    pub fn open(tree: &Tree, number: u8) -> Result<Self, BusError> {
        let path = tree.path(&format!("/dev/i2c-{number}"));
        Ok(Self { device: I2cdev::new(&path)?, smbus: None, path })
    }

    /// Whether the adapter turned out to know SMBus's commands only.
    pub const fn is_smbus_only(&self) -> bool {
        self.smbus.is_some()
    }

    fn command(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), BusError> {
        let slave = match self.smbus.take() {
            Some(slave) if slave.address == address => slave,
            _ => {
                let device =
                    linux_embedded_hal::i2cdev::linux::LinuxI2CDevice::new(&self.path, u16::from(address))?;
                LinuxSlave { address, device }
            }
        };
        let LinuxSlave { device, .. } = &mut self.smbus.insert(slave);
        // SMBus sends a word's low octet first.
        match operations {
            [Operation::Write([register]), Operation::Read(value)] if value.len() == 2 => {
                value.copy_from_slice(&device.smbus_read_word_data(*register)?.to_le_bytes());
                Ok(())
            }
            [Operation::Write([register, first, second])] => {
                Ok(device.smbus_write_word_data(*register, u16::from_le_bytes([*first, *second]))?)
            }
            _ => Err(BusError { errno: libc::EOPNOTSUPP }),
        }
    }
}

impl ErrorType for Bus {
    type Error = BusError;
}

impl I2c for Bus {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), BusError> {
        if self.smbus.is_none() {
            match I2c::<u8>::transaction(&mut self.device, address, operations) {
                Ok(()) => return Ok(()),
                Err(error) => {
                    let errno = match error.inner() {
                        LinuxI2CError::Errno(errno) => *errno,
                        LinuxI2CError::Io(error) => error.raw_os_error().unwrap_or(libc::EIO),
                    };
                    if errno != libc::EOPNOTSUPP {
                        return Err(BusError { errno });
                    }
                }
            }
        }
        self.command(address, operations)
    }
}
