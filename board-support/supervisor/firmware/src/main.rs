//! The supervisor's firmware for the LM3S6965 (Cortex-M3): hardware around `pumice-supervisor`, and no decision of its own.
//!
//! Written for the evaluation board that QEMU emulates (`-M lm3s6965evb`), and only ever run there. A port to another
//! microcontroller replaces `lm3s6965.rs` and `sensors.rs`.
//!
//! **What is different on a board for the field:** QEMU emulates no flash controller, so the slot of the update lies in RAM here and is lost
//! with the power, as is the black box. There, the slot is flash behind the same trait.
#![no_std]
#![no_main]

mod clock;
mod hands;
mod lm3s6965;
mod log;
mod mmio;
mod ring;
mod sensors;
mod slot;
mod start;
mod vectors;

use core::panic::PanicInfo;

use cortex_m_rt::{ExceptionFrame, entry, exception};
use pumice_link::Slot;
use pumice_supervisor::{Input, Retained, Supervisor};

use crate::clock::Clock;
use crate::hands::Hands;
use crate::sensors::Sensors;
use crate::slot::RamSlot;

const SLOT: Slot = if cfg!(feature = "slot") { Slot::Update } else { Slot::Factory };
const VERSION: u32 = include!(concat!(env!("OUT_DIR"), "/version.rs"));

/// How often the logic is called when nothing happens.
const TICK_MS: u64 = 10;

#[entry]
fn main() -> ! {
    let Some(mut core) = cortex_m::Peripherals::take() else { start::give_up() };
    lm3s6965::start_clocks();
    // From here on whatever hangs is reset.
    lm3s6965::watchdog::start();

    let mut retained = Retained::open(start::retained());
    let slot = RamSlot::new(start::slot());
    if SLOT == Slot::Factory && pumice_supervisor::choose(&mut retained, &slot) == Slot::Update {
        start::jump(&core.SCB, start::slot_image());
    }

    lm3s6965::start_serial();
    let mut clock = Clock::start(&mut core.SYST);
    let mut hands = Hands::new(lm3s6965::pins());
    let mut sensors = Sensors::start();
    defmt::info!("start: image {=u32}, from the slot: {=bool}", VERSION, SLOT == Slot::Update);
    let mut supervisor = Supervisor::start(clock.now_ms(), retained, slot, SLOT, VERSION, &mut hands);
    lm3s6965::link::listen(&mut core.NVIC);

    let mut next_ms = 0;
    let mut octets = [0; 64];
    loop {
        lm3s6965::watchdog::feed();
        let now_ms = clock.now_ms();
        let received = lm3s6965::link::received(&mut octets);
        if !received.is_empty() {
            supervisor.handle(now_ms, Input::Received(received), &mut hands);
        }
        if let Some(sample) = sensors.poll(now_ms) {
            supervisor.handle(now_ms, Input::Sample(sample), &mut hands);
        }
        if next_ms <= now_ms {
            next_ms = now_ms + TICK_MS;
            supervisor.handle(now_ms, Input::Tick, &mut hands);
        }
        if hands.is_idle() {
            cortex_m::asm::wfi();
        }
    }
}

/// What no vector is meant for: an exception without a handler, or an interrupt that nobody switched on.
#[exception]
unsafe fn DefaultHandler(_: i16) {
    start::give_up()
}

#[exception]
unsafe fn HardFault(_: &ExceptionFrame) -> ! {
    start::give_up()
}

#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    start::give_up()
}
