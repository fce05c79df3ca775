//! Reads what defmt wrote to UART1: frames in rzCOBS, each with the number of a format string that is the name of a symbol.

use crate::elf::Elf;

/// The format strings of all whole frames, in order.
pub(crate) fn decode(octets: &[u8], elf: &Elf) -> Vec<String> {
    let formats = elf.symbols();
    let formats = formats.iter().filter(|(_, name)| name.contains("\"tag\":\"defmt_")).collect::<Vec<_>>();
    // What follows the last zero is not whole yet.
    let whole = &octets[..octets.iter().rposition(|&octet| octet == 0).unwrap_or(0)];
    let frames = whole.split(|&octet| octet == 0).filter(|frame| !frame.is_empty());
    frames
        .map(|frame| {
            let content = unstuff(frame).unwrap_or_else(|| panic!("no rzCOBS frame: {frame:02x?}"));
            let index = usize::from(u16::from_le_bytes([content[0], content[1]]));
            let (_, symbol) = formats
                .iter()
                .find(|(value, _)| *value == index)
                .unwrap_or_else(|| panic!("no format {index}"));
            let symbol: serde_json::Value = serde_json::from_str(symbol).expect("defmt's symbols are JSON");
            symbol["data"].as_str().expect("with a format string").to_owned()
        })
        .collect()
}

/// rzCOBS is read from its end. What comes out may have more zeros at its end than went in.
fn unstuff(frame: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let mut octets = frame.iter().rev().copied();
    while let Some(mark) = octets.next() {
        match mark {
            0 => return None,
            0x01..=0x7f => {
                for bit in (0..7).rev() {
                    content.push(if mark & 1 << bit == 0 { octets.next()? } else { 0 });
                }
            }
            0x80..=0xfe => {
                content.push(0);
                for _ in 0..(mark & 0x7f) + 7 {
                    content.push(octets.next()?);
                }
            }
            0xff => {
                for _ in 0..134 {
                    content.push(octets.next()?);
                }
            }
        }
    }
    content.reverse();
    (content.len() >= 2).then_some(content)
}
