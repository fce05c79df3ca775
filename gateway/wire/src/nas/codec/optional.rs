use super::Reader;
use crate::nas::NasFaultKind;

/// The optional IEs of a message (TS 24.007 11.2.4), each once.
pub(super) struct Optional<'a> {
    reader: Reader<'a>,
    /// The IEs without a length that the message knows: identifier and octets of the value.
    fixed: &'static [(u8, usize)],
    seen: [u128; 2],
}

impl<'a> Optional<'a> {
    pub(super) const fn new(reader: Reader<'a>, fixed: &'static [(u8, usize)]) -> Self {
        Self { reader, fixed, seen: [0; 2] }
    }

    /// The next identifier and its value; of an IE of one octet, that is the octet, and its identifier the high nibble.
    ///
    /// An IE that is cut ends the message: it counts as absent, as 7.7.1 wants of one that is wrong in itself. An unknown
    /// one that must be comprehended is a fault.
    pub(super) fn next(&mut self) -> Result<Option<(u8, &'a [u8])>, NasFaultKind> {
        while let Some((iei, value)) = self.step()? {
            if self.is_first(iei) {
                return Ok(Some((iei, value)));
            }
        }
        Ok(None)
    }

    /// Steps over IEs of which none is used.
    pub(super) fn skip_all(mut self) -> Result<(), NasFaultKind> {
        while self.next()?.is_some() {}
        Ok(())
    }

    fn step(&mut self) -> Result<Option<(u8, &'a [u8])>, NasFaultKind> {
        let Some(iei) = self.reader.peek() else { return Ok(None) };
        if iei & 0x80 != 0 {
            return Ok(self.reader.take(1).ok().map(|value| (iei & 0xf0, value)));
        }
        // 7.5.1: bits 5 to 8 are zero. No message here knows such an IE.
        if iei & 0xf0 == 0 {
            return Err(NasFaultKind::UnknownComprehensionRequired);
        }
        let mut after = self.reader;
        let value = after.octet().and_then(|_| match self.fixed.iter().find(|(known, _)| *known == iei) {
            Some((_, length)) => after.take(*length),
            // TS 24.007 11.2.4: what has a length of two octets in EPS.
            None if matches!(iei, 0x78..=0x7f) => after.lv_e(0),
            None => after.lv(0),
        });
        self.reader = after;
        Ok(value.ok().map(|value| (iei, value)))
    }

    fn is_first(&mut self, iei: u8) -> bool {
        let [low, high] = &mut self.seen;
        let half = if iei & 0x80 == 0 { low } else { high };
        let bit = 1 << (iei & 0x7f);
        let is_first = *half & bit == 0;
        *half |= bit;
        is_first
    }
}
