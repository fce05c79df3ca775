//! Capabilities are kept as the phone said them, because they are replayed octet by octet.

/// UE network capability (9.9.3.34): 2 to 13 octets, without the length.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UeNetworkCapability(pub heapless::Vec<u8, 13>);

/// MS network capability (TS 24.008 10.5.5.12): 2 to 8 octets, without the length.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MsNetworkCapability(pub heapless::Vec<u8, 8>);

/// UE additional security capability (9.9.3.53): 4 octets, without the length.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdditionalSecurityCapability(pub heapless::Vec<u8, 4>);

impl UeNetworkCapability {
    /// The EEA bits: 0x80 is EEA0, 0x40 is 128-EEA1, and so on.
    pub fn eea(&self) -> u8 {
        self.octet(0)
    }

    /// The EIA bits: 0x80 is EIA0, 0x40 is 128-EIA1, and so on.
    pub fn eia(&self) -> u8 {
        self.octet(1)
    }

    /// The UEA bits, if the phone has UMTS.
    pub fn uea(&self) -> Option<u8> {
        self.0.get(2).copied()
    }

    /// The UIA bits, if the phone has UMTS. The high bit of the octet is UCS2, not an algorithm.
    pub fn uia(&self) -> Option<u8> {
        self.0.get(3).map(|octet| octet & 0x7f)
    }

    fn octet(&self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }
}

impl MsNetworkCapability {
    /// The GEA bits as UE security capability has them (9.9.3.36): 0x40 is GEA1 and so on; zero if there are none.
    pub fn gea(&self) -> u8 {
        // GEA1 is the first bit of the first octet; GEA2 to GEA7 are the middle of the second (10.5.5.12).
        let gea1 = self.0.first().map_or(0, |octet| octet >> 7);
        let others = self.0.get(1).map_or(0, |octet| octet >> 1 & 0x3f);
        gea1 << 6 | others
    }
}
