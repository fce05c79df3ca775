//! CRC32c (RFC 9260 appendix A).

const POLYNOMIAL: u32 = 0x82F6_3B78;

const TABLE: [u32; 256] = table();

#[allow(clippy::indexing_slicing, reason = "evaluated at compile time, where a bad index is an error")]
#[allow(clippy::cast_possible_truncation, reason = "i is below 256")]
const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut crc = i as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
}

/// The checksum over the concatenation of `parts`, in the order in which its octets go into the packet.
pub(crate) fn checksum(parts: &[&[u8]]) -> [u8; 4] {
    let mut crc = u32::MAX;
    for octet in parts.iter().copied().flatten() {
        let [low, ..] = crc.to_le_bytes();
        #[allow(clippy::indexing_slicing, reason = "256 entries and an u8")]
        let entry = TABLE[usize::from(low ^ octet)];
        crc = (crc >> 8) ^ entry;
    }
    (!crc).to_le_bytes()
}
