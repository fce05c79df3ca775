//! IEs and lengths: what the rules at the end of the list of crashes ask for, made from the messages themselves.

use super::Sample;
use super::aper::{CRITICALITIES, Ie, Pdu};
use super::rig::{Findings, Rig, Rows};
use super::sweep::{recorded_nas, said, try_nas};
use crate::driver::Handset;
use crate::state_table::{Protection, Situation, nas_rows};

/// An IE of no release.
const STRANGE: u16 = 65_000;

/// What is wrong with an IE.
#[derive(Debug, Clone, Copy)]
enum Wrong {
    Absent,
    Twice,
    First,
    Last,
    /// All IEs come again after the last.
    AllTwice,
    Criticality(u8),
    /// It has the number of no IE, and this criticality.
    Strange(u8),
    /// One of no number is beside it.
    StrangeBeside(u8),
    /// Only so many octets are left.
    Short(usize),
    /// So many octets follow, all of this value.
    Long(usize, u8),
    /// The octet at this place, where extension bits, choices and lengths are.
    Begins(usize, u8),
    /// An MME UE S1AP ID beyond its 32 bits, and what looks like one elsewhere.
    Number(&'static [u8]),
}

impl Wrong {
    /// All that can be wrong with an IE.
    fn all(ie: &Ie) -> Vec<Self> {
        let length = ie.value.len();
        let mut all = vec![Self::Absent, Self::Twice, Self::First, Self::Last, Self::AllTwice];
        for criticality in CRITICALITIES {
            all.extend([
                Self::Criticality(criticality),
                Self::Strange(criticality),
                Self::StrangeBeside(criticality),
            ]);
        }
        all.extend([0, 1, 2, length / 2, length.saturating_sub(1)].map(Self::Short));
        for more in [1, 2, 4, 127, 128, 16 << 10, 64 << 10] {
            all.extend([Self::Long(more, 0x00), Self::Long(more, 0xff)]);
        }
        for place in 0..length.min(3) {
            let octets = (0..=0xff).step_by(0x10).chain([0x01, 0x7f, 0xff]);
            all.extend(octets.map(|octet| Self::Begins(place, octet)));
        }
        all.extend([
            Self::Number(&[0x80, 0xff, 0xff, 0xff, 0xff]),
            Self::Number(&[0xc0, 1, 0, 0, 0, 0]),
            Self::Number(&[0xff; 9]),
        ]);
        all
    }

    /// Makes the IE at this place wrong.
    fn make(self, at: usize, ies: &mut Vec<Ie>) {
        match self {
            Self::Absent => drop(ies.remove(at)),
            Self::Twice => ies.insert(at, ies[at].clone()),
            Self::First => ies[..=at].rotate_right(1),
            Self::Last => ies[at..].rotate_left(1),
            Self::AllTwice => ies.extend(ies.clone()),
            Self::Criticality(criticality) => ies[at].criticality = criticality,
            Self::Strange(criticality) => {
                ies[at].id = STRANGE;
                ies[at].criticality = criticality;
            }
            Self::StrangeBeside(criticality) => {
                ies.insert(at, Ie { id: STRANGE, criticality, value: vec![0; 3] });
            }
            Self::Short(length) => ies[at].value.truncate(length),
            Self::Long(more, octet) => {
                let length = ies[at].value.len() + more;
                ies[at].value.resize(length, octet);
            }
            Self::Begins(place, octet) => ies[at].value[place] = octet,
            Self::Number(number) => ies[at].value = number.to_vec(),
        }
    }
}

/// What is wrong with what is around the IEs.
#[derive(Debug, Clone, Copy)]
enum Envelope {
    /// Another kind of message of another procedure.
    Kind(u8, u8),
    Criticality(u8),
    /// So many IEs are announced.
    Count(u16),
}

impl Envelope {
    fn all() -> Vec<Self> {
        let procedures = || (0..=64).chain([0x7f, 0x80, 0xff]);
        let kinds = [0x00, 0x20, 0x40, 0x60, 0x80, 0xff].into_iter();
        let kinds = kinds.flat_map(|choice| procedures().map(move |procedure| Self::Kind(choice, procedure)));
        let counts = [0x0000, 0x0001, 0x00ff, 0xffff].map(Self::Count);
        kinds.chain(CRITICALITIES.map(Self::Criticality)).chain(counts).collect()
    }

