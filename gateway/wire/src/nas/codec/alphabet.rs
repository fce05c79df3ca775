//! The GSM 7 bit default alphabet (TS 23.038 6.2.1) and UCS2.

/// The alphabet in the order of its codes; 0x1b leads to a second table that names of networks can do without.
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                   ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const ESCAPE: char = '\u{1b}';

/// So many letters fit an IE in either alphabet.
const LONGEST: usize = 120;

/// Letters of seven bits each, from the lowest bit on, before so many spare bits at the end.
pub(super) fn read_gsm(octets: &[u8], spare_bits: usize) -> String {
    let letters = (octets.len() * 8).saturating_sub(spare_bits) / 7;
    let mut bits = 0_u32;
    let mut held = 0;
    let mut octets = octets.iter();
    let mut text = String::with_capacity(letters);
    for _ in 0..letters {
        if held < 7 {
            bits |= u32::from(octets.next().copied().unwrap_or(0)) << held;
            held += 8;
        }
        text.push(gsm_letter(bits & 0x7f));
        bits >>= 7;
        held -= 7;
    }
    text
}

/// The octets and the number of spare bits; nothing if a letter is not of the alphabet.
pub(super) fn write_gsm(text: &str) -> Option<(Vec<u8>, u8)> {
    let mut octets = Vec::with_capacity(text.len());
    let mut bits = 0_u32;
    let mut held = 0_u8;
    for letter in text.chars().take(LONGEST) {
        bits |= gsm_code(letter)? << held;
        held += 7;
        if held >= 8 {
            let [low, ..] = bits.to_le_bytes();
            octets.push(low);
            bits >>= 8;
            held -= 8;
        }
    }
    if held == 0 {
        return Some((octets, 0));
    }
    let [low, ..] = bits.to_le_bytes();
    octets.push(low);
    Some((octets, 8 - held))
}

/// Nothing if a letter is cut. Halves of letters beyond the first plane become the replacement character.
pub(super) fn read_ucs2(octets: &[u8]) -> Option<String> {
    let (units, rest) = octets.as_chunks::<2>();
    let units = units.iter().map(|unit| u16::from_be_bytes(*unit));
    rest.is_empty().then(|| {
        char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    })
}

/// Letters beyond the first plane become question marks.
pub(super) fn write_ucs2(text: &str) -> Vec<u8> {
    let unit = |letter: char| u16::try_from(u32::from(letter)).unwrap_or(0x3f);
    text.chars().take(LONGEST).map(unit).flat_map(u16::to_be_bytes).collect()
}

fn gsm_letter(code: u32) -> char {
    let at = usize::try_from(code).unwrap_or(usize::MAX);
    match GSM.chars().nth(at) {
        Some(ESCAPE) | None => ' ',
        Some(letter) => letter,
    }
}

fn gsm_code(letter: char) -> Option<u32> {
    let at = GSM.chars().position(|known| known == letter && known != ESCAPE)?;
    u32::try_from(at).ok()
}
