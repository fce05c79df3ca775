//! The thread that drives the protocol machine: packets, commands and time in, packets and events out.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use dcsctp::api::{Message, PpId, StreamId};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, sleep_until};

use crate::Config;
use crate::counters::CounterCells;

use super::link::{Link, OpenLink};
use super::stack::Stack;
use super::{Command, Delivery};

/// Packets and commands taken in one go, before what they cause is sent.
const BATCH: usize = 64;
/// Octets of events on their way to the owner; at least two messages of the longest kind.
const EVENT_BUDGET: usize = 1 << 20;

pub(super) struct Thread {
    pub(super) link: Link,
    pub(super) commands: UnboundedReceiver<Command>,
    pub(super) deliveries: UnboundedSender<Delivery>,
    pub(super) config: Config,
    pub(super) key: [u8; 64],
    pub(super) counters: Arc<CounterCells>,
}

impl Thread {
    pub(super) fn spawn(self) -> io::Result<JoinHandle<()>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        std::thread::Builder::new().name("pumice-sctp".to_owned()).spawn(move || {
            if let Err(error) = runtime.block_on(self.run()) {
                tracing::error!(%error, "the SCTP thread has ended");
            }
        })
    }

    async fn run(mut self) -> io::Result<()> {
        let mut link = self.link.open()?;
        let budget = EVENT_BUDGET.max(2 * self.config.max_message);
        let budget = Arc::new(Semaphore::new(budget));
        let entropy = Box::new(|| getrandom::u64().ok());
        let counters = Arc::clone(&self.counters);
        let mut stack = Stack::new(self.config, self.key, entropy, counters);
        let start = Instant::now();
        loop {
            flush(&mut stack, &mut link, &self.counters);
            while let Some(cost) = stack.next_event_cost() {
                let cost = u32::try_from(cost).unwrap_or(u32::MAX);
                let Ok(share) = Arc::clone(&budget).try_acquire_many_owned(cost) else { break };
                let Some(event) = stack.poll_event() else { break };
                if self.deliveries.send(Delivery { event, _budget: share }).is_err() {
                    break;
                }
            }
            // Taking a message may have opened a window.
            flush(&mut stack, &mut link, &self.counters);
            let owed = stack.next_event_cost().map(|cost| u32::try_from(cost).unwrap_or(u32::MAX));
            let deadline = stack.next_deadline().map(|deadline| start + deadline);
            tokio::select! {
                command = self.commands.recv() => {
                    let Some(command) = command else { break };
                    let now = start.elapsed();
                    obey(&mut stack, now, command);
                    for _ in 0..BATCH {
                        let Ok(command) = self.commands.try_recv() else { break };
                        obey(&mut stack, now, command);
                    }
                }
                ready = link.readable() => {
                    ready?;
                    let now = start.elapsed();
                    link.receive(BATCH, |from, to, packet| stack.receive(now, from, to, packet));
                }
                () = sleep_until(deadline.unwrap_or(start)), if deadline.is_some() => {}
                _ = budget.acquire_many(owed.unwrap_or(1)), if owed.is_some() => {}
            }
            stack.advance(start.elapsed());
        }
        stack.abort_all(start.elapsed());
        flush(&mut stack, &mut link, &self.counters);
        Ok(())
    }
}

fn flush(stack: &mut Stack, link: &mut OpenLink, counters: &CounterCells) {
    while let Some(transmit) = stack.poll_transmit() {
        if let Err(error) = link.send(&transmit) {
            counters.transmit_failures.add_one();
            tracing::debug!(peer = %transmit.peer, %error, "packet not sent");
        }
    }
}

fn obey(stack: &mut Stack, now: Duration, command: Command) {
    match command {
        Command::Abort(association) => stack.abort(now, association),
        Command::Connect(association, path) => stack.connect(now, association, path),
        Command::Send { association, stream, ppid, payload, cost } => {
            let message = Message::new(StreamId(stream), PpId(ppid), payload);
            stack.send(now, association, message, cost);
        }
        Command::Shutdown(association) => stack.shutdown(now, association),
    }
}
