//! Who and where: networks, tracking areas, permanent and temporary identities.

use core::fmt::Write;

use pumice_model::identity::{Gummei, Guti, Imeisv, Imsi, MTmsi, MmeCode, MmeGroupId, Plmn, Tac, Tai};

use super::Reader;
use crate::nas::{EpsMobileIdentity, MobileIdentity, NasFaultKind, NasKsi};

const WRONG: NasFaultKind = NasFaultKind::InvalidMandatoryInformation;

/// The longest identity that is written: an IMEISV.
pub(super) const LONGEST: usize = 11;

/// NAS key set identifier (9.9.3.21), a nibble.
pub(super) const fn read_ksi(nibble: u8) -> NasKsi {
    NasKsi { mapped: nibble & 0x08 != 0, value: nibble & 0x07 }
}

pub(super) const fn write_ksi(ksi: NasKsi) -> u8 {
    (ksi.mapped as u8) << 3 | ksi.value & 0x07
}

/// EPS mobile identity (9.9.3.12).
pub(super) fn read_eps(value: &[u8]) -> Result<EpsMobileIdentity, NasFaultKind> {
    let (&first, _) = value.split_first().ok_or(WRONG)?;
    match first & 0x07 {
        1 => read_imsi(value).map(EpsMobileIdentity::Imsi),
        3 => read_imei(value).map(EpsMobileIdentity::Imei),
        6 => read_guti(value).map(EpsMobileIdentity::Guti),
        _ => Err(WRONG),
    }
}

pub(super) fn write_eps(identity: EpsMobileIdentity) -> heapless::Vec<u8, LONGEST> {
    match identity {
        EpsMobileIdentity::Imsi(imsi) => write_digits(1, &imsi.digits()),
        EpsMobileIdentity::Imei(imei) => write_number(3, imei, 15),
        EpsMobileIdentity::Guti(guti) => heapless::Vec::from_iter(write_guti(guti)),
    }
}

/// The GUTI form of an EPS mobile identity.
pub(super) fn read_guti(value: &[u8]) -> Result<Guti, NasFaultKind> {
    let mut reader = Reader::new(value);
    if reader.octet()? & 0x07 != 6 {
        return Err(WRONG);
    }
    let plmn = read_plmn(&mut reader)?;
    let group = MmeGroupId(u16::from_be_bytes(reader.array()?));
    let code = MmeCode(reader.octet()?);
    let m_tmsi = MTmsi(u32::from_be_bytes(reader.array()?));
    Ok(Guti { gummei: Gummei { plmn, group, code }, m_tmsi })
}

pub(super) fn write_guti(guti: Guti) -> [u8; 11] {
    let [p1, p2, p3] = guti.gummei.plmn.octets();
    let [g1, g2] = guti.gummei.group.0.to_be_bytes();
    let [m1, m2, m3, m4] = guti.m_tmsi.0.to_be_bytes();
    [0xf6, p1, p2, p3, g1, g2, guti.gummei.code.0, m1, m2, m3, m4]
}

/// Mobile identity (TS 24.008 10.5.1.4).
pub(super) fn read_mobile(value: &[u8]) -> Result<MobileIdentity, NasFaultKind> {
    let (&first, rest) = value.split_first().ok_or(WRONG)?;
    match first & 0x07 {
        0 => Ok(MobileIdentity::None),
        1 => read_imsi(value).map(MobileIdentity::Imsi),
        2 => read_imei(value).map(MobileIdentity::Imei),
        3 => read_imeisv(value).map(MobileIdentity::Imeisv),
        4 => Reader::new(rest).array().map(|octets| MobileIdentity::Tmsi(u32::from_be_bytes(octets))),
        _ => Err(WRONG),
    }
}

pub(super) fn write_mobile(identity: MobileIdentity) -> heapless::Vec<u8, LONGEST> {
    match identity {
        MobileIdentity::Imsi(imsi) => write_digits(1, &imsi.digits()),
        MobileIdentity::Imei(imei) => write_number(2, imei, 15),
        MobileIdentity::Imeisv(imeisv) => write_imeisv(imeisv),
        MobileIdentity::Tmsi(tmsi) => {
            let [a, b, c, d] = tmsi.to_be_bytes();
            heapless::Vec::from_iter([0xf4, a, b, c, d])
        }
        // The least length that a mobile identity has in an identity response.
        MobileIdentity::None => heapless::Vec::from_iter([0, 0, 0]),
    }
}

pub(super) fn read_imeisv(value: &[u8]) -> Result<Imeisv, NasFaultKind> {
    match value.first() {
        Some(first) if first & 0x07 == 3 => Imeisv::parse(&read_digits(value)?).map_err(|_| WRONG),
        _ => Err(WRONG),
    }
}

pub(super) fn write_imeisv(imeisv: Imeisv) -> heapless::Vec<u8, LONGEST> {
    let mut digits = heapless::String::<16>::new();
    // An IMEISV has sixteen digits.
    let _ = write!(digits, "{imeisv}");
    write_digits(3, &digits)
}

fn read_imsi(value: &[u8]) -> Result<Imsi, NasFaultKind> {
    Imsi::parse(&read_digits(value)?).map_err(|_| WRONG)
}

