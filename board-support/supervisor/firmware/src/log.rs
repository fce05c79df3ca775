//! The debug log: defmt on UART1. For a person with a probe; nothing depends on it.

use core::sync::atomic::{AtomicBool, Ordering};

use pumice_link::{Event, Record};

use crate::lm3s6965::debug;

#[defmt::global_logger]
struct Logger;

static WERE_ON: AtomicBool = AtomicBool::new(false);
static mut ENCODER: defmt::Encoder = defmt::Encoder::new();

// SAFETY: between acquire and release interrupts are off, and there is one core: nobody else is in here.
unsafe impl defmt::Logger for Logger {
    fn acquire() {
        let were_on = cortex_m::register::primask::read().is_active();
        cortex_m::interrupt::disable();
        WERE_ON.store(were_on, Ordering::Relaxed);
        let encoder = &raw mut ENCODER;
        // SAFETY: interrupts are off.
        unsafe { (*encoder).start_frame(debug::send) }
    }

    unsafe fn flush() {}

    unsafe fn release() {
        let encoder = &raw mut ENCODER;
        // SAFETY: interrupts are off since acquire.
        unsafe { (*encoder).end_frame(debug::send) }
        if WERE_ON.load(Ordering::Relaxed) {
            // SAFETY: they were on before acquire.
            unsafe { cortex_m::interrupt::enable() }
        }
    }

    unsafe fn write(octets: &[u8]) {
        let encoder = &raw mut ENCODER;
        // SAFETY: interrupts are off since acquire.
        unsafe { (*encoder).write(octets, debug::send) }
    }
}

/// What goes into the black box goes to the log too.
pub(crate) fn record(record: &Record) {
    let number = record.number;
    match record.event {
        Event::Started { .. } => defmt::info!("{=u32} started", number),
        Event::BoardOn(_) => defmt::info!("{=u32} board on", number),
        Event::CellOn => defmt::info!("{=u32} cell on", number),
        Event::RailOff(..) => defmt::info!("{=u32} rail off", number),
        Event::HaltAsked(_) => defmt::info!("{=u32} asked to halt", number),
        Event::HaltNoticed(seconds) => defmt::info!("{=u32} halts within {=u16} s", number, seconds),
        Event::GraceOver => defmt::warn!("{=u32} grace over", number),
        Event::Nudged => defmt::warn!("{=u32} nudged", number),
        Event::ResetPulsed => defmt::warn!("{=u32} reset pulsed", number),
        Event::PowerCycled { off_s } => defmt::warn!("{=u32} power cycled, {=u16} s off", number, off_s),
        Event::Recovered => defmt::info!("{=u32} recovered", number),
        Event::LinkUp { version } => defmt::info!("{=u32} link up, version {=u8}", number, version),
        Event::LinkRefused => defmt::warn!("{=u32} link refused", number),
        Event::LinkLost => defmt::warn!("{=u32} link lost", number),
        Event::SettingsChanged => defmt::info!("{=u32} settings changed", number),
        Event::SensorsLost => defmt::warn!("{=u32} sensors lost", number),
        Event::SensorsBack => defmt::info!("{=u32} sensors back", number),
        Event::UpdateBegun { version } => defmt::info!("{=u32} update to {=u32}", number, version),
        Event::UpdateDamaged => defmt::warn!("{=u32} update damaged", number),
        Event::UpdateReady { version } => defmt::info!("{=u32} update ready: {=u32}", number, version),
        Event::UpdateGood { version } => defmt::info!("{=u32} update good: {=u32}", number, version),
        Event::FellBack { version } => defmt::warn!("{=u32} fell back from {=u32}", number, version),
    }
}
