/// Octets that are written one IE after the other. A value that is longer than its length can say is cut: the types hold
/// none that is.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn new() -> Self {
        Self(Vec::with_capacity(128))
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn octet(&mut self, octet: u8) {
        self.0.push(octet);
    }

    pub(super) fn octets(&mut self, octets: &[u8]) {
        self.0.extend_from_slice(octets);
    }

    pub(super) fn lv(&mut self, value: &[u8]) {
        let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
        self.octet(length);
        self.octets(value.get(..usize::from(length)).unwrap_or(value));
    }

    pub(super) fn lv_e(&mut self, value: &[u8]) {
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        self.octets(&length.to_be_bytes());
        self.octets(value.get(..usize::from(length)).unwrap_or(value));
    }

    pub(super) fn tv(&mut self, iei: u8, value: &[u8]) {
        self.octet(iei);
        self.octets(value);
    }

    pub(super) fn tlv(&mut self, iei: u8, value: &[u8]) {
        self.octet(iei);
        self.lv(value);
    }

    pub(super) fn tlv_e(&mut self, iei: u8, value: &[u8]) {
        self.octet(iei);
        self.lv_e(value);
    }

    /// An IE of one octet: the identifier is its high nibble.
    pub(super) fn tv_nibble(&mut self, iei: u8, value: u8) {
        self.octet(iei | value & 0x0f);
    }
}
