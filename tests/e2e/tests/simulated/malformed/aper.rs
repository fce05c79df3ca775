//! S1AP-PDUs taken apart and put together again octet by octet (X.691 aligned PER, as far as the outside of S1AP goes): nothing here
//! knows what is legal, so anything can be made.

/// A PDU: what is around the IEs, and the IEs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pdu {
    /// 00 initiating message, 20 successful outcome, 40 unsuccessful outcome.
    pub(super) choice: u8,
    pub(super) procedure: u8,
    /// 00 reject, 40 ignore, 80 notify.
    pub(super) criticality: u8,
    pub(super) ies: Vec<Ie>,
}

/// An IE of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ie {
    pub(super) id: u16,
    /// 00 reject, 40 ignore, 80 notify.
    pub(super) criticality: u8,
    pub(super) value: Vec<u8>,
}

/// The criticalities as they are written.
pub(super) const CRITICALITIES: [u8; 3] = [0x00, 0x40, 0x80];

impl Pdu {
    /// Takes a legal PDU apart.
    pub(super) fn parse(octets: &[u8]) -> Self {
        let (head, rest) = octets.split_at(3);
        let (value, after) = take(rest);
        assert!(after.is_empty(), "nothing follows a PDU");
        // The extension bit of the sequence, then the number of IEs.
        let count = u16::from_be_bytes([value[1], value[2]]);
        let mut rest = &value[3..];
        let mut ies = Vec::new();
        for _ in 0..count {
            let (ie, after) = rest.split_at(3);
            let (value, next) = take(after);
            ies.push(Ie { id: u16::from_be_bytes([ie[0], ie[1]]), criticality: ie[2], value });
            rest = next;
        }
        Self { choice: head[0], procedure: head[1], criticality: head[2], ies }
    }

    /// Puts it together.
    pub(super) fn octets(&self) -> Vec<u8> {
        let count = u16::try_from(self.ies.len()).expect("not that many IEs");
        let mut value = vec![0x00];
        value.extend(count.to_be_bytes());
        for ie in &self.ies {
            value.extend(ie.id.to_be_bytes());
            value.push(ie.criticality);
            put(&mut value, &ie.value);
        }
        let mut octets = vec![self.choice, self.procedure, self.criticality];
        put(&mut octets, &value);
        octets
    }

    /// The same with other IEs.
    pub(super) fn with(&self, change: impl FnOnce(&mut Vec<Ie>)) -> Vec<u8> {
        let mut changed = self.clone();
        change(&mut changed.ies);
        changed.octets()
    }
}

/// An open type: its length and its octets (X.691 11.9). What is 16 k and longer comes in fragments.
pub(super) fn put(octets: &mut Vec<u8>, value: &[u8]) {
    const FRAGMENT: usize = 16 << 10;
    let mut rest = value;
    while rest.len() >= FRAGMENT {
        let many = (rest.len() / FRAGMENT).min(4);
        octets.push(0xc0 | u8::try_from(many).expect("at most 4"));
        let (fragment, after) = rest.split_at(many * FRAGMENT);
        octets.extend_from_slice(fragment);
        rest = after;
    }
    let length = u16::try_from(rest.len()).expect("less than 16 k");
    match length {
        0..=0x7f => octets.extend(&length.to_be_bytes()[1..]),
        _ => octets.extend((0x8000 | length).to_be_bytes()),
    }
    octets.extend_from_slice(rest);
}

/// The opposite, of what is shorter than 16 k.
fn take(octets: &[u8]) -> (Vec<u8>, &[u8]) {
    let (length, rest) = match octets[0] {
        short @ 0..=0x7f => (usize::from(short), &octets[1..]),
        long => (usize::from(u16::from_be_bytes([long & 0x3f, octets[1]])), &octets[2..]),
    };
    let (value, rest) = rest.split_at(length);
    (value.to_vec(), rest)
}

/// What is taken apart and put together is the same.
#[test]
fn taking_apart_and_putting_together_gives_the_same_octets() {
    for message in super::corpus::recorded("srsran-s1-eea0-eia2.pcap", 0, 2) {
        assert_eq!(Pdu::parse(&message.octets).octets(), message.octets, "{}", message.name);
    }
}
