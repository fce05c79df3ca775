//! The messages that pycrate built.

use oxirush_nas::nas_5gs::Nas5gsMessage;
use oxirush_nas::nas_eps::NasEpsMessage;
use oxirush_s1ap::s1ap::S1AP_PDU;
use pumice_wire::nas::{self, NasFaultKind};
use pumice_wire::s1ap::{self, Answer, FaultKind};

use crate::recording::{digits, load_list};

/// What this codec gives back in place of a vector, and why.
const NAS_DIFFERENCES: [(&str, &str, &str); 5] = [
    (
        "AttachRequestIMSI",
        "07417108091010103254769802e0e000180201d031d127118080210a0100000a810600000000000d00",
        "voice domain preference is left out",
    ),
    (
        "AttachRequestGUTI",
        "0741120bf600f110000201030003e605f070c0401800180201d031d127118080210a0100000a810600000000000d\
         005200f11000075c0a003103e5e034f2",
        "mobile station classmark 3 and voice domain preference are left out",
    ),
    (
        "ActDefaultBearer",
        "5201c101090908696e7465726e657405010a0000015e04fefe40405832270d80000d04080808080010020578",
        "9.9.4.2: the base of a rate with an extended octet is 8640 kbit/s",
    ),
    (
        "AttachAccept",
        "07420249060000f1100007002c5201c101090908696e7465726e657405010a0000015e04866840405832270d8000\
         0d04080808080010020578500bf600f110000201030003e6531217214a0302f8396401015e0106",
        "location area, MS identity, T3423 and emergency numbers are left out; T3402 follows the cause",
    ),
    ("EMMInformation", "0761", "its name says UCS2 and has three octets, so it counts as absent"),
];

#[test]
fn every_s1ap_vector_comes_back() {
    for (name, octets) in load_list("s1ap.tsv") {
        let pdu = S1AP_PDU::decode(&octets).unwrap();
        assert_eq!(pdu.check().unwrap(), [], "{name}");
        assert_eq!(digits(&pdu.encode().unwrap()), digits(&octets), "{name}");
        if name == "PathSwitchRequest" {
            let fault = s1ap::decode(&octets).unwrap_err();
            assert_eq!((fault.kind, fault.answer), (FaultKind::Unsupported, Answer::ErrorIndication));
            assert_eq!((fault.mme_ue_s1ap_id, fault.enb_ue_s1ap_id), (None, Some(9)));
            continue;
        }
        let decoded = s1ap::decode(&octets).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        assert_eq!(digits(&s1ap::encode(&decoded.message).unwrap()), digits(&octets), "{name}");
    }
}

#[test]
fn every_eps_nas_vector_comes_back() {
    for (name, octets) in load_list("nas-eps.tsv") {
        let generic = NasEpsMessage::decode(&octets).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(digits(&generic.encode().unwrap()), digits(&octets), "{name}");
        if name == "ESMDediReq" {
            let fault = nas::decode(&octets).unwrap_err();
            assert_eq!((fault.kind, fault.esm), (NasFaultKind::UnknownMessageType, Some((6, 0))));
            continue;
        }
        let message = nas::decode(&octets).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        let difference = NAS_DIFFERENCES.iter().find(|(of, ..)| *of == name);
        let expected = difference.map_or_else(|| digits(&octets), |(_, expected, _)| (*expected).to_owned());
        assert_eq!(digits(&nas::encode(&message)), expected, "{name}");
    }
}

#[test]
fn every_5gs_nas_vector_comes_back_but_the_one_that_is_wrong() {
    let mut refused = Vec::new();
    for (name, octets) in load_list("nas-5gs.tsv") {
        match Nas5gsMessage::decode(&octets) {
            Ok(message) => assert_eq!(digits(&message.encode().unwrap()), digits(&octets), "{name}"),
            Err(_) => refused.push(name),
        }
    }
    // Its 5G-S-TMSI is too short.
    assert_eq!(refused, ["5GServiceRequest"]);
}
