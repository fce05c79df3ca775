//! An eNB: the cell's side of S1AP (TS 36.413) and of GTP-U (TS 29.281), with one radio connection per phone. Sans-IO:
//! [`Enb::handle`] takes what happens and appends what the eNB does.

mod config;
mod contexts;
mod input;
mod setup;
mod signalling;
mod ue_context;
mod user_plane;

use std::collections::VecDeque;

use pumice_model::identity::EnbUeS1apId;
use pumice_model::time::Instant;
use pumice_wire::s1ap::{self, Cause, ErrorIndication, Fault, Message};

pub use config::{CapabilityInfo, EnbConfig};
pub use input::{EnbCommand, EnbInput, EnbOutput, PhoneId};
pub use setup::S1State;
pub use user_plane::UserPlaneCounters;

use contexts::Contexts;

use crate::crypto::Direction;

/// An eNB.
#[derive(Debug)]
pub struct Enb {
    config: EnbConfig,
    now: Instant,
    s1: S1State,
    streams: u16,
    setup_timer: Option<Instant>,
    contexts: Contexts,
    user_plane: UserPlaneCounters,
    capability_checks: CapabilityChecks,
    scripted: bool,
    inbox: VecDeque<Vec<u8>>,
    faults: VecDeque<Fault>,
    errors: VecDeque<ErrorIndication>,
    log: VecDeque<EnbEvent>,
}

/// An S1AP message that passed an eNB, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnbEvent {
    /// When.
    pub at: Instant,
    /// Uplink is to the MME.
    pub direction: Direction,
    /// What, by its name in the codec.
    pub name: &'static str,
    /// On which stream.
    pub stream: u16,
}

/// How the radio capabilities in Initial Context Setup Requests compare with what the phones have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CapabilityChecks {
    /// The request had none.
    pub absent: u32,
    /// It was another.
    pub different: u32,
    /// It was the phone's.
    pub same: u32,
}

/// Events, faults and messages that an eNB keeps; the oldest go first.
const KEPT: usize = 256;

impl Enb {
    /// An eNB without an association.
    pub fn new(config: EnbConfig) -> Self {
        Self {
            contexts: Contexts::new(config.first_teid),
            config,
            now: Instant::ZERO,
            s1: S1State::Down,
            streams: 1,
            setup_timer: None,
            user_plane: UserPlaneCounters::default(),
            capability_checks: CapabilityChecks::default(),
            scripted: false,
            inbox: VecDeque::new(),
            faults: VecDeque::new(),
            errors: VecDeque::new(),
            log: VecDeque::new(),
        }
    }

    /// Takes what happens at `now`, and appends what the eNB does. Timers that have ended by then come first.
    pub fn handle(&mut self, now: Instant, input: EnbInput, out: &mut Vec<EnbOutput>) {
        self.now = self.now.max(now);
        self.end_timers(out);
        match input {
            EnbInput::AssociationUp { streams } => self.association_up(streams, out),
            EnbInput::AssociationDown => self.association_down(out),
            EnbInput::S1ap { stream, octets } => self.receive(stream, &octets, out),
            EnbInput::Datagram { from, octets } => self.datagram(from, &octets, out),
            EnbInput::Phone { phone, output } => self.phone(phone, output, out),
            EnbInput::Command(command) => self.command(command, out),
            EnbInput::Tick => {}
        }
    }

