//! Which image starts. Called by the factory image, first of all, after each reset.

use pumice_link::{Event, ResetCause, Slot};

use crate::retained::{Retained, SlotMemory};
use crate::update::{Flash, whole_image};

#[cfg(test)]
mod tests;

/// So many failures in a row, and even an image that was good is left.
const MAX_FAILURES: u8 = 5;

/// Decides, counts the attempt, and writes it down. The caller arms the hardware watchdog and jumps.
pub fn choose(retained: &mut Retained<'_>, flash: &impl Flash) -> Slot {
    let failed = matches!(retained.cause, ResetCause::External | ResetCause::Fault);
    let next = match retained.state.slot {
        none @ (SlotMemory::None | SlotMemory::Failed { .. }) => none,
        SlotMemory::Trial { version, left } => match left.checked_sub(1) {
            Some(left) => SlotMemory::Trial { version, left },
            None => SlotMemory::Failed { version },
        },
        SlotMemory::Good { version, failures } => match failures.saturating_add(u8::from(failed)) {
            MAX_FAILURES.. => SlotMemory::Failed { version },
            failures => SlotMemory::Good { version, failures },
        },
    };
    let (slot, next) = match next {
        SlotMemory::Trial { version, .. } | SlotMemory::Good { version, .. } => {
            match whole_image(flash).filter(|image| image.version == version) {
                Some(_) => (Slot::Update, next),
                None => (Slot::Factory, SlotMemory::Failed { version }),
            }
        }
        SlotMemory::None | SlotMemory::Failed { .. } => (Slot::Factory, next),
    };
    if let (SlotMemory::Failed { version }, true) = (next, next != retained.state.slot) {
        let start = retained.state.starts.wrapping_add(1);
        retained.black_box.set_start(u16::try_from(start & 0xffff).unwrap_or(0));
        retained.black_box.push(0, Event::FellBack { version });
    }
    retained.state.slot = next;
    retained.state.handed_over = (slot == Slot::Update).then_some(retained.cause);
    retained.save();
    slot
}
