use oxirush_security::NasCount;

/// The uplink NAS COUNTs that were used: only what is above them is accepted (TS 24.301 4.4.3.2).
#[derive(Debug, Clone, Copy)]
pub(super) struct UplinkCount {
    /// The lowest that is accepted; absent when all are used up.
    floor: Option<NasCount>,
}

impl UplinkCount {
    pub(super) fn from_floor(floor: u32) -> Self {
        Self { floor: NasCount::new(floor).ok() }
    }

    /// The COUNT of a message with this sequence number, if it is a new one.
    pub(super) fn estimate(self, sequence: u8) -> Option<NasCount> {
        self.floor?.estimate(sequence).ok()
    }

    /// The same from the five bits of a service request.
    pub(super) fn estimate_short(self, sequence: u8) -> Option<NasCount> {
        self.floor?.estimate_from_low_bits(sequence, 5).ok()
    }

    /// Notes that a message with this COUNT was verified.
    pub(super) fn used(&mut self, count: NasCount) {
        self.floor = count.next().ok();
    }

    pub(super) fn floor(self) -> u32 {
        self.floor.map_or(NasCount::MAX.get(), NasCount::get)
    }
}
