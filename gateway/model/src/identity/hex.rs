use crate::ModelError;

/// Reads exactly `N` octets of hexadecimal digits.
pub(crate) fn hex_octets<const N: usize>(text: &str) -> Result<[u8; N], ModelError> {
    let wrong = ModelError::Hex { octets: N };
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return Err(wrong);
    }
    let mut octets = [0; N];
    for (octet, pair) in octets.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return Err(wrong) };
        *octet = nibble(*high).ok_or(wrong)? << 4 | nibble(*low).ok_or(wrong)?;
    }
    Ok(octets)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
