//! The radio network behind a real association: as many phones at a time are under way as wanted.

use core::net::SocketAddr;
use core::time::Duration;
use std::time::Instant as SystemInstant;

use pumice_model::time::Instant;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::ran::{RanInput, RanOutput};
use pumice_sctp::{AssociationId, Config, Endpoint, Event, S1AP_PPID};
use tokio::time::{sleep_until, timeout};

use crate::BenchError;
use crate::procedure::Procedure;
use crate::record::Counts;
use crate::village::Village;

/// How long all phones together may take for a procedure.
const PATIENCE: Duration = Duration::from_secs(120);

/// The cell and its phones.
#[derive(Debug)]
pub(crate) struct Radio {
    endpoint: Endpoint,
    association: AssociationId,
    village: Village,
    started: SystemInstant,
    /// As the gateway sees them: received is what the cell has sent.
    counts: Counts,
}

/// What a procedure of some phones came to.
#[derive(Debug)]
pub(crate) struct Performed {
    pub(crate) wall: Duration,
    pub(crate) latencies: Vec<Duration>,
    pub(crate) counts: Counts,
}

impl Radio {
    /// Connects and sets S1 up.
    pub(crate) async fn connect(from: SocketAddr, to: SocketAddr) -> Result<Self, BenchError> {
        let mut config = Config::new(from);
        config.listen = false;
        let mut endpoint = Endpoint::bind(config)?;
        let association = endpoint.connect(to)?;
        let started = SystemInstant::now();
        let village = Village::new()?;
        let mut radio = Self { endpoint, association, village, started, counts: Counts::default() };
        let setting_up = async {
            while !radio.is_set_up() {
                radio.turn().await?;
            }
            Ok(())
        };
        match timeout(PATIENCE, setting_up).await {
            Ok(outcome) => outcome.map(|()| radio),
            Err(_) => Err(BenchError::SctpLost(pumice_sctp::LostReason::Unreachable)),
        }
    }

    pub(crate) fn phones(&self) -> &[PhoneId] {
        &self.village.phones
    }

    fn is_set_up(&self) -> bool {
        self.village.ran.enb(self.village.enb).is_some_and(|enb| enb.s1_state().is_ready())
    }

    /// Lets these phones do it, at most `together` at a time.
    pub(crate) async fn perform(
        &mut self,
        procedure: Procedure,
        phones: &[PhoneId],
        together: usize,
    ) -> Result<Performed, BenchError> {
        let (begun, before) = (SystemInstant::now(), self.counts);
        let mut latencies = Vec::new();
        let performing = self.perform_all(procedure, phones, together, &mut latencies);
        match timeout(PATIENCE, performing).await {
            Ok(outcome) => outcome?,
            Err(_) => {
                let done = latencies.len();
                return Err(BenchError::PhonesLeft { procedure, done, wanted: phones.len() });
            }
        }
        Ok(Performed { wall: begun.elapsed(), latencies, counts: self.counts.since(before) })
    }

    async fn perform_all(
        &mut self,
        procedure: Procedure,
        phones: &[PhoneId],
        together: usize,
        latencies: &mut Vec<Duration>,
    ) -> Result<(), BenchError> {
        let mut waiting = phones.iter();
        let mut under_way: Vec<(PhoneId, SystemInstant)> = Vec::new();
        loop {
            while under_way.len() < together
                && let Some(phone) = waiting.next()
            {
                under_way.push((*phone, SystemInstant::now()));
                let (now, mut out) = (self.now(), Vec::new());
                let Village { ran, enb, .. } = &mut self.village;
                procedure.begin(now, ran, (*enb, *phone), &mut out);
                self.send(out)?;
            }
            if under_way.is_empty() {
                return Ok(());
            }
            self.turn().await?;
            under_way.retain(|(phone, since)| {
                let is_done = procedure.is_done(&self.village.ran, *phone);
                if is_done {
                    latencies.push(since.elapsed());
                }
                !is_done
            });
        }
    }

    fn now(&self) -> Instant {
        Instant::after_start(self.started.elapsed())
    }

    /// Waits for one thing to happen.
    async fn turn(&mut self) -> Result<(), BenchError> {
        let enb = self.village.enb;
        let due = self.village.ran.next_deadline().map(|at| self.started + at.since_start());
        let due = due.unwrap_or_else(|| SystemInstant::now() + PATIENCE);
        let input = tokio::select! {
            event = self.endpoint.next() => match event {
                Event::Up { outbound_streams, .. } => RanInput::AssociationUp { enb, streams: outbound_streams },
                Event::Message { stream, payload, .. } => {
                    self.counts.sent += 1;
                    RanInput::S1ap { enb, stream, octets: payload }
                }
                Event::Lost { reason, .. } => return Err(BenchError::SctpLost(reason)),
                _ => RanInput::Tick,
            },
            () = sleep_until(due.into()) => RanInput::Tick,
        };
        let (now, mut out) = (self.now(), Vec::new());
        self.village.ran.handle(now, input, &mut out);
        self.send(out)
    }

    fn send(&mut self, out: Vec<RanOutput>) -> Result<(), BenchError> {
        for output in out {
            if let RanOutput::S1ap { stream, octets, .. } = output {
                self.counts.received += 1;
                self.endpoint.send(self.association, stream, S1AP_PPID, octets)?;
            }
        }
        Ok(())
    }
}
