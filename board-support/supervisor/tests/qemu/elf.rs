//! As much of ELF as an image and its debug log need.

/// A 32-bit little-endian ELF file.
pub(crate) struct Elf(Vec<u8>);

impl Elf {
    pub(crate) fn read(path: &std::path::Path) -> Self {
        let octets = std::fs::read(path).expect("the image can be read");
        assert_eq!(octets[..6], *b"\x7fELF\x01\x01", "{}", path.display());
        Self(octets)
    }

    /// What goes into the slot: all that is loaded, from the lowest address on.
    pub(crate) fn image(&self) -> Vec<u8> {
        let (table, size, count) = (self.word(0x1c), self.half(0x2a), self.half(0x2c));
        let headers = (0..count).map(|index| table + index * size);
        let loaded = headers.filter(|&header| self.word(header) == 1 && self.word(header + 0x10) > 0);
        let parts = loaded.map(|header| {
            let (offset, address, size) =
                (self.word(header + 4), self.word(header + 0xc), self.word(header + 0x10));
            (address, &self.0[offset..offset + size])
        });
        let parts = parts.collect::<Vec<_>>();
        let start = parts.iter().map(|(address, _)| *address).min().expect("something is loaded");
        let mut image = Vec::new();
        for (address, octets) in parts {
            let end = address - start + octets.len();
            image.resize(image.len().max(end), 0);
            image[address - start..end].copy_from_slice(octets);
        }
        image
    }

    /// Octets that the processor has to keep: code and constants.
    pub(crate) fn text_size(&self) -> usize {
        self.image().len()
    }

    /// All symbols, by their values.
    pub(crate) fn symbols(&self) -> Vec<(usize, String)> {
        let (table, size, count) = (self.word(0x20), self.half(0x2e), self.half(0x30));
        let section = |index: usize| table + index * size;
        let symbols = (0..count).map(section).find(|&section| self.word(section + 4) == 2).expect("symbols");
        let names = self.word(section(self.word(symbols + 0x18)) + 0x10);
        let (start, length) = (self.word(symbols + 0x10), self.word(symbols + 0x14));
        let named = (start..start + length).step_by(16).map(|symbol| {
            let name =
                self.0[names + self.word(symbol)..].split(|&octet| octet == 0).next().unwrap_or_default();
            (self.word(symbol + 4), String::from_utf8_lossy(name).into_owned())
        });
        named.collect()
    }

    fn word(&self, offset: usize) -> usize {
        u32::from_le_bytes(self.0[offset..offset + 4].try_into().expect("four octets")) as usize
    }

    fn half(&self, offset: usize) -> usize {
        usize::from(u16::from_le_bytes(self.0[offset..offset + 2].try_into().expect("two octets")))
    }
}
