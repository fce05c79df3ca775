//! Every recorded message cut at every octet, with every bit flipped, and with every octet set to what breaks decoders. A
//! panic would be a fault of ours; what still decodes is a whole message, and what does not can be answered.

use proptest::prelude::*;
use pumice_wire::nas::{self, EsmBody, Ipcp, Pco, Plain};
use pumice_wire::s1ap::{self, Answer, ErrorIndication, Fault, Message, S1SetupFailure};

use crate::recorded;
use crate::recording::{digits, load_list};

#[test]
fn broken_s1ap_is_a_message_or_can_be_answered() {
    let recorded = recorded::s1ap_messages().into_iter().map(|(_, message)| message.octets);
    let mut messages: Vec<_> =
        recorded.chain(load_list("s1ap.tsv").into_iter().map(|(_, octets)| octets)).collect();
    messages.sort();
    messages.dedup();
    for octets in &messages {
        broken(octets, &[0x00, 0x7f, 0x80, 0xff], judge_s1ap);
    }
}

#[test]
fn broken_nas_is_a_message_or_can_be_answered() {
    let recorded = recorded::plain_nas_messages().into_iter().map(|(_, _, octets)| octets);
    let mut messages: Vec<_> =
        recorded.chain(load_list("nas-eps.tsv").into_iter().map(|(_, octets)| octets)).collect();
    messages.sort();
    messages.dedup();
    let all: Vec<u8> = (0..=u8::MAX).collect();
    for octets in &messages {
        broken(octets, &all, judge_nas);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn any_octets_are_judged(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        judge_s1ap(&octets);
        judge_nas(&octets);
    }

    /// Octets behind the beginning of each NAS message.
    #[test]
    fn any_octets_behind_a_nas_header_are_judged(
        is_emm: bool, message_type: u8, octets in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let mut message = if is_emm { vec![0x07, message_type] } else { vec![0x52, 0x01, message_type] };
        message.extend_from_slice(&octets);
        judge_nas(&message);
    }

    /// A Reset, an S1 Setup Request and the like with any content of any IE.
    #[test]
    fn any_octets_in_an_ie_are_judged(
        kind in 0_u8..3, procedure in 0_u8..24, id in 0_u8..140, octets in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let length = u8::try_from(octets.len()).unwrap();
        let mut message = vec![kind << 5, procedure, 0, length + 7, 0, 0, 1, 0, id, 0, length];
        message.extend_from_slice(&octets);
        judge_s1ap(&message);
    }
}

fn broken(octets: &[u8], values: &[u8], judge: fn(&[u8])) {
    for end in 0..octets.len() {
        judge(&octets[..end]);
    }
    let mut changed = octets.to_vec();
    for at in 0..octets.len() {
        let flipped = (0..8).map(|bit| octets[at] ^ 1 << bit);
        for value in flipped.chain(values.iter().copied()) {
            changed[at] = value;
            judge(&changed);
        }
        changed[at] = octets[at];
    }
}

fn judge_s1ap(octets: &[u8]) {
    match s1ap::decode(octets) {
        Ok(decoded) => {
            is_stable(octets, &decoded.message);
            if let Some(notify) = decoded.notify {
                let message = ErrorIndication { diagnostics: Some(notify), ..ErrorIndication::default() };
                s1ap::encode(&Message::ErrorIndication(message)).unwrap();
            }
        }
        Err(fault) => is_answered(octets, fault),
    }
}

/// What was read can be written, and is then the same message. Two messages may lack a list that must not be empty.
fn is_stable(octets: &[u8], message: &Message<'_>) {
    let written = match (s1ap::encode(message), message) {
        (Ok(written), _) => written,
        (Err(_), Message::Paging(message)) if message.tais.is_empty() => return,
        (Err(error), _) => panic!("{}: {error}", digits(octets)),
    };
    let again = s1ap::decode(&written).unwrap_or_else(|fault| panic!("{}: {fault:?}", digits(octets)));
    assert_eq!(digits(&s1ap::encode(&again.message).unwrap()), digits(&written), "{}", digits(octets));
}

/// The answer that the standard wants can be written, with the ids that were found.
fn is_answered(octets: &[u8], fault: Fault) {
    let cause = fault.kind.cause();
    let answer = match fault.answer {
        Answer::Nothing => return,
        Answer::ErrorIndication => Message::ErrorIndication(ErrorIndication {
            mme_ue: fault.mme_ue_s1ap_id,
            enb_ue: fault.enb_ue_s1ap_id,
            cause: Some(cause),
            diagnostics: fault.diagnostics,
        }),
        Answer::S1SetupFailure => Message::S1SetupFailure(S1SetupFailure {
            cause,
            time_to_wait: None,
            diagnostics: fault.diagnostics,
        }),
    };
    let written = s1ap::encode(&answer).unwrap_or_else(|error| panic!("{}: {error}", digits(octets)));
    assert_eq!(s1ap::decode(&written).unwrap().message, answer, "{}", digits(octets));
}

fn judge_nas(octets: &[u8]) {
    let _ = nas::open(octets);
    let Ok(message) = nas::decode(octets) else { return };
    if let Plain::Esm(message) = &message {
        judge_pco(&message.body);
    }
    let written = nas::encode(&message);
    let again = nas::decode(&written)
        .unwrap_or_else(|fault| panic!("{} {}: {fault:?}", digits(octets), digits(&written)));
    assert_eq!(digits(&nas::encode(&again)), digits(&written), "{}", digits(octets));
}

fn judge_pco(body: &EsmBody) {
    let pco: Option<&Pco> = match body {
        EsmBody::ActivateDefaultBearerRequest(request) => request.pco.as_ref(),
        EsmBody::EsmInformationResponse { pco, .. } => pco.as_ref(),
        EsmBody::PdnConnectivityRequest(request) => request.pco.as_ref(),
        _ => None,
    };
    for unit in pco.iter().flat_map(|pco| &pco.units) {
        if let Some(ipcp) = Ipcp::decode(&unit.contents) {
            assert_eq!(Ipcp::decode(&ipcp.encode()), Some(ipcp));
        }
    }
}
