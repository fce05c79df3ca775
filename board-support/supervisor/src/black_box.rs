//! The last events, in memory that outlives resets.
//!
//! Each record lies in a cell of its own with a CRC of its own, at the place that its number gives. A reset in the midst of a write
//! costs that one record.

use heapless::Vec;
use pumice_link::{Event, MAX_RECORDS, Record, crc32c};

#[cfg(test)]
mod tests;

/// postcard's record at its longest, and four octets of CRC.
pub(crate) const CELL: usize = 24;
const BODY: usize = CELL - 4;

/// The ring of the last events.
#[derive(Debug)]
pub(crate) struct BlackBox<'m> {
    memory: &'m mut [u8],
    next: u32,
    start: u16,
}

impl<'m> BlackBox<'m> {
    /// Takes the memory with whatever is in it. What is no record of ours is overwritten in time.
    pub(crate) fn open(memory: &'m mut [u8]) -> Self {
        let mut this = Self { memory, next: 0, start: 0 };
        this.next = (0..this.cells())
            .filter_map(|cell| this.cell(cell))
            .map(|record| record.number.saturating_add(1))
            .max()
            .unwrap_or(0);
        this
    }

    /// Which start of the supervisor the records to come belong to.
    pub(crate) fn set_start(&mut self, start: u16) {
        self.start = start;
    }

    pub(crate) fn push(&mut self, now_ms: u64, event: Event) -> Record {
        let at_s = u32::try_from(now_ms / 1_000).unwrap_or(u32::MAX);
        let record = Record { number: self.next, start: self.start, at_s, event };
        self.next = self.next.saturating_add(1);
        let mut content = [0; CELL];
        if let Some((body, crc)) = content.split_last_chunk_mut::<4>()
            && postcard::to_slice(&record, body).is_ok()
        {
            *crc = crc32c(body).to_le_bytes();
        }
        let place = self.place(record.number);
        if let Some(cell) = self.memory.get_mut(place * CELL..(place + 1) * CELL) {
            cell.copy_from_slice(&content);
        }
        record
    }

    pub(crate) fn next(&self) -> u32 {
        self.next
    }

    pub(crate) fn oldest(&self) -> u32 {
        let cells = u32::try_from(self.cells()).unwrap_or(u32::MAX);
        (self.next.saturating_sub(cells)..self.next)
            .find(|&number| self.find(number).is_some())
            .unwrap_or(self.next)
    }

    /// What is there from number `from` on, as much as goes into one answer.
    pub(crate) fn read(&self, from: u32) -> Vec<Record, MAX_RECORDS> {
        (from.max(self.oldest())..self.next)
            .filter_map(|number| self.find(number))
            .take(MAX_RECORDS)
            .collect()
    }

    fn cells(&self) -> usize {
        self.memory.len() / CELL
    }

    fn place(&self, number: u32) -> usize {
        usize::try_from(number).unwrap_or(0) % self.cells().max(1)
    }

    fn find(&self, number: u32) -> Option<Record> {
        self.cell(self.place(number)).filter(|record| record.number == number)
    }

    fn cell(&self, place: usize) -> Option<Record> {
        let cell = self.memory.get(place * CELL..(place + 1) * CELL)?;
        let (body, crc) = cell.split_first_chunk::<BODY>()?;
        if crc32c(body).to_le_bytes() != *crc {
            return None;
        }
        let record: Record = postcard::from_bytes(body).ok()?;
        (self.place(record.number) == place).then_some(record)
    }
}
