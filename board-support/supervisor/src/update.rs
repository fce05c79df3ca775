//! An image that arrives over the link, and the slot that it goes to.
//!
//! ```text
//!   slot: header: magic, version, size, CRC of the image, CRC of the header │ to 256 │ image
//! ```
//! The header is written last: half an image has none. The CRC is against damage, not against malice: the gateway, which is alone on
//! the line, checks the signature of what it sends.

use pumice_link::{Answer, Crc32c, Event, Refusal, UpdateState, crc32c};

use crate::effect::Outside;
use crate::retained::SlotMemory;

#[cfg(test)]
mod tests;

/// Where the image begins in the slot: a vector table wants to be aligned.
pub const IMAGE_OFFSET: u32 = 256;
const MAGIC: u32 = 0x50_4d_49_31;
const HEADER: usize = 20;
/// Starts within which an image must have been greeted.
const TRIAL_STARTS: u8 = 2;

/// The slot's memory failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FlashError;

/// The memory of the slot.
pub trait Flash {
    /// Its octets, header included.
    fn capacity(&self) -> u32;

    /// Makes it writable, and what was there unreadable.
    ///
    /// # Errors
    /// The memory failed.
    fn erase(&mut self) -> Result<(), FlashError>;

    /// Writes where nothing was written since it was erased.
    ///
    /// # Errors
    /// The memory failed, or ends before.
    fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), FlashError>;

    /// Reads.
    ///
    /// # Errors
    /// The memory failed, or ends before.
    fn read(&self, offset: u32, into: &mut [u8]) -> Result<(), FlashError>;
}

/// What an image is announced as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Header {
    pub(crate) version: u32,
    pub(crate) size: u32,
    pub(crate) crc: u32,
}

impl Header {
    fn encode(&self) -> [u8; HEADER] {
        let mut octets = [0; HEADER];
        let words = [MAGIC, self.version, self.size, self.crc];
        for (place, word) in octets.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        if let Some((body, crc)) = octets.split_last_chunk_mut::<4>() {
            *crc = crc32c(body).to_le_bytes();
        }
        octets
    }

    fn decode(octets: &[u8; HEADER]) -> Option<Self> {
        let mut words =
            octets.chunks_exact(4).filter_map(|word| Some(u32::from_le_bytes(*word.first_chunk()?)));
        let (magic, version, size, crc) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let header = Self { version, size, crc };
        (magic == MAGIC && header.encode() == *octets).then_some(header)
    }

    fn fits(&self, flash: &impl Flash) -> bool {
        self.size > 0 && self.size <= flash.capacity().saturating_sub(IMAGE_OFFSET)
    }

    /// Whether the slot holds the image that this header announces.
    fn matches(&self, flash: &impl Flash) -> bool {
        self.fits(flash) && image_crc(flash, self.size) == Some(self.crc)
    }
}

fn image_crc(flash: &impl Flash, size: u32) -> Option<u32> {
    let mut failed = false;
    let mut offset = 0;
    let mut piece = [0; 64];
    let mut digest = Crc32c::default();
    while offset < size {
        let length = (size - offset).min(64);
        let piece = piece.get_mut(..usize::try_from(length).ok()?)?;
        failed |= flash.read(IMAGE_OFFSET + offset, piece).is_err();
        digest.update(piece);
        offset += length;
    }
    (!failed).then(|| digest.finish())
}

/// The whole image in the slot, if there is one.
pub(crate) fn whole_image(flash: &impl Flash) -> Option<Header> {
    let mut octets = [0; HEADER];
    flash.read(0, &mut octets).ok()?;
    Header::decode(&octets).filter(|header| header.matches(flash))
}

/// The state of an arriving image.
#[derive(Debug, Default)]
pub(crate) struct Update {
    receiving: Option<Receiving>,
}

#[derive(Debug)]
struct Receiving {
    header: Header,
    expected: u32,
}

impl Update {
    pub(crate) fn state(&self, slot: SlotMemory) -> UpdateState {
        match &self.receiving {
            Some(receiving) => {
                UpdateState::Receiving { expected: receiving.expected, size: receiving.header.size }
            }
            None => slot.told(),
        }
    }

    pub(crate) fn begin(
        &mut self,
        header: Header,
        flash: &mut impl Flash,
        slot: &mut SlotMemory,
        out: &mut Outside<'_, '_>,
    ) -> Answer {
        if !header.fits(flash) {
            return Answer::Refused(Refusal::TooLarge);
        }
        // A gateway that was interrupted goes on where it was.
        if self.receiving.as_ref().is_none_or(|receiving| receiving.header != header) {
            *slot = SlotMemory::None;
            self.receiving = None;
            if flash.erase().is_err() {
                return Answer::Refused(Refusal::Flash);
            }
            out.record(Event::UpdateBegun { version: header.version });
            self.receiving = Some(Receiving { header, expected: 0 });
        }
        Answer::Update(self.state(*slot))
    }

    pub(crate) fn chunk(&mut self, offset: u32, octets: &[u8], flash: &mut impl Flash) -> Answer {
        let Some(receiving) = &mut self.receiving else { return Answer::Refused(Refusal::NotUpdating) };
        let Receiving { header, expected } = receiving;
        let length = u32::try_from(octets.len()).unwrap_or(u32::MAX);
        let Some(end) = offset.checked_add(length).filter(|&end| end <= header.size) else {
            return Answer::Refused(Refusal::TooLarge);
        };
        if offset > *expected {
            return Answer::Refused(Refusal::Gap { expected: *expected });
        }
        // Before what is wanted: it was here already.
        if offset == *expected {
            if flash.write(IMAGE_OFFSET + offset, octets).is_err() {
                self.receiving = None;
                return Answer::Refused(Refusal::Flash);
            }
            *expected = end;
        }
        Answer::Done
    }

    /// `Ok` with the version when the image is whole and on trial.
    pub(crate) fn finish(
        &mut self,
        flash: &mut impl Flash,
        slot: &mut SlotMemory,
        out: &mut Outside<'_, '_>,
    ) -> Result<u32, Refusal> {
        let Some(Receiving { header, expected }) = &self.receiving else { return Err(Refusal::NotUpdating) };
        if *expected < header.size {
            return Err(Refusal::Incomplete { expected: *expected });
        }
        let header = *header;
        self.receiving = None;
        if !header.matches(flash) {
            out.record(Event::UpdateDamaged);
            return Err(Refusal::BadCrc);
        }
        flash.write(0, &header.encode()).map_err(|_| Refusal::Flash)?;
        let version = header.version;
        *slot = SlotMemory::Trial { version, left: TRIAL_STARTS };
        out.record(Event::UpdateReady { version });
        Ok(version)
    }
}
