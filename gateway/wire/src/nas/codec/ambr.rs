//! APN aggregate maximum bit rate (9.9.4.2), in whole kbit/s, each direction in up to three octets: a base, one that
//! replaces it above 8640 kbit/s, and one that adds multiples of 256 Mbit/s.

use super::Reader;
use crate::nas::NasFaultKind;

const HIGHEST_BASE: u64 = 8_640;
const HIGHEST_EXTENDED: u64 = 256_000;
const MULTIPLE: u64 = 256_000;
/// The base when an extended octet follows.
const BASE_BELOW_EXTENDED: u8 = 0xfe;

/// Downlink and uplink in bit/s; nothing if cut or reserved.
pub(super) fn read(value: &[u8]) -> Option<(u64, u64)> {
    let mut reader = Reader::new(value);
    let mut pair = || -> Result<[u8; 2], NasFaultKind> { reader.array() };
    let [downlink, uplink] = pair().ok()?;
    let [downlink_extended, uplink_extended] = pair().unwrap_or_default();
    let [downlink_multiple, uplink_multiple] = pair().unwrap_or_default();
    let downlink = kilobits(downlink, downlink_extended, downlink_multiple)?;
    Some((downlink * 1000, kilobits(uplink, uplink_extended, uplink_multiple)? * 1000))
}

/// The nearest rates that are not higher, with as many octets as they need; the highest is 65.28 Gbit/s.
pub(super) fn write(downlink: u64, uplink: u64) -> heapless::Vec<u8, 6> {
    let (downlink, uplink) = (octets(downlink / 1000), octets(uplink / 1000));
    let [base, extended, multiple] = [0, 1, 2].map(|at| [downlink.get(at), uplink.get(at)]);
    let is_used = |pair: [Option<&u8>; 2]| pair.iter().any(|octet| octet.is_some_and(|octet| *octet != 0));
    let pairs = if is_used(multiple) {
        3
    } else if is_used(extended) {
        2
    } else {
        1
    };
    [base, extended, multiple].into_iter().take(pairs).flatten().flatten().copied().collect()
}

fn kilobits(base: u8, extended: u8, multiple: u8) -> Option<u64> {
    let (b, e) = (u64::from(base), u64::from(extended));
    let low = match (extended, base) {
        (1..=74, _) => 8_600 + e * 100,
        (75..=186, _) => 16_000 + (e - 74) * 1_000,
        (187..=250, _) => 128_000 + (e - 186) * 2_000,
        (251.., _) => HIGHEST_EXTENDED,
        (0, 1..=63) => b,
        (0, 64..=127) => 64 + (b - 64) * 8,
        (0, 128..=254) => 576 + (b - 128) * 64,
        (0, 255) => 0,
        // "Subscribed", which a network does not say.
        (0, 0) => return None,
    };
    // 255 is read as 0.
    let multiple = if multiple == u8::MAX { 0 } else { u64::from(multiple) };
    Some(low + multiple * MULTIPLE)
}

/// Base, extended and multiple of a rate in kbit/s.
fn octets(kilobits: u64) -> [u8; 3] {
    let multiple = (kilobits.saturating_sub(1) / MULTIPLE).min(254);
    let rest = (kilobits - multiple * MULTIPLE).min(HIGHEST_EXTENDED);
    // A multiple stands beside an extended rate, or beside the highest base.
    let (multiple, rest) =
        if multiple > 0 && rest < HIGHEST_BASE { (multiple - 1, HIGHEST_EXTENDED) } else { (multiple, rest) };
    let octet = |number: u64| u8::try_from(number).unwrap_or(u8::MAX);
    let (base, extended) = match rest {
        0 => (0xff, 0),
        1..=63 => (octet(rest), 0),
        64..=575 => (octet(64 + (rest - 64) / 8), 0),
        576..=8_699 => (octet(128 + (rest - 576) / 64).min(BASE_BELOW_EXTENDED), 0),
        8_700..=16_999 => (BASE_BELOW_EXTENDED, octet((rest - 8_600) / 100).min(74)),
        17_000..=129_999 => (BASE_BELOW_EXTENDED, octet(74 + (rest - 16_000) / 1_000).min(186)),
        _ => (BASE_BELOW_EXTENDED, octet(186 + (rest - 128_000) / 2_000)),
    };
    [base, extended, octet(multiple)]
}
