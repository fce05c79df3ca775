//! Milliseconds since the start, from SysTick.

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;

use crate::lm3s6965::CLOCK_HZ;

static TICKS: AtomicU32 = AtomicU32::new(0);

#[exception]
fn SysTick() {
    TICKS.fetch_add(1, Ordering::Relaxed);
}

/// The clock. It has to be read at least once in 49 days.
pub(crate) struct Clock {
    last: u32,
    now_ms: u64,
}

impl Clock {
    pub(crate) fn start(timer: &mut SYST) -> Self {
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(CLOCK_HZ / 1_000 - 1);
        timer.clear_current();
        timer.enable_counter();
        timer.enable_interrupt();
        Self { last: TICKS.load(Ordering::Relaxed), now_ms: 0 }
    }

    pub(crate) fn now_ms(&mut self) -> u64 {
        let ticks = TICKS.load(Ordering::Relaxed);
        self.now_ms += u64::from(ticks.wrapping_sub(self.last));
        self.last = ticks;
        self.now_ms
    }
}