fn read_imei(value: &[u8]) -> Result<u64, NasFaultKind> {
    let digits = read_digits(value)?;
    if digits.len() != 15 {
        return Err(WRONG);
    }
    digits.parse().map_err(|_| WRONG)
}

fn write_number(kind: u8, number: u64, digits: usize) -> heapless::Vec<u8, LONGEST> {
    let mut text = heapless::String::<20>::new();
    // Any number fits twenty digits.
    let _ = write!(text, "{number:0digits$}");
    write_digits(kind, text.get(..digits).unwrap_or(&text))
}

/// The digits of an identity: one above the kind in the first octet, then two an octet, the low nibble first. Bit 4 of the
/// first octet says whether their number is odd; if not, the last nibble is a filler.
fn read_digits(value: &[u8]) -> Result<heapless::String<16>, NasFaultKind> {
    let (&first, rest) = value.split_first().ok_or(WRONG)?;
    let is_odd = first & 0x08 != 0;
    let mut digits = heapless::String::new();
    let mut push = |nibble: u8| {
        let digit = char::from_digit(nibble.into(), 10).ok_or(WRONG)?;
        digits.push(digit).map_err(|_| WRONG)
    };
    push(first >> 4)?;
    for (at, octet) in rest.iter().enumerate() {
        push(octet & 0x0f)?;
        if is_odd || at + 1 < rest.len() {
            push(octet >> 4)?;
        } else if octet >> 4 != 0x0f {
            return Err(WRONG);
        }
    }
    if is_odd == digits.len().is_multiple_of(2) { Err(WRONG) } else { Ok(digits) }
}

fn write_digits(kind: u8, digits: &str) -> heapless::Vec<u8, LONGEST> {
    let odd = if digits.len().is_multiple_of(2) { 0 } else { 0x08 };
    let mut nibbles = digits.bytes().map(|digit| digit & 0x0f);
    let mut octets = heapless::Vec::new();
    // Sixteen digits take nine octets.
    let _ = octets.push(nibbles.next().unwrap_or(0x0f) << 4 | odd | kind);
    while let Some(low) = nibbles.next() {
        let _ = octets.push(nibbles.next().unwrap_or(0x0f) << 4 | low);
    }
    octets
}

pub(super) fn read_plmn(reader: &mut Reader<'_>) -> Result<Plmn, NasFaultKind> {
    Plmn::from_octets(reader.array()?).ok_or(WRONG)
}

/// Tracking area identity (9.9.3.32).
pub(super) fn read_tai(reader: &mut Reader<'_>) -> Result<Tai, NasFaultKind> {
    let plmn = read_plmn(reader)?;
    Ok(Tai { plmn, tac: read_tac(reader)? })
}

pub(super) fn write_tai(tai: Tai) -> [u8; 5] {
    let [p1, p2, p3] = tai.plmn.octets();
    let [t1, t2] = tai.tac.0.to_be_bytes();
    [p1, p2, p3, t1, t2]
}

fn read_tac(reader: &mut Reader<'_>) -> Result<Tac, NasFaultKind> {
    reader.array().map(|octets| Tac(u16::from_be_bytes(octets)))
}

/// Tracking area identity list (9.9.3.33): partial lists in three forms. The first sixteen areas count.
pub(super) fn read_tai_list(value: &[u8]) -> Result<heapless::Vec<Tai, 16>, NasFaultKind> {
    let mut reader = Reader::new(value);
    let mut tais = heapless::Vec::new();
    while !reader.is_empty() {
        let head = reader.octet()?;
        let count = (head & 0x1f) + 1;
        match head >> 5 & 0x03 {
            0 => {
                let plmn = read_plmn(&mut reader)?;
                for _ in 0..count {
                    let _ = tais.push(Tai { plmn, tac: read_tac(&mut reader)? });
                }
            }
            1 => {
                let first = read_tai(&mut reader)?;
                for step in 0..count {
                    let tac = Tac(first.tac.0.wrapping_add(step.into()));
                    let _ = tais.push(Tai { plmn: first.plmn, tac });
                }
            }
            2 => {
                for _ in 0..count {
                    let _ = tais.push(read_tai(&mut reader)?);
                }
            }
            _ => return Err(WRONG),
        }
    }
    if tais.is_empty() { Err(WRONG) } else { Ok(tais) }
}

/// One partial list: of one network if all are, otherwise of full identities.
pub(super) fn write_tai_list(tais: &[Tai]) -> heapless::Vec<u8, 81> {
    let mut octets = heapless::Vec::new();
    // Sixteen areas of five octets and the head fit.
    let mut put = |slice: &[u8]| octets.extend_from_slice(slice).unwrap_or_default();
    let Some((first, others)) = tais.split_first() else { return octets };
    let more = u8::try_from(others.len()).unwrap_or(15).min(15);
    if others.iter().all(|tai| tai.plmn == first.plmn) {
        put(&[more]);
        put(&first.plmn.octets());
        tais.iter().for_each(|tai| put(&tai.tac.0.to_be_bytes()));
    } else {
        put(&[0x40 | more]);
        tais.iter().for_each(|tai| put(&write_tai(*tai)));
    }
    octets
}
