//! Our eNB and phone in the place of the recorded ones: the MME's messages go in, and what comes out must be what srsENB
//! said, octet by octet.

use std::sync::Arc;

use pumice_model::identity::{CellIdentity, Ecgi, EnbId, GlobalEnbId, Tac};
use pumice_model::time::Instant;
use pumice_ransim::enb::{EnbCommand, EnbConfig, PhoneId};
use pumice_ransim::phone::{Command, PhoneConfig};
use pumice_ransim::ran::{EnbIndex, Ran, RanInput, RanOutput};
use pumice_wire::nas::{self, Outer};
use pumice_wire::s1ap::{self, Message};

use crate::capture::messages;

struct Replay {
    ran: Ran,
    enb: EnbIndex,
    phone: PhoneId,
    said: std::collections::VecDeque<Vec<u8>>,
}

pub(crate) fn replay(file: &str) {
    let recorded = messages(file);
    let mut replay = Replay::new(&recorded);
    replay.input(RanInput::AssociationUp { enb: replay.enb, streams: 1 });
    let mut compared = 0;
    for (from_cell, octets) in &recorded {
        if !from_cell {
            let input = RanInput::S1ap { enb: replay.enb, stream: 0, octets: octets.clone() };
            replay.input(input);
            continue;
        }
        let message = s1ap::decode(octets).unwrap().message;
        if replay.said.is_empty() {
            replay.prompt(&message);
        }
        let Some(ours) = replay.said.pop_front() else {
            panic!("{file}: nothing is said instead of {}", message.name())
        };
        let foreign = is_foreign(&message);
        assert!(
            foreign || ours == *octets,
            "{file}: {}\n ours {ours:02x?}\n not  {octets:02x?}",
            message.name()
        );
        compared += usize::from(!foreign);
    }
    assert!(replay.said.is_empty());
    assert!(compared >= 14, "{file}: {compared} messages are octet by octet the same");
}

impl Replay {
    fn new(recorded: &[(bool, Vec<u8>)]) -> Self {
        let plmn = "00101".parse().unwrap();
        let mut cell = EnbConfig::numbered(plmn, Tac(7), 1);
        cell.id = GlobalEnbId { plmn, id: EnbId::Macro(0x19b) };
        cell.name = Some("srsenb01".to_owned());
        cell.ecgi = Ecgi { plmn, cell: CellIdentity(0x0001_9b01) };
        cell.first_teid = 1;
        let mut phone = PhoneConfig::srsran().unwrap();
        let capability =
            recorded.iter().find_map(|(_, octets)| match s1ap::decode(octets).unwrap().message {
                Message::UeCapabilityInfoIndication(indication) => Some(indication.radio_capability.to_vec()),
                _ => None,
            });
        phone.radio_capability = Arc::from(capability.unwrap());
        let mut ran = Ran::new(1);
        let enb = ran.add_enb(cell);
        let phone = ran.add_phone(phone, Some(enb));
        Self { ran, enb, phone, said: std::collections::VecDeque::new() }
    }

    fn input(&mut self, input: RanInput) {
        let mut out = Vec::new();
        self.ran.handle(Instant::ZERO, input, &mut out);
        self.said.extend(out.into_iter().filter_map(|output| match output {
            RanOutput::S1ap { octets, .. } => Some(octets),
            RanOutput::Datagram { .. } => None,
        }));
    }

    /// Makes happen what made the cell or the phone speak, which is not on S1.
    fn prompt(&mut self, message: &Message<'_>) {
        let phone = self.phone;
        let user =
            |command| RanInput::Phone { phone, input: pumice_ransim::phone::PhoneInput::Command(command) };
        let input = match message {
            Message::InitialUeMessage(message) => match nas::open(message.nas).unwrap() {
                Outer::ServiceRequest { .. } => user(Command::ServiceRequest),
                _ => RanInput::Phone { phone, input: pumice_ransim::phone::PhoneInput::PowerOn },
            },
            Message::UeContextReleaseRequest(request) => {
                RanInput::Enb { enb: self.enb, command: EnbCommand::Release { phone, cause: request.cause } }
            }
            Message::UplinkNasTransport(_) => user(Command::SwitchOff),
            other => panic!("nothing prompts {}", other.name()),
        };
        self.input(input);
    }
}

/// The attach request of the third recording is protected with a context from before it.
fn is_foreign(message: &Message<'_>) -> bool {
    match message {
        Message::InitialUeMessage(message) => {
            matches!(nas::open(message.nas), Ok(Outer::Protected { .. }))
        }
        _ => false,
    }
}
