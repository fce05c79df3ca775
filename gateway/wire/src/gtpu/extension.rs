use super::GtpuError;

/// The most extension headers in one message. TS 29.281 defines nine types and gives no reason to repeat one.
pub const MAX_EXTENSIONS: usize = 8;

/// The unit of an extension header's length, in octets.
const UNIT: usize = 4;

/// The type of an extension header (TS 29.281 figure 5.2.1-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExtensionType(pub u8);

impl ExtensionType {
    /// No more extension headers.
    pub const NONE: Self = Self(0x00);
    /// Service Class Indicator.
    pub const SERVICE_CLASS_INDICATOR: Self = Self(0x20);
    /// UDP Port of the datagram that caused an Error Indication.
    pub const UDP_PORT: Self = Self(0x40);
    /// RAN Container.
    pub const RAN_CONTAINER: Self = Self(0x81);
    /// Long PDCP PDU Number.
    pub const LONG_PDCP_PDU_NUMBER: Self = Self(0x82);
    /// Xw RAN Container.
    pub const XW_RAN_CONTAINER: Self = Self(0x83);
    /// NR RAN Container.
    pub const NR_RAN_CONTAINER: Self = Self(0x84);
    /// PDU Session Container (TS 38.415).
    pub const PDU_SESSION_CONTAINER: Self = Self(0x85);
    /// PDCP PDU Number.
    pub const PDCP_PDU_NUMBER: Self = Self(0xc0);

    /// What a node that does not know the type must do: bits 7 and 8.
    pub const fn comprehension(self) -> Comprehension {
        match self.0 >> 6 {
            0b00 => Comprehension::NotRequiredForward,
            0b01 => Comprehension::NotRequiredDiscard,
            0b10 => Comprehension::RequiredByEndpoint,
            _ => Comprehension::RequiredByAll,
        }
    }
}

/// What a node that does not know an extension header must do (TS 29.281 figure 5.2.1-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comprehension {
    /// Any node may ignore it; an intermediate one sends it on.
    NotRequiredForward,
    /// Any node may ignore it; an intermediate one takes it off.
    NotRequiredDiscard,
    /// The endpoint must understand it, an intermediate node need not.
    RequiredByEndpoint,
    /// Every node must understand it.
    RequiredByAll,
}

impl Comprehension {
    /// Whether an endpoint of the tunnel must understand it.
    pub const fn by_endpoint(self) -> bool {
        matches!(self, Self::RequiredByEndpoint | Self::RequiredByAll)
    }
}

/// One extension header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Its type.
    pub kind: ExtensionType,
    /// What is between its length and the type of the next: 4n - 2 octets.
    pub content: &'a [u8],
}

impl Extension<'_> {
    /// Appends it in front of one of type `next`, filled up to whole units with zeros.
    pub(super) fn emit(&self, next: ExtensionType, out: &mut Vec<u8>) -> Result<(), GtpuError> {
        let units = (self.content.len() + 2).div_ceil(UNIT);
        let length = u8::try_from(units).map_err(|_| GtpuError::TooLong(self.content.len()))?;
        let padding = units * UNIT - 2 - self.content.len();
        out.push(length);
        out.extend_from_slice(self.content);
        out.extend(core::iter::repeat_n(0, padding));
        out.push(next.0);
        Ok(())
    }
}

/// The chain of extension headers. After an error it ends.
///
/// Every turn consumes at least four octets, and there are at most [`MAX_EXTENSIONS`] turns.
#[derive(Debug, Clone)]
pub struct Extensions<'a> {
    next: ExtensionType,
    body: &'a [u8],
    offset: usize,
    seen: usize,
}

impl<'a> Extensions<'a> {
    pub(super) const fn new(first: ExtensionType, body: &'a [u8]) -> Self {
        Self { next: first, body, offset: 0, seen: 0 }
    }

    /// Octets consumed so far.
    pub(super) const fn offset(&self) -> usize {
        self.offset
    }

    fn step(&mut self) -> Result<Extension<'a>, GtpuError> {
        if self.seen == MAX_EXTENSIONS {
            return Err(GtpuError::TooManyExtensions);
        }
        let rest = self.body.get(self.offset..).unwrap_or_default();
        let length = usize::from(*rest.first().ok_or(GtpuError::Truncated)?) * UNIT;
        if length == 0 {
            return Err(GtpuError::ExtensionLength);
        }
        let [_, content @ .., next] = rest.get(..length).ok_or(GtpuError::Truncated)? else {
            return Err(GtpuError::Truncated);
        };
        let extension = Extension { kind: self.next, content };
        self.next = ExtensionType(*next);
        self.offset += length;
        self.seen += 1;
        Ok(extension)
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = Result<Extension<'a>, GtpuError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == ExtensionType::NONE {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.next = ExtensionType::NONE;
        }
        Some(step)
    }
}