    fn make(self, octets: &[u8]) -> Vec<u8> {
        let mut octets = octets.to_vec();
        match self {
            Self::Kind(choice, procedure) => octets[..2].copy_from_slice(&[choice, procedure]),
            Self::Criticality(criticality) => octets[2] = criticality,
            Self::Count(count) => {
                // In front of the IEs, which are behind two octets of length if there are more than 127.
                let at = if octets[3] < 0x80 { 5 } else { 6 };
                octets[at..at + 2].copy_from_slice(&count.to_be_bytes());
            }
        }
        octets
    }
}

#[test]
fn s1ap() {
    let mut sample = Sample::of(12);
    let mut findings = Findings::default();
    for situation in Situation::ALL {
        let mut rig = Rig::new(2, 2, situation);
        core::mem::swap(&mut rig.findings, &mut findings);
        let mut rows = Rows::of(&rig.subject);
        for at in 0..rows.names.len() {
            if pumice_wire::s1ap::decode(rows.octets(&rig.subject, at)).is_ok() {
                try_elements(&mut rig, &mut rows, at, &mut sample);
                rig.serve_bystanders();
            }
        }
        core::mem::swap(&mut rig.findings, &mut findings);
    }
    findings.report("IEs of S1AP");
}

fn try_elements(rig: &mut Rig, rows: &mut Rows, at: usize, sample: &mut Sample) {
    let name = rows.names[at].clone();
    let pdu = Pdu::parse(rows.octets(&rig.subject, at));
    for (place, ie) in pdu.ies.iter().enumerate() {
        for wrong in Wrong::all(ie) {
            if sample.takes() {
                let make = |phone: &mut Handset| {
                    Pdu::parse(rows.octets(phone, at)).with(|ies| wrong.make(place, ies))
                };
                rig.try_octets(|| format!("{name}, IE {} {wrong:?}", ie.id), make, |_, _| Ok(()));
            }
        }
    }
    for envelope in Envelope::all() {
        if sample.takes() {
            let make = |phone: &mut Handset| envelope.make(rows.octets(phone, at));
            rig.try_octets(|| format!("{name}, {envelope:?}"), make, |_, _| Ok(()));
        }
    }
}

/// Every octet of every NAS message as a length of one octet and, with the next, of two: nothing, one, as much as there is, one less,
/// one more, and what an octet cannot say.
#[test]
fn nas_lengths() {
    let mut sample = Sample::of(16);
    let mut findings = Findings::default();
    for situation in Situation::ALL {
        let mut rig = Rig::new(2, 2, situation);
        core::mem::swap(&mut rig.findings, &mut findings);
        let rows = nas_rows(&rig.subject).into_iter().filter_map(|row| Some((row.name, row.plain?)));
        for (name, plain) in rows.chain(recorded_nas()) {
            for (what, octets) in with_lengths(&plain) {
                for protection in [Protection::Plain, Protection::Right] {
                    if sample.takes() {
                        try_nas(&mut rig, situation, protection, &octets, || {
                            format!("{name}, {protection:?}, {what}")
                        });
                    }
                }
            }
        }
        rig.serve_bystanders();
        core::mem::swap(&mut rig.findings, &mut findings);
    }
    findings.report("NAS lengths");
}

fn with_lengths(plain: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut changed = Vec::new();
    for at in 0..plain.len() {
        let left = plain.len() - at - 1;
        for length in [0, 1, left.saturating_sub(1), left, left + 1, 255] {
            let mut octets = plain.to_vec();
            octets[at] = u8::try_from(length).unwrap_or(u8::MAX);
            changed.push((format!("{length} at {at}"), octets));
        }
        if left == 0 {
            continue;
        }
        for length in [0, 1, left.saturating_sub(2), left - 1, left, 255, 256, 257, 65_535] {
            let mut octets = plain.to_vec();
            octets[at..at + 2].copy_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
            changed.push((format!("{length} in two octets at {at}"), octets));
        }
    }
    // Rows 31 and 37: long messages, and those whose length is a multiple of 256.
    for length in [255, 256, 257, 512, 1_000, 1_024, 2_048, 8_192] {
        for octet in [0x00, 0x7f, 0xff] {
            let mut octets = plain.to_vec();
            octets.resize(length.max(octets.len()), octet);
            changed.push((format!("{length} octets of {octet:02x}"), octets));
        }
    }
    changed
}

/// NAS-PDUs of up to 64 KiB, which travel in fragments from 16 KiB on.
#[test]
fn huge_nas() {
    let mut sample = Sample::of(8);
    let mut findings = Findings::default();
    for situation in Situation::ALL {
        let mut rig = Rig::new(2, 2, situation);
        core::mem::swap(&mut rig.findings, &mut findings);
        let rows = nas_rows(&rig.subject).into_iter().filter_map(|row| Some((row.name, row.plain?)));
        let rows: Vec<_> = rows.chain(recorded_nas()).collect();
        for length in [(16 << 10) - 200, 16 << 10, 64 << 10, (64 << 10) + 1] {
            for (name, plain) in &rows {
                if !sample.takes() {
                    continue;
                }
                let make = |phone: &mut Handset| {
                    let mut octets = plain.clone();
                    octets.resize(length, 0x00);
                    let nas = Protection::Right.envelop(situation, phone, &octets);
                    let short = said(situation, phone, &[0x07]);
                    Pdu::parse(&short).with(|ies| fill_nas(ies, &nas))
                };
                rig.try_octets(|| format!("{name} in {length} octets"), make, |_, _| Ok(()));
            }
        }
        rig.serve_bystanders();
        core::mem::swap(&mut rig.findings, &mut findings);
    }
    findings.report("huge NAS");
}

/// Writes a NAS-PDU, with a length of its own inside the IE (X.691 11.9).
fn fill_nas(ies: &mut [Ie], nas: &[u8]) {
    const NAS_PDU: u16 = 26;
    let ie = ies.iter_mut().find(|ie| ie.id == NAS_PDU).expect("the message has NAS");
    ie.value.clear();
    super::aper::put(&mut ie.value, nas);
}

/// Not ASN.1 at all: noise of any length, and noise behind the head of every procedure.
#[test]
fn noise() {
    let mut findings = Findings::default();
    let mut random = crate::driver::Random::new(28);
    for situation in Situation::ALL {
        let mut rig = Rig::new(2, 2, situation);
        core::mem::swap(&mut rig.findings, &mut findings);
        for turn in 0..600 {
            let length = [0, 1, 2, 3, 4, 8, 16, 64, 300, 5_000][turn % 10];
            let mut octets = random.octets(length);
            if turn % 2 == 0 && octets.len() > 3 {
                octets[0] = *random.of(&[0x00, 0x20, 0x40]);
                octets[1] %= 64;
                octets[2] = *random.of(&CRITICALITIES);
            }
            rig.try_octets(|| format!("{octets:02x?}"), |_| octets.clone(), |_, _| Ok(()));
        }
        rig.serve_bystanders();
        core::mem::swap(&mut rig.findings, &mut findings);
    }
    findings.report("noise");
}
