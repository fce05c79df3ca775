//! Processor time.

use core::time::Duration;

use nix::time::{ClockId, clock_gettime};

use crate::BenchError;

/// The processor time of this thread: what others do at the same time does not count.
pub(crate) fn thread_time() -> Result<Duration, BenchError> {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).map_err(BenchError::ThreadClock)
}

/// The processor time of this process, all threads together.
pub(crate) fn process_time() -> Result<Duration, BenchError> {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map(Duration::from).map_err(BenchError::ThreadClock)
}
