//! Protocol configuration options (TS 24.008 10.5.6.3).

use super::Reader;
use crate::nas::{NasFaultKind, Pco, PcoUnit};

/// What the standard lets the IE hold, without identifier and length.
const LONGEST: usize = 251;
const MOST_UNITS: usize = 32;
/// The extension bit, and PPP as the configuration protocol.
const HEAD: u8 = 0x80;

/// Nothing if a unit is cut.
pub(super) fn read(value: &[u8]) -> Option<Pco> {
    let mut reader = Reader::new(value);
    reader.octet().ok()?;
    let mut units = Vec::new();
    while !reader.is_empty() {
        let unit = read_unit(&mut reader).ok()?;
        if units.len() < MOST_UNITS {
            units.push(unit);
        }
    }
    Some(Pco { units })
}

fn read_unit(reader: &mut Reader<'_>) -> Result<PcoUnit, NasFaultKind> {
    let id = u16::from_be_bytes(reader.array()?);
    Ok(PcoUnit { id, contents: reader.lv(0)?.to_vec() })
}

/// As many units as fit.
pub(super) fn write(pco: &Pco) -> Vec<u8> {
    let mut octets = vec![HEAD];
    for unit in pco.units.iter().take(MOST_UNITS) {
        let Ok(length) = u8::try_from(unit.contents.len()) else { continue };
        if octets.len() + 3 + unit.contents.len() > LONGEST {
            break;
        }
        octets.extend_from_slice(&unit.id.to_be_bytes());
        octets.push(length);
        octets.extend_from_slice(&unit.contents);
    }
    octets
}
