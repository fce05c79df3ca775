//! Base64 (RFC 4648 section 4), as the protocol carries images and files. The decoder only, and strict.

/// Decodes `text`; `None` where it is not padded base64.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let padding = text.iter().rev().take_while(|&&octet| octet == b'=').count();
    if padding > 2 {
        return None;
    }
    let symbols = text.get(..text.len() - padding)?;
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut held: u32 = 0;
    let mut bits = 0;
    for &symbol in symbols {
        held = (held << 6) | u32::from(value(symbol)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            let [.., octet] = (held >> bits).to_be_bytes();
            out.push(octet);
        }
    }
    // Bits beyond the last octet must be zero, or two texts would mean the same.
    (held & ((1 << bits) - 1) == 0).then_some(out)
}

fn value(symbol: u8) -> Option<u8> {
    match symbol {
        b'A'..=b'Z' => Some(symbol - b'A'),
        b'a'..=b'z' => Some(symbol - b'a' + 26),
        b'0'..=b'9' => Some(symbol - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
