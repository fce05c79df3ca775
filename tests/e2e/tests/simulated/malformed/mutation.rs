//! What a sweep does to octets: cut at each, each bit flipped, each set to 00, 7f, 80 and ff.

/// One change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutation {
    Cut(usize),
    Flip(usize, u8),
    Set(usize, u8),
}

impl Mutation {
    /// All changes of so many octets.
    pub(super) fn all(length: usize) -> impl Iterator<Item = Self> {
        let of_octet = |at| {
            let flips = (0..8).map(move |bit| Self::Flip(at, bit));
            let sets = [0x00, 0x7f, 0x80, 0xff].into_iter().map(move |value| Self::Set(at, value));
            [Self::Cut(at)].into_iter().chain(flips).chain(sets)
        };
        (0..length).flat_map(of_octet)
    }

    /// The octets, changed.
    pub(super) fn of(self, octets: &[u8]) -> Vec<u8> {
        let mut octets = octets.to_vec();
        match self {
            Self::Cut(at) => octets.truncate(at),
            // Protected anew, a message may be shorter than the one that was counted.
            Self::Flip(at, bit) => {
                if let Some(octet) = octets.get_mut(at) {
                    *octet ^= 1 << bit;
                }
            }
            Self::Set(at, value) => {
                if let Some(octet) = octets.get_mut(at) {
                    *octet = value;
                }
            }
        }
        octets
    }
}
