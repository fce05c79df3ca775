use super::{Flash, FlashError, HEADER, Header, IMAGE_OFFSET, whole_image};

struct Memory(Vec<u8>);

impl Flash for Memory {
    fn capacity(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap()
    }

    fn erase(&mut self) -> Result<(), FlashError> {
        self.0.fill(0xff);
        Ok(())
    }

    fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), FlashError> {
        let offset = usize::try_from(offset).unwrap();
        self.0.get_mut(offset..offset + octets.len()).ok_or(FlashError)?.copy_from_slice(octets);
        Ok(())
    }

    fn read(&self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        let offset = usize::try_from(offset).unwrap();
        into.copy_from_slice(self.0.get(offset..offset + into.len()).ok_or(FlashError)?);
        Ok(())
    }
}

fn with_image(image: &[u8]) -> Memory {
    let mut flash = Memory(vec![0xff; 1_024]);
    let size = u32::try_from(image.len()).unwrap();
    let header = Header { version: 3, size, crc: pumice_link::crc32c(image) };
    flash.write(IMAGE_OFFSET, image).unwrap();
    flash.write(0, &header.encode()).unwrap();
    flash
}

#[test]
fn a_whole_image_is_found_and_any_flipped_bit_undoes_it() {
    let image = [0xa5; 300];
    let flash = with_image(&image);
    assert_eq!(whole_image(&flash).map(|header| header.version), Some(3));
    let (start, end) = (usize::try_from(IMAGE_OFFSET).unwrap(), usize::try_from(IMAGE_OFFSET).unwrap() + 300);
    for octet in (0..HEADER).chain(start..end) {
        for bit in 0..8 {
            let mut damaged = with_image(&image);
            damaged.0[octet] ^= 1 << bit;
            assert_eq!(whole_image(&damaged), None, "octet {octet}, bit {bit}");
        }
    }
}

#[test]
fn an_empty_slot_has_no_image() {
    assert_eq!(whole_image(&Memory(Vec::new())), None);
    assert_eq!(whole_image(&Memory(vec![0xff; 1_024])), None);
    assert_eq!(whole_image(&Memory(vec![0; 1_024])), None);
    assert_eq!(whole_image(&with_image(&[])), None);
}

#[test]
fn a_header_that_announces_more_than_the_slot_has_is_not_believed() {
    let mut flash = with_image(&[1; 10]);
    for size in [1_024 - IMAGE_OFFSET + 1, u32::MAX] {
        flash.write(0, &Header { version: 3, size, crc: 0 }.encode()).unwrap();
        assert_eq!(whole_image(&flash), None);
    }
}
