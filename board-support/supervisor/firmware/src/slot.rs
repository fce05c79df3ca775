//! The slot of the update. On this board it is RAM: it outlives resets, not the loss of power.

use pumice_supervisor::{Flash, FlashError};

/// RAM that behaves like flash.
pub(crate) struct RamSlot {
    memory: &'static mut [u8],
}

impl RamSlot {
    pub(crate) fn new(memory: &'static mut [u8]) -> Self {
        Self { memory }
    }

    fn range(offset: u32, length: usize) -> Option<core::ops::Range<usize>> {
        let offset = usize::try_from(offset).ok()?;
        Some(offset..offset.checked_add(length)?)
    }
}

impl Flash for RamSlot {
    fn capacity(&self) -> u32 {
        u32::try_from(self.memory.len()).unwrap_or(0)
    }

    fn erase(&mut self) -> Result<(), FlashError> {
        self.memory.fill(0xff);
        Ok(())
    }

    fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), FlashError> {
        let place = Self::range(offset, octets.len()).and_then(|range| self.memory.get_mut(range));
        place.ok_or(FlashError)?.copy_from_slice(octets);
        Ok(())
    }

    fn read(&self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        let place = Self::range(offset, into.len()).and_then(|range| self.memory.get(range));
        into.copy_from_slice(place.ok_or(FlashError)?);
        Ok(())
    }
}
