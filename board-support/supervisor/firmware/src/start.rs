//! What lies outside of Rust's memory, and the ways out of a program: the retained memory, the slot, the jump, the end.

use core::ptr;
use core::slice;

use cortex_m::peripheral::SCB;
use pumice_supervisor::{IMAGE_OFFSET, Mark};

unsafe extern "C" {
    static mut _retained_start: u8;
    static mut _retained_end: u8;
    static mut _slot_start: u8;
    static mut _slot_end: u8;
}

/// The memory that outlives resets. Called once.
pub(crate) fn retained() -> &'static mut [u8] {
    let (start, end) = (&raw mut _retained_start, &raw mut _retained_end);
    // SAFETY: memory.x keeps this RAM out of the linker's hands, so nobody else has it; main calls this once. Any content is
    // valid octets, and comes from outside of the program.
    unsafe { slice::from_raw_parts_mut(start, end.addr() - start.addr()) }
}

/// The memory of the slot; none, if this image runs in it. Called once.
pub(crate) fn slot() -> &'static mut [u8] {
    let (start, end) = (&raw mut _slot_start, &raw mut _slot_end);
    // SAFETY: as above.
    unsafe { slice::from_raw_parts_mut(start, end.addr() - start.addr()) }
}

/// Where the slot's image has its vector table.
pub(crate) fn slot_image() -> *const u32 {
    let offset = usize::try_from(IMAGE_OFFSET).unwrap_or(0);
    (&raw const _slot_start).wrapping_add(offset).cast()
}

/// Leaves this program for another.
pub(crate) fn jump(control: &SCB, vectors: *const u32) -> ! {
    let address = u32::try_from(vectors.addr()).unwrap_or(0);
    // SAFETY: no interrupt is on yet. The image is whole, was announced as one for this board, and brings its own stack; the
    // watchdog runs, should it be none.
    unsafe {
        control.vtor.write(address);
        cortex_m::asm::bootload(vectors)
    }
}

/// The end after a fault: leaves a mark, and starts again.
pub(crate) fn give_up() -> ! {
    let word = (&raw mut _retained_start).cast::<[u8; 4]>();
    // SAFETY: the memory is there, aligned or not; whoever else had it does not run any more.
    unsafe { ptr::write_volatile(word, Mark::Fault.word()) };
    SCB::sys_reset()
}
