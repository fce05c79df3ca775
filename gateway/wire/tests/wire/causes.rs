//! The numbers of the causes are those of the ASN.1.

use oxirush_s1ap::ie;
use oxirush_s1ap::s1ap::S1AP_PDU;
use pumice_wire::s1ap::{Cause, CauseGroup, ErrorIndication, Message, decode, encode};

const GROUPS: [(CauseGroup, &str, u8); 5] = [
    (CauseGroup::RadioNetwork, "radioNetwork", 45),
    (CauseGroup::Transport, "transport", 2),
    (CauseGroup::Nas, "nas", 7),
    (CauseGroup::Protocol, "protocol", 7),
    (CauseGroup::Misc, "misc", 6),
];

#[test]
fn a_name_is_that_of_its_number() {
    let mut named = 0;
    for (group, asn1, count) in GROUPS {
        for value in 0..count {
            let cause = Cause { group, value };
            let octets = encode(&error_indication(cause)).unwrap();
            let pdu = S1AP_PDU::decode(&octets).unwrap();
            let wire = format!("{:?}", pdu.ie::<ie::Cause>().unwrap().unwrap());
            if let Some(name) = cause.name() {
                assert_eq!(wire, format!("{asn1}({})", name.replace('-', "_")));
                named += 1;
            }
            assert!(wire.starts_with(asn1), "{wire}");
            assert_eq!(decode(&octets).unwrap().message, error_indication(cause));
        }
    }
    assert_eq!(named, 26);
}

#[test]
fn a_number_that_its_group_lacks_is_said_as_unspecified() {
    for (group, asn1, count) in GROUPS {
        let octets = encode(&error_indication(Cause { group, value: count })).unwrap();
        let pdu = S1AP_PDU::decode(&octets).unwrap();
        assert_eq!(format!("{:?}", pdu.ie::<ie::Cause>().unwrap().unwrap()), format!("{asn1}(unspecified)"));
    }
}

fn error_indication(cause: Cause) -> Message<'static> {
    Message::ErrorIndication(ErrorIndication { cause: Some(cause), ..ErrorIndication::default() })
}