    /// When [`handle`](Self::handle) wants to be called again at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        let inactivity =
            self.config.inactivity.and_then(|span| self.contexts.oldest_activity().map(|at| at + span));
        [self.setup_timer, inactivity].into_iter().flatten().min()
    }

    /// What it is.
    pub const fn config(&self) -> &EnbConfig {
        &self.config
    }

    /// The same, for what a test changes on the way.
    pub const fn config_mut(&mut self) -> &mut EnbConfig {
        &mut self.config
    }

    /// How far S1 Setup has come.
    pub const fn s1_state(&self) -> &S1State {
        &self.s1
    }

    /// Connections that stand.
    pub fn connections(&self) -> usize {
        self.contexts.len()
    }

    /// Whose connection this is.
    pub fn phone_of(&self, connection: EnbUeS1apId) -> Option<PhoneId> {
        self.contexts.get(connection)?.phone
    }

    /// What its user plane has counted.
    pub const fn user_plane(&self) -> UserPlaneCounters {
        self.user_plane
    }

    /// Whether the MME gives radio capabilities back.
    pub const fn capability_checks(&self) -> CapabilityChecks {
        self.capability_checks
    }

    /// The last messages, both ways.
    pub const fn log(&self) -> &VecDeque<EnbEvent> {
        &self.log
    }

    /// The last messages of the MME that could not be handled.
    pub const fn faults(&self) -> &VecDeque<Fault> {
        &self.faults
    }

    /// The last Error Indications of the MME.
    pub const fn errors(&self) -> &VecDeque<ErrorIndication> {
        &self.errors
    }

    /// A scripted eNB answers nothing; what it receives is in its [`inbox`](Self::inbox).
    pub const fn set_scripted(&mut self, scripted: bool) {
        self.scripted = scripted;
    }

    /// What a scripted eNB has received: the last 256 messages.
    pub const fn inbox(&mut self) -> &mut VecDeque<Vec<u8>> {
        &mut self.inbox
    }

    fn receive(&mut self, stream: u16, octets: &[u8], out: &mut Vec<EnbOutput>) {
        if self.scripted {
            keep(&mut self.inbox, octets.to_vec());
        }
        match s1ap::decode(octets) {
            Ok(decoded) => {
                let name = decoded.message.name();
                keep(&mut self.log, EnbEvent { at: self.now, direction: Direction::Downlink, name, stream });
                if !self.scripted {
                    self.dispatch(decoded.message, out);
                }
            }
            Err(fault) if self.scripted => keep(&mut self.faults, fault),
            Err(fault) => self.answer_fault(fault, out),
        }
    }

    fn answer_fault(&mut self, fault: Fault, out: &mut Vec<EnbOutput>) {
        if fault.answer == s1ap::Answer::ErrorIndication {
            let indication = ErrorIndication {
                mme_ue: fault.mme_ue_s1ap_id,
                enb_ue: fault.enb_ue_s1ap_id,
                cause: Some(fault.kind.cause()),
                diagnostics: fault.diagnostics.clone(),
            };
            self.send(0, &Message::ErrorIndication(indication), out);
        }
        keep(&mut self.faults, fault);
    }

    fn dispatch(&mut self, message: Message<'_>, out: &mut Vec<EnbOutput>) {
        match message {
            Message::DownlinkNasTransport(transport) => self.downlink_nas(&transport, out),
            Message::ErrorIndication(indication) => self.error_indicated(indication, out),
            Message::InitialContextSetupRequest(request) => self.set_up_context(&request, out),
            Message::Paging(paging) => self.page(&paging, out),
            Message::Reset(reset) => self.reset_by_mme(reset, out),
            Message::ResetAcknowledge(_) => {}
            Message::S1SetupFailure(failure) => self.setup_failed(failure),
            Message::S1SetupResponse(response) => self.setup_done(response),
            Message::UeContextReleaseCommand(command) => self.release_context(&command, out),
            // What only a cell may say.
            Message::InitialContextSetupFailure(_)
            | Message::InitialContextSetupResponse(_)
            | Message::InitialUeMessage(_)
            | Message::NasNonDeliveryIndication(_)
            | Message::S1SetupRequest(_)
            | Message::UeCapabilityInfoIndication(_)
            | Message::UeContextReleaseComplete(_)
            | Message::UeContextReleaseRequest(_)
            | Message::UplinkNasTransport(_) => {
                let cause = Some(Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE);
                self.send(
                    0,
                    &Message::ErrorIndication(ErrorIndication { cause, ..ErrorIndication::default() }),
                    out,
                );
            }
        }
    }

    fn send(&mut self, stream: u16, message: &Message<'_>, out: &mut Vec<EnbOutput>) {
        // The eNB makes no message that the codec refuses; if it did, the log would miss it.
        let Ok(octets) = s1ap::encode(message) else { return };
        if self.s1 == S1State::Down {
            return;
        }
        keep(
            &mut self.log,
            EnbEvent { at: self.now, direction: Direction::Uplink, name: message.name(), stream },
        );
        out.push(EnbOutput::S1ap { stream, octets });
    }

    fn end_timers(&mut self, out: &mut Vec<EnbOutput>) {
        if self.setup_timer.is_some_and(|end| end <= self.now) {
            self.setup_timer = None;
            self.request_setup(out);
        }
        self.release_inactive(out);
    }

    fn command(&mut self, command: EnbCommand, out: &mut Vec<EnbOutput>) {
        match command {
            EnbCommand::S1Setup => self.request_setup(out),
            EnbCommand::Release { phone, cause } => self.request_release(phone, cause, out),
            EnbCommand::LoseRadio { phone } => self.lose_radio(phone, out),
            EnbCommand::Reset { phones } => self.reset_from_cell(phones.as_deref(), out),
            EnbCommand::Restart => {
                self.drop_all(out);
                self.contexts = Contexts::new(self.config.first_teid);
            }
            EnbCommand::SendS1ap { stream, octets } => out.push(EnbOutput::S1ap { stream, octets }),
            EnbCommand::SendDatagram { to, octets } => out.push(EnbOutput::Datagram { to, octets }),
        }
    }
}

fn keep<T>(queue: &mut VecDeque<T>, entry: T) {
    if queue.len() >= KEPT {
        queue.pop_front();
    }
    queue.push_back(entry);
}
