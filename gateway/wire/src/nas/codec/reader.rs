use crate::nas::NasFaultKind;

/// Octets that are read from their beginning. What is not there is a mandatory IE that is missing or cut.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

const MISSING: NasFaultKind = NasFaultKind::InvalidMandatoryInformation;

impl<'a> Reader<'a> {
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next octet, left where it is.
    pub(super) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    pub(super) fn octet(&mut self) -> Result<u8, NasFaultKind> {
        let [octet] = self.array()?;
        Ok(octet)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], NasFaultKind> {
        let (array, rest) = self.0.split_first_chunk().ok_or(MISSING)?;
        self.0 = rest;
        Ok(*array)
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], NasFaultKind> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(MISSING)?;
        self.0 = rest;
        Ok(taken)
    }

    /// A value behind its length in one octet; a fault if it is shorter than its least.
    pub(super) fn lv(&mut self, least: usize) -> Result<&'a [u8], NasFaultKind> {
        let length = self.octet()?;
        let value = self.take(usize::from(length))?;
        if value.len() < least { Err(MISSING) } else { Ok(value) }
    }

    /// A value behind its length in two octets; a fault if it is shorter than its least.
    pub(super) fn lv_e(&mut self, least: usize) -> Result<&'a [u8], NasFaultKind> {
        let length = u16::from_be_bytes(self.array()?);
        let value = self.take(usize::from(length))?;
        if value.len() < least { Err(MISSING) } else { Ok(value) }
    }
}
