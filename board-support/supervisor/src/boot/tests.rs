use proptest::prelude::*;

use pumice_link::{ResetCause, Slot};

use super::{MAX_FAILURES, choose};
use crate::retained::{MIN_RETAINED, Retained, SlotMemory};
use crate::update::{Flash, FlashError};

/// A slot that has nothing.
struct Empty;

impl Flash for Empty {
    fn capacity(&self) -> u32 {
        0
    }

    fn erase(&mut self) -> Result<(), FlashError> {
        Err(FlashError)
    }

    fn write(&mut self, _: u32, _: &[u8]) -> Result<(), FlashError> {
        Err(FlashError)
    }

    fn read(&self, _: u32, _: &mut [u8]) -> Result<(), FlashError> {
        Err(FlashError)
    }
}

proptest! {
    #[test]
    fn without_a_whole_image_the_factory_image_runs(version: u32, count: u8, good: bool) {
        let mut memory = [0; MIN_RETAINED];
        let mut retained = Retained::open(&mut memory);
        retained.state.slot = if good {
            SlotMemory::Good { version, failures: count }
        } else {
            SlotMemory::Trial { version, left: count }
        };
        prop_assert_eq!(choose(&mut retained, &Empty), Slot::Factory);
        prop_assert_eq!(retained.state.slot, SlotMemory::Failed { version });
        prop_assert_eq!(retained.state.handed_over, None);
    }
}

#[test]
fn a_slot_that_failed_stays_so() {
    let mut memory = [0; MIN_RETAINED];
    let mut retained = Retained::open(&mut memory);
    retained.cause = ResetCause::Fault;
    retained.state.slot = SlotMemory::Failed { version: 4 };
    let before = retained.black_box.next();
    for _ in 0..=MAX_FAILURES {
        assert_eq!(choose(&mut retained, &Empty), Slot::Factory);
    }
    assert_eq!(retained.black_box.next(), before, "it is no news");
}
