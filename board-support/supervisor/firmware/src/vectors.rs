//! The interrupts of the LM3S6965. A table of its true length, 44, is also one that fits the alignment of the slot's image.

use crate::lm3s6965::link;
use crate::start::give_up;

type Vector = unsafe extern "C" fn();

unsafe extern "C" fn uart0() {
    link::interrupt();
}

/// Nobody switched it on.
unsafe extern "C" fn unexpected() {
    give_up()
}

#[unsafe(link_section = ".vector_table.interrupts")]
#[unsafe(no_mangle)]
#[used]
static __INTERRUPTS: [Vector; 44] = {
    let mut table: [Vector; 44] = [unexpected; 44];
    let [_, _, _, _, _, place, ..] = &mut table;
    *place = uart0;
    table
};
