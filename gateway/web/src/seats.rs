//! Who may be connected. There are so many seats; when all are taken, the client that keeps us waiting longest loses its
//! seat to a new one, so that slow clients cannot lock others out.

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

/// The seats that are taken.
#[derive(Debug)]
pub(crate) struct Seats {
    taken: Mutex<Vec<Arc<Seat>>>,
    limit: usize,
    patience: Duration,
}

impl Seats {
    pub(crate) fn new(limit: usize, patience: Duration) -> Arc<Self> {
        Arc::new(Self { taken: Mutex::new(Vec::with_capacity(limit)), limit, patience })
    }

    /// A seat for a new client; nothing if all others are being served or have not waited long.
    pub(crate) fn take(self: &Arc<Self>) -> Option<Taken> {
        let mut taken = self.taken();
        if taken.len() >= self.limit {
            let slowest = taken
                .iter()
                .enumerate()
                .filter_map(|(at, seat)| Some((seat.waiting_for()?, at)))
                .filter(|(waiting, _)| *waiting >= self.patience)
                .max()?;
            taken.swap_remove(slowest.1).lost.notify_one();
        }
        let seat = Arc::new(Seat { waiting_since: Mutex::new(Some(Instant::now())), lost: Notify::new() });
        taken.push(Arc::clone(&seat));
        drop(taken);
        Some(Taken { seat, seats: Arc::clone(self) })
    }

    fn taken(&self) -> MutexGuard<'_, Vec<Arc<Seat>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A seat of one connection.
#[derive(Debug)]
pub(crate) struct Seat {
    waiting_since: Mutex<Option<Instant>>,
    lost: Notify,
}

impl Seat {
    /// The client is to send or to take something now.
    pub(crate) fn waits_for_client(&self) {
        self.set(Some(Instant::now()));
    }

    /// The gateway is to answer now: the client keeps its seat.
    pub(crate) fn works(&self) {
        self.set(None);
    }

    /// Ready when the seat is lost to another client.
    pub(crate) async fn lost(&self) {
        self.lost.notified().await;
    }

    fn set(&self, since: Option<Instant>) {
        *self.waiting_since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    fn waiting_for(&self) -> Option<Duration> {
        let since = *self.waiting_since.lock().unwrap_or_else(PoisonError::into_inner);
        since.map(|since| since.elapsed())
    }
}

/// A seat that is given back when dropped.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) seat: Arc<Seat>,
    seats: Arc<Seats>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.seats.taken().retain(|seat| !Arc::ptr_eq(seat, &self.seat));
    }
}
