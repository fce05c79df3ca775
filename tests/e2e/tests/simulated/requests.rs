//! What registered phones ask for and this network does not give: they are told so, and go on (TS 24.301 6.4.1, 6.5, 7).

use pumice_model::identity::Ebi;
use pumice_ransim::phone::{Command, Protection};
use pumice_wire::nas::{EmmCause, EsmBody, EsmCause, EsmMessage, Plain, SecurityHeader, encode};

use crate::support::Village;

const CIPHERED: Protection = Protection::Current(SecurityHeader::IntegrityProtectedAndCiphered);

/// The answer to a command of a registered phone.
fn answer(command: Command) -> (Vec<String>, pumice_ransim::phone::LastCauses) {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let mark = sim.trace().mark();
    sim.order(phone, command);
    sim.settle();
    let found = (sim.ladder_since(phone, mark), sim.phone_of(phone).causes());
    assert!(sim.view(phone).is_some_and(|view| view.connected && view.bearers.len() == 1));
    sim.assert_served(phone);
    village.finish();
    found
}

fn esm(ebi: u8, pti: u8, body: EsmBody) -> Command {
    let plain = encode(&Plain::Esm(EsmMessage { ebi, pti, body }));
    Command::SendNas { plain, protection: CIPHERED }
}

#[test]
fn another_pdn_connection() {
    let (ladder, causes) = answer(Command::ConnectPdn { apn: "office".parse().expect("an APN") });
    assert_eq!(ladder, ["> PDN connectivity request", "< PDN connectivity reject"]);
    assert_eq!(causes.esm, Some(EsmCause::SERVICE_OPTION_NOT_SUPPORTED));
}

#[test]
fn the_end_of_the_only_pdn_connection() {
    let (ladder, causes) = answer(Command::DisconnectPdn { ebi: Ebi::FIRST });
    assert_eq!(ladder, ["> PDN disconnect request", "< PDN disconnect reject"]);
    assert_eq!(causes.esm, Some(EsmCause::LAST_PDN_DISCONNECTION_NOT_ALLOWED));
}

#[test]
fn the_end_of_a_pdn_connection_that_there_is_not() {
    let linked = Ebi::new(9).expect("an identity");
    let (ladder, causes) = answer(esm(0, 44, EsmBody::PdnDisconnectRequest { linked }));
    assert_eq!(ladder, ["> PDN disconnect request", "< PDN disconnect reject"]);
    assert_eq!(causes.esm, Some(EsmCause::PDN_CONNECTION_DOES_NOT_EXIST));
}

#[test]
fn another_bearer() {
    let (ladder, _) = answer(esm(0, 44, EsmBody::BearerResourceAllocationRequest));
    assert_eq!(ladder, ["> Bearer resource allocation request", "< Bearer resource allocation reject"]);
}

#[test]
fn a_change_of_the_bearer() {
    let (ladder, _) = answer(esm(0, 44, EsmBody::BearerResourceModificationRequest));
    assert_eq!(ladder, ["> Bearer resource modification request", "< Bearer resource modification reject"]);
}

#[test]
fn a_transaction_that_there_is_not() {
    for pti in [0, 255] {
        let linked = Ebi::FIRST;
        let (ladder, _) = answer(esm(0, pti, EsmBody::PdnDisconnectRequest { linked }));
        assert_eq!(ladder, ["> PDN disconnect request", "< PDN disconnect reject"]);
    }
}

#[test]
fn answers_to_questions_that_nobody_asked() {
    // 47 is "PTI mismatch" (7.3.1).
    let answers = [
        (3, EsmBody::EsmInformationResponse { apn: None, pco: None }, EsmCause(47)),
        (0, EsmBody::EsmInformationResponse { apn: None, pco: None }, EsmCause::INVALID_PTI),
        (0, EsmBody::ActivateDefaultBearerAccept { pco: None }, EsmCause::INVALID_EPS_BEARER_IDENTITY),
        (0, EsmBody::DeactivateBearerAccept, EsmCause::INVALID_EPS_BEARER_IDENTITY),
    ];
    for (pti, body, cause) in answers {
        let name = body.name();
        let (ladder, causes) = answer(esm(5, pti, body));
        assert_eq!(ladder, [format!("> {name}"), "< ESM status".to_owned()]);
        assert_eq!(causes.status, Some(cause.0));
    }
}

#[test]
fn what_only_a_network_says() {
    let (ladder, causes) = answer(esm(5, 3, EsmBody::EsmInformationRequest));
    assert_eq!(ladder, ["> ESM information request", "< ESM status"]);
    assert_eq!(causes.status, Some(EsmCause::MESSAGE_TYPE_NON_EXISTENT.0));
}

#[test]
fn a_short_message() {
    let (ladder, causes) = answer(Command::SendContainer(vec![9, 1, 0]));
    assert_eq!(ladder, ["> Uplink NAS transport", "< EMM status"]);
    assert_eq!(causes.status, Some(EmmCause::MESSAGE_NOT_COMPATIBLE.0));
}

#[test]
fn a_status_is_not_answered() {
    let (ladder, _) = answer(esm(0, 0, EsmBody::EsmStatus { cause: EsmCause::PROTOCOL_ERROR }));
    assert_eq!(ladder, ["> ESM status"]);
}
