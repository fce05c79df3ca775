//! Every NGAP and 5GS NAS message of the recordings decodes, and encodes to the same octets. The gateway has no 5G yet: this
//! judges the codecs that it will use.

use oxirush_nas::nas_5gs::Nas5gsMessage;
use oxirush_ngap::aper::protocol::Ie;
use oxirush_ngap::ie;
use oxirush_ngap::ngap::{NGAP_PDU, ProtocolIEContainer};

use crate::recording::{self, NGAP, Recorded, digits};

const RECORDINGS: [&str; 2] = ["ueransim-n2-registration.pcap", "open5gs-ueransim-n2n3n4.pcap"];

#[test]
fn every_recorded_ngap_message_comes_back() {
    let mut count = 0;
    for (name, message) in messages() {
        let pdu = NGAP_PDU::decode(&message.octets)
            .unwrap_or_else(|error| panic!("{name} {}: {error}", message.frame));
        // Each IE decodes as its type, and is written in the one form that X.691 has for it.
        assert_eq!(pdu.check().unwrap(), [], "{name} {}", message.frame);
        let mut again = pdu.clone();
        again.set_protocol_ies(ProtocolIEContainer(pdu.protocol_ies().unwrap().into_owned().0)).unwrap();
        assert_eq!(digits(&again.encode().unwrap()), digits(&message.octets), "{name} {}", message.frame);
        count += 1;
    }
    assert!(count > 30, "{count}");
}

#[test]
fn every_recorded_5gs_nas_message_comes_back() {
    let (mut outer, mut inner) = (0, 0);
    for (name, message) in messages() {
        for octets in nas_pdus(&message.octets) {
            let decoded = Nas5gsMessage::decode(&octets)
                .unwrap_or_else(|error| panic!("{name} {}: {error}", message.frame));
            assert_eq!(digits(&decoded.encode().unwrap()), digits(&octets), "{name} {}", message.frame);
            outer += 1;
            // Header types 1 and 3 are not ciphered; the rest of Open5GS's are, with a key that is not here.
            let is_readable = name == RECORDINGS[0] || matches!(octets[1], 1 | 3);
            if octets[1] != 0 && is_readable {
                let plain = &octets[7..];
                let decoded = Nas5gsMessage::decode(plain)
                    .unwrap_or_else(|error| panic!("{name} {}: {error}", message.frame));
                assert_eq!(digits(&decoded.encode().unwrap()), digits(plain), "{name} {}", message.frame);
                inner += 1;
            }
        }
    }
    assert!(outer > 25 && inner > 5, "{outer} {inner}");
}

fn messages() -> Vec<(&'static str, Recorded)> {
    let load = |name| recording::load(name).into_iter().map(move |message| (name, message));
    let messages: Vec<_> =
        RECORDINGS.into_iter().flat_map(load).filter(|(_, message)| message.ppid == NGAP).collect();
    assert!(!messages.is_empty());
    messages
}

fn nas_pdus(octets: &[u8]) -> Vec<Vec<u8>> {
    let pdu = NGAP_PDU::decode(octets).unwrap();
    let mut found: Vec<_> = pdu.ies::<ie::NAS_PDU>().map(|nas| nas.unwrap().0.to_vec()).collect();
    if pdu.procedure_code() == 29 && pdu.direction() == "InitiatingMessage" {
        let list = pdu.ie::<ie::PDUSessionResourceSetupListSUReq>().unwrap().unwrap();
        found
            .extend(list.0.into_iter().filter_map(|item| item.pdu_session_nas_pdu).map(|nas| nas.0.to_vec()));
    }
    assert_eq!(ie::NAS_PDU::ID, 38);
    found
}
