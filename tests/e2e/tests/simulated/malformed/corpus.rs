//! The uplink messages of the recordings, with the plain NAS inside, ready to be said again by another phone on another connection.

use pumice_ransim::security::{NasSecurity, Side};
use pumice_wire::nas::{self, EmmMessage, Outer, Plain};
use pumice_wire::s1ap::{self, Message, UplinkNasTransport};

use crate::driver::Handset;
use crate::recording::{self, S1AP};
use crate::state_table::{Protection, Situation};

/// An uplink message.
#[derive(Clone)]
pub(super) struct Uplink {
    pub(super) name: String,
    /// As it was recorded.
    pub(super) octets: Vec<u8>,
    pub(super) nas: Nas,
}

/// The NAS in it.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Nas {
    None,
    Plain(Vec<u8>),
    ServiceRequest,
}

/// The recordings with the algorithms that their phone was made to use.
pub(super) const RECORDINGS: [(&str, u8, u8); 3] = [
    ("srsran-s1-eea0-eia2.pcap", 0, 2),
    ("srsran-s1-eea2-eia1.pcap", 2, 1),
    ("srsran-s1-eea3-eia3.pcap", 3, 3),
];

/// The uplink of a recording: of what differs in nothing but identities and counts, the first.
pub(super) fn recorded(name: &str, eea: u8, eia: u8) -> Vec<Uplink> {
    let mut network: Option<NasSecurity> = None;
    let mut uplink: Vec<Uplink> = Vec::new();
    for recorded in recording::load(name).into_iter().filter(|message| message.ppid == S1AP) {
        let message = s1ap::decode(&recorded.octets).expect("a recorded message decodes").message;
        if recorded.to.1 != 36412 {
            note_challenge(&message, &mut network, eea, eia);
            continue;
        }
        let nas = nas_of(&message).map_or(Nas::None, |octets| opened(octets, &mut network));
        let inner = match &nas {
            Nas::None => String::new(),
            Nas::ServiceRequest => " (Service request)".to_owned(),
            Nas::Plain(plain) => format!(" ({})", nas::decode(plain).expect("it decodes").name()),
        };
        let name = format!("{}{inner}", message.name());
        if !uplink.iter().any(|other| other.name == name && other.nas == nas) {
            uplink.push(Uplink { name, octets: recorded.octets.clone(), nas });
        }
    }
    uplink
}

fn note_challenge(message: &Message<'_>, network: &mut Option<NasSecurity>, eea: u8, eia: u8) {
    let Message::DownlinkNasTransport(message) = message else { return };
    let Ok(Outer::Plain(plain)) = nas::open(message.nas) else { return };
    if let Ok(Plain::Emm(EmmMessage::AuthenticationRequest(request))) = nas::decode(plain) {
        let mut phone = Handset::new(0);
        phone.take_challenge(&request);
        let challenged = phone.challenged.expect("it was challenged");
        *network = Some(NasSecurity::new(Side::Network, challenged.ksi, challenged.k_asme, eea, eia));
    }
}

fn nas_of<'a>(message: &Message<'a>) -> Option<&'a [u8]> {
    match message {
        Message::InitialUeMessage(message) => Some(message.nas),
        Message::UplinkNasTransport(message) => Some(message.nas),
        _ => None,
    }
}

fn opened(octets: &[u8], network: &mut Option<NasSecurity>) -> Nas {
    let outer = nas::open(octets).expect("recorded NAS has an envelope");
    match (&outer, network) {
        (Outer::ServiceRequest { .. }, Some(network)) => {
            network.unprotect(&outer).expect("a recorded service request's code is right");
            Nas::ServiceRequest
        }
        (Outer::Plain(plain), _) => Nas::Plain(plain.to_vec()),
        (Outer::Protected { .. }, Some(network)) => {
            Nas::Plain(network.unprotect(&outer).expect("a recorded message's code is right"))
        }
        // The attach request of a phone whose context its network does not have.
        (Outer::Protected { covered, .. }, None) => Nas::Plain(covered[1..].to_vec()),
        (Outer::ServiceRequest { .. }, None) => panic!("a context came before"),
    }
}

impl Uplink {
    /// The message as this phone says it now: on its connection, protected by its context.
    pub(super) fn said_by(&self, situation: Situation, phone: &mut Handset) -> Vec<u8> {
        let nas = match &self.nas {
            Nas::None => Vec::new(),
            Nas::ServiceRequest => match &mut phone.security {
                Some(security) => security.service_request(),
                None => vec![0xc7, 0x00, 0x00, 0x00],
            },
            Nas::Plain(plain) if phone.security.is_none() => plain.clone(),
            Nas::Plain(plain) => Protection::Right.envelop(situation, phone, plain),
        };
        self.addressed(phone, &nas)
    }

    fn addressed(&self, phone: &Handset, nas: &[u8]) -> Vec<u8> {
        let (mme_ue, enb_ue) = (phone.mme_ue, phone.enb_ue);
        let message = s1ap::decode(&self.octets).expect("it decodes").message;
        let message = match message {
            Message::InitialUeMessage(m) => {
                Message::InitialUeMessage(s1ap::InitialUeMessage { enb_ue, nas, ..m })
            }
            Message::UplinkNasTransport(m) => {
                Message::UplinkNasTransport(UplinkNasTransport { mme_ue, enb_ue, nas, ..m })
            }
            Message::InitialContextSetupResponse(m) => {
                Message::InitialContextSetupResponse(s1ap::InitialContextSetupResponse {
                    mme_ue,
                    enb_ue,
                    ..m
                })
            }
            Message::UeCapabilityInfoIndication(m) => {
                Message::UeCapabilityInfoIndication(s1ap::UeCapabilityInfoIndication { mme_ue, enb_ue, ..m })
            }
            Message::UeContextReleaseRequest(m) => {
                Message::UeContextReleaseRequest(s1ap::UeContextReleaseRequest { mme_ue, enb_ue, ..m })
            }
            Message::UeContextReleaseComplete(_) => {
                Message::UeContextReleaseComplete(s1ap::UeContextReleaseComplete { mme_ue, enb_ue })
            }
            Message::S1SetupRequest(m) => Message::S1SetupRequest(m),
            other => panic!("{} was not recorded", other.name()),
        };
        s1ap::encode(&message).expect("a recorded message is legal")
    }
}
