//! Every S1AP message and every readable NAS message of the LTE recordings decodes, and encodes to the same octets.

use std::collections::BTreeMap;

use oxirush_nas::nas_eps::NasEpsMessage;
use oxirush_s1ap::s1ap::S1AP_PDU;
use pumice_wire::nas::{self, EmmMessage, Outer, Plain};
use pumice_wire::s1ap::{self, Message};

use crate::recording::{self, Recorded, S1AP, digits};

/// The recordings, and whether the NAS in them can be read without the key.
const RECORDINGS: [(&str, bool); 3] = [
    ("srsran-s1-eea0-eia2.pcap", true),
    ("srsran-s1-eea2-eia1.pcap", false),
    ("srsran-s1-eea3-eia3.pcap", false),
];

/// What of NAS does not come back as it was: the recording, the frame, the octets that are left out, and why.
const DIFFERENCES: [(&str, usize, &str, &str); 2] = [
    (
        "srsran-s1-eea0-eia2.pcap",
        32,
        "1300f11000062305f49f85937b",
        "attach accept: location area and TMSI for CS services, which are not given here",
    ),
    (
        "srsran-s1-eea3-eia3.pcap",
        29,
        "91e0",
        "attach request: TMSI status and old GUTI type, which are not used",
    ),
];

#[test]
fn every_recorded_s1ap_message_comes_back() {
    let mut counts = BTreeMap::new();
    for (name, message) in s1ap_messages() {
        let decoded = s1ap::decode(&message.octets)
            .unwrap_or_else(|fault| panic!("{name} {}: {fault:?}", message.frame));
        assert_eq!(decoded.notify, None, "{name} {}", message.frame);
        let again = s1ap::encode(&decoded.message).unwrap();
        assert_eq!(
            digits(&again),
            digits(&message.octets),
            "{name} {}: {}",
            message.frame,
            decoded.message.name()
        );
        let from_cell = message.to.1 == 36412;
        assert!(if from_cell { decoded.message.is_from_cell() } else { decoded.message.is_from_mme() });
        let is_of_a_phone = !matches!(
            decoded.message,
            Message::S1SetupRequest(_) | Message::S1SetupResponse(_) | Message::Paging(_)
        );
        assert_eq!(message.stream != 0, is_of_a_phone, "{name} {}", message.frame);
        *counts.entry(decoded.message.name()).or_insert(0) += 1;
    }
    let counted: Vec<_> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    insta::assert_snapshot!(counted.join("\n"));
}

/// The second codec finds nothing to complain of in what the first one took and gave back.
#[test]
fn recorded_s1ap_has_no_deviation() {
    for (name, message) in s1ap_messages() {
        let pdu = S1AP_PDU::decode(&message.octets).unwrap();
        assert_eq!(pdu.check().unwrap(), [], "{name} {}", message.frame);
    }
}

#[test]
fn every_readable_recorded_nas_message_comes_back() {
    let mut counts = BTreeMap::new();
    for (name, frame, octets) in plain_nas_messages() {
        let message = nas::decode(&octets).unwrap_or_else(|fault| panic!("{name} {frame}: {fault:?}"));
        let mut again = nas::encode(&message);
        if let Some((_, _, left_out, _)) =
            DIFFERENCES.iter().find(|(file, number, ..)| (*file, *number) == (name, frame))
            && matches!(message, Plain::Emm(_))
        {
            again.extend_from_slice(&recording::hex(left_out));
        }
        assert_eq!(digits(&again), digits(&octets), "{name} {frame}: {}", message.name());
        *counts.entry(message.name()).or_insert(0) += 1;
    }
    let counted: Vec<_> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    insta::assert_snapshot!(counted.join("\n"));
}

/// What this codec leaves out or does not look into, the generic one gives back.
#[test]
fn every_recorded_nas_pdu_comes_back_through_the_second_codec() {
    let mut count = 0;
    for (name, message) in s1ap_messages() {
        for octets in nas_pdus(&message) {
            let decoded = NasEpsMessage::decode(&octets)
                .unwrap_or_else(|error| panic!("{name} {}: {error}", message.frame));
            assert_eq!(digits(&decoded.encode().unwrap()), digits(&octets), "{name} {}", message.frame);
            count += 1;
        }
    }
    for (name, frame, octets) in plain_nas_messages() {
        let decoded =
            NasEpsMessage::decode(&octets).unwrap_or_else(|error| panic!("{name} {frame}: {error}"));
        assert_eq!(digits(&decoded.encode().unwrap()), digits(&octets), "{name} {frame}");
        count += 1;
    }
    assert!(count > 50, "{count}");
}

pub(crate) fn s1ap_messages() -> Vec<(&'static str, Recorded)> {
    let load = |(name, _): (&'static str, bool)| {
        recording::load(name).into_iter().map(move |message| (name, message))
    };
    let messages: Vec<_> = RECORDINGS.into_iter().flat_map(load).collect();
    assert!(messages.iter().all(|(_, message)| message.ppid == S1AP));
    messages
}

/// The plain messages that can be read without a key, those inside others included: recording, frame, octets.
pub(crate) fn plain_nas_messages() -> Vec<(&'static str, usize, Vec<u8>)> {
    let mut found = Vec::new();
    for (name, message) in s1ap_messages() {
        let readable = RECORDINGS.iter().any(|(file, readable)| *file == name && *readable);
        for octets in nas_pdus(&message) {
            let plain = match nas::open(&octets).unwrap() {
                Outer::Plain(plain) => plain.to_vec(),
                Outer::Protected { header, covered, .. } if readable || !header.is_ciphered() => {
                    covered[1..].to_vec()
                }
                Outer::Protected { .. } | Outer::ServiceRequest { .. } => continue,
            };
            if let Some(esm) = esm_container(&plain) {
                found.push((name, message.frame, esm));
            }
            found.push((name, message.frame, plain));
        }
    }
    found
}

fn esm_container(plain: &[u8]) -> Option<Vec<u8>> {
    match nas::decode(plain) {
        Ok(Plain::Emm(EmmMessage::AttachAccept(message))) => Some(message.esm.to_vec()),
        Ok(Plain::Emm(EmmMessage::AttachComplete(message))) => Some(message.esm.to_vec()),
        Ok(Plain::Emm(EmmMessage::AttachRequest(message))) => Some(message.esm.to_vec()),
        _ => None,
    }
}

fn nas_pdus(message: &Recorded) -> Vec<Vec<u8>> {
    match s1ap::decode(&message.octets).unwrap().message {
        Message::DownlinkNasTransport(message) => vec![message.nas.to_vec()],
        Message::InitialContextSetupRequest(message) => {
            message.erabs.iter().filter_map(|erab| erab.nas.as_deref()).map(<[u8]>::to_vec).collect()
        }
        Message::InitialUeMessage(message) => vec![message.nas.to_vec()],
        Message::UplinkNasTransport(message) => vec![message.nas.to_vec()],
        _ => Vec::new(),
    }
}
