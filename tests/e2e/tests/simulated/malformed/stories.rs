//! What takes more than one message: rows 43, 52, 54 and 59 to 62 of the list of crashes.

use core::time::Duration;

use pumice_core::Input;
use pumice_model::rules::UserPlaneEvent;
use pumice_wire::nas::{
    self, EmmMessage, EpsMobileIdentity, ExtendedServiceRequest, IdentityResponse, MobileIdentity, Plain,
    TrackingAreaUpdateRequest,
};
use pumice_wire::s1ap::Message;

use super::aper::Pdu;
use crate::driver::{CELL, Driver, Handset, OTHER_CELL, connectivity_request, hear};
use crate::state_table::{Situation, s1ap_rows};

/// A registered, idle victim and a stranger at the same cell who claims to be it.
fn victim_and_stranger() -> (Driver, Handset, Handset) {
    let (mut driver, victim) = Situation::Idle.reach();
    let mut stranger = Handset::new(9);
    stranger.guti = victim.guti;
    driver.wait(Duration::from_secs(1));
    (driver, victim, stranger)
}

/// The victim is as it was: it comes back with its own keys, GUTI and address.
fn assert_unharmed(driver: &mut Driver, mut victim: Handset) {
    let before = driver.phone(victim.imsi()).expect("the victim is registered");
    let heard = victim.request_service(driver);
    assert_eq!(heard[0].words, "ContextSetupRequest", "{heard:?}");
    let after = driver.phone(victim.imsi()).expect("the victim is registered");
    assert_eq!(driver.state(victim.mme_ue), Some(("established", "registered")));
    assert_eq!((before.guti, before.bearers), (after.guti, after.bearers));
}

fn attach(phone: &Handset, identity: EpsMobileIdentity, capability: &[u8], driver: &mut Driver) -> Handset {
    let mut phone = phone.clone();
    phone.capability = capability.to_vec();
    let esm = connectivity_request(false);
    let request = EmmMessage::AttachRequest(phone.attach_request(identity, &esm));
    phone.shout(driver, &Plain::Emm(request));
    phone
}

/// Row 43: an attach with null algorithms only, under the victim's identity.
#[test]
fn null_algorithms_under_somebody_elses_identity() {
    for by_guti in [true, false] {
        let (mut driver, victim, stranger) = victim_and_stranger();
        let identity = if by_guti { victim.identity() } else { EpsMobileIdentity::Imsi(victim.imsi()) };
        let stranger = attach(&stranger, identity, &[0x80, 0x80], &mut driver);
        assert_eq!(driver.state(stranger.mme_ue), Some(("signalling", "await authentication")));
        // It has not the key: it guesses, says that it has none of it, or says nothing more.
        let mut guessing = stranger.clone();
        guessing.challenged = None;
        guessing.answer_challenge(&mut driver);
        assert_unharmed(&mut driver, victim);
        driver.wait(Duration::from_secs(120));
        assert_eq!(driver.state(stranger.mme_ue), None, "it does not stay for ever");
    }
}

/// Row 43: a victim with null algorithms in its own request and the right key is refused, and keeps what it had.
#[test]
fn null_algorithms_with_the_right_key_are_refused() {
    let (mut driver, victim, _) = victim_and_stranger();
    let mut odd = attach(&victim, EpsMobileIdentity::Imsi(victim.imsi()), &[0x80, 0x80], &mut driver);
    let heard = odd.answer_challenge(&mut driver);
    assert_eq!(heard[0].words, "Attach reject #23 (plain)");
    assert_unharmed(&mut driver, victim);
}

/// Row 43: a service request under the victim's S-TMSI, with any short code but the right one.
#[test]
fn bad_short_codes() {
    let (mut driver, victim, mut stranger) = victim_and_stranger();
    let mut lucky = victim.clone();
    let right = lucky.security.as_mut().expect("it is registered").service_request();
    for guess in (0..0x1_0000_u32).step_by(257) {
        let [.., high, low] = guess.to_be_bytes();
        let octets = [right[0], right[1], high, low];
        if octets != right[..] {
            let outcome = stranger.begin(&mut driver, &octets);
            let heard = hear(&mut stranger, &outcome);
            assert_eq!(heard[0].words, "Service reject #9 (plain)");
            assert!(!outcome.touches(victim.imsi()));
            stranger.release_complete(&mut driver);
        }
    }
    assert_unharmed(&mut driver, victim);
}

/// Row 52: messages on an association on which S1 Setup has not come, and on one that nobody knows.
#[test]
fn the_first_message_is_not_s1_setup() {
    let mut driver = Driver::new(2, 2, 1);
    let mut phone = Handset::new(1);
    let complete = phone.release_complete(&mut driver);
    assert_eq!(complete.sent, [], "there is nothing to say to an answer");
    let esm = connectivity_request(false);
    let request = EmmMessage::AttachRequest(phone.attach_request(phone.identity(), &esm));
    let heard = phone.shout(&mut driver, &Plain::Emm(request));
    assert_eq!(heard[0].words, "a1 ErrorIndication[message-not-compatible-with-receiver-state E]");
    assert_eq!(driver.gauge("connections"), 0);
    let nobody = pumice_core::AssociationId(99);
    let octets = nas::encode(&Plain::Emm(EmmMessage::DetachAccept));
    assert_eq!(driver.octets(nobody, 0, &octets).effects, 0);
    // It is not held against the cell.
    driver.set_up(CELL);
    driver.set_up(OTHER_CELL);
    phone.attach(&mut driver);
}

/// Row 54: identities beyond their range are answered without them, or as they are, and never end anything.
#[test]
fn identities_beyond_their_range() {
    let (mut driver, phone) = Situation::Registered.reach();
    let message = super::sweep::said(Situation::Registered, &phone, &[0x07, 0x60, 0x6f]);
    const MME_UE: u16 = 0;
    const ENB_UE: u16 = 8;
    for (id, value) in [
        // 2^40, 2^32 and 2^32 - 1, and 2^24, in as many octets as they take.
        (MME_UE, vec![0xc0, 0x01, 0, 0, 0, 0]),
        (MME_UE, vec![0xc0, 0x01, 0, 0, 0]),
        (MME_UE, vec![0xc0, 0xff, 0xff, 0xff, 0xff]),
        (ENB_UE, vec![0xc0, 0x01, 0, 0, 0]),
        (ENB_UE, vec![0x80, 0xff, 0xff, 0xff]),
    ] {
        let octets = Pdu::parse(&message).with(|ies| {
            ies.iter_mut().filter(|ie| ie.id == id).for_each(|ie| ie.value = value.clone());
        });
        let outcome = driver.octets(CELL, 1, &octets);
        let heard = hear(&mut phone.clone(), &outcome);
        assert_eq!(heard.len(), 1, "{value:02x?}: {heard:?}");
        assert!(heard[0].words.contains("ErrorIndication"), "{value:02x?}: {heard:?}");
        assert_eq!(outcome.aborted, []);
    }
    driver.set_up(CELL);
}

/// Row 59: what only an answer should be, said first, by a phone that is here and by one that is not.
#[test]
fn an_answer_comes_first() {
    for situation in [Situation::Unknown, Situation::Idle] {
        let (mut driver, mut phone) = situation.reach();
        let identity = MobileIdentity::Imsi(phone.imsi());
        let response = EmmMessage::IdentityResponse(IdentityResponse { identity });
        phone.shout(&mut driver, &Plain::Emm(response.clone()));
        assert_eq!(driver.state(phone.mme_ue), Some(("releasing", "quiet")));
        phone.release_complete(&mut driver);
        phone.call(&mut driver, &Plain::Emm(response));
        phone.release_complete(&mut driver);
        assert_eq!(driver.gauge("connections"), 0);
        phone.attach(&mut driver);
    }
}

/// Rows 60 and 62: the same phone attaches a second time, from another cell, at each step of the first. Once the first has proven who
/// it is, its late messages change nothing of the second; before, the one that proves it last is the phone. There is one phone, one
/// connection and one bearer in the end.
#[test]
fn a_second_attach_while_the_first_runs() {
    for step in 0..5 {
        let mut driver = Driver::with_cells(2, 2, 3);
        let mut first = Handset::new(1);
        let identity = EpsMobileIdentity::Imsi(first.imsi());
        first = attach(&first, identity, &[0xf0, 0x70], &mut driver);
        let steps: [fn(&mut Handset, &mut Driver); 4] = [
            |phone, driver| drop(phone.answer_challenge(driver)),
            |phone, driver| drop(phone.complete_security_mode(driver)),
            |phone, driver| drop(phone.stand(driver)),
            |phone, driver| drop(phone.attach_complete(driver)),
        ];
        for act in &steps[..step] {
            act(&mut first, &mut driver);
        }
        let mut second = Handset::new(1).on(OTHER_CELL);
        second.attach(&mut driver);
        for act in &steps[step..] {
            act(&mut first, &mut driver);
        }
        let (mut last, other) = if step < 2 { (first, second) } else { (second, first) };
        other.clone().release_complete(&mut driver);
        assert_eq!(driver.state(last.mme_ue), Some(("established", "registered")), "after step {step}");
        assert_eq!(driver.state(other.mme_ue), None, "after step {step}");
        assert_eq!(driver.gauge("connections"), 1, "after step {step}");
        assert_eq!(driver.gauge("bearers"), 1, "after step {step}");
        assert_eq!(driver.ledger.sessions.len(), 1, "after step {step}");
        let request = EmmMessage::TrackingAreaUpdateRequest(last.tau_request(true));
        let heard = last.tell(&mut driver, &Plain::Emm(request));
        assert_eq!(heard[0].words, "Tracking area update accept", "after step {step}");
    }
}

/// Row 61: a phone detaches at each step of its attach. Nothing is left of it but its keys, in memory and in what is stored.
#[test]
fn a_detach_at_each_step_of_an_attach() {
    for situation in [
        Situation::AwaitIdentity,
        Situation::AwaitAuthentication,
        Situation::AwaitSecurityMode,
        Situation::AwaitEsmInformation,
        Situation::AwaitAttachComplete,
        Situation::AwaitAttachCompleteEstablished,
    ] {
        let (mut driver, mut phone) = situation.reach();
        let request = Plain::Emm(EmmMessage::DetachRequestFromUe(phone.detach_request(true)));
        if situation.is_secured() {
            phone.tell(&mut driver, &request);
        } else {
            let outcome = phone.say(&mut driver, &nas::encode(&request));
            hear(&mut phone, &outcome);
        }
        assert_eq!(driver.state(phone.mme_ue), Some(("releasing", "quiet")), "{situation:?}");
        phone.release_complete(&mut driver);
        assert_eq!(driver.gauge("connections"), 0, "{situation:?}");
        // Who has not proven who it is cannot detach the phone that was here.
        let was_here = matches!(situation, Situation::AwaitAuthentication | Situation::AwaitSecurityMode);
        assert_eq!(driver.gauge("bearers"), u64::from(was_here), "{situation:?}");
        assert_eq!(driver.stored_bearers(), driver.gauge("bearers"), "{situation:?}");
        Handset::new(1).attach(&mut driver);
    }
}

/// Two SIMs in one device, proven one after the other on one connection. The first one is idle then, and is called when something
/// comes for it.
#[test]
fn another_sim_is_proven_on_the_same_connection() {
    let (mut driver, mut device) = Situation::Idle.reach();
    let first = device.imsi();
    let session = *driver.ledger.sessions.last().expect("it has a bearer");
    // New capabilities: the phone is authenticated anew, on a connection that its context secures.
    device.capability = vec![0xf0, 0x70, 0xc0, 0x40];
    let capability = Some(device.network_capability());
    let request = TrackingAreaUpdateRequest { capability, ..device.tau_request(true) };
    device.call(&mut driver, &Plain::Emm(EmmMessage::TrackingAreaUpdateRequest(request)));
    assert_eq!(driver.state(device.mme_ue), Some(("signalling", "await authentication")));
    device.sim = Handset::new(5).sim;
    let esm = connectivity_request(false);
    let request = device.attach_request(EpsMobileIdentity::Imsi(device.imsi()), &esm);
    device.tell(&mut driver, &Plain::Emm(EmmMessage::AttachRequest(request)));
    let response = EmmMessage::AuthenticationResponse(device.authentication_response());
    device.tell(&mut driver, &Plain::Emm(response));
    device.complete_security_mode(&mut driver);
    device.stand(&mut driver);
    device.attach_complete(&mut driver);
    assert_eq!(driver.state(device.mme_ue), Some(("established", "registered")));
    assert!(driver.phone(device.imsi()).expect("the other SIM is registered").connected);
    assert!(!driver.phone(first).expect("the first SIM is registered").connected);
    let outcome = driver.feed(Input::UserPlane(UserPlaneEvent::DownlinkData { session }));
    assert_eq!(outcome.counted.get("paging_sent_total"), Some(&2), "both cells call it");
}

/// A cell names the connection of a phone at another cell, in every message that has ids: it gets nowhere near it.
#[test]
fn a_cell_names_the_phone_of_another() {
    let mut driver = Driver::with_cells(2, 2, 1);
    let mut victim = Handset::new(1).on(OTHER_CELL);
    victim.attach(&mut driver);
    for row in s1ap_rows(&victim) {
        let before = driver.phone(victim.imsi());
        let outcome = driver.octets(CELL, 1, &row.octets);
        assert_eq!(driver.state(victim.mme_ue), Some(("established", "registered")), "{}", row.name);
        assert_eq!(driver.phone(victim.imsi()), before, "{}", row.name);
        assert!(!outcome.touches(victim.imsi()), "{}", row.name);
        driver.set_up(CELL);
    }
}

/// Procedures that have ended have no timers left that could end something else.
#[test]
fn nothing_is_left_of_procedures_that_have_ended() {
    let (mut driver, mut phone) = Situation::Registered.reach();
    driver.wait(Duration::from_secs(600));
    assert_eq!(driver.state(phone.mme_ue), Some(("established", "registered")));
    phone.go_idle(&mut driver);
    phone.request_service(&mut driver);
    driver.wait(Duration::from_secs(600));
    assert_eq!(driver.state(phone.mme_ue), Some(("established", "registered")));
    assert_eq!(driver.core.next_deadline(), None, "a connected phone waits for nothing");
    phone.go_idle(&mut driver);
    driver.wait(Duration::from_secs(600));
    for counter in ["release_timed_out_total", "context_setup_failed_total", "nas_retransmitted_total"] {
        assert_eq!(driver.gauge(counter), 0, "{counter}");
    }
}

/// A phone that is asked to authenticate asks for something that needs none: what was begun has no timer left.
#[test]
fn an_authentication_is_overtaken() {
    for by_update in [true, false] {
        let (mut driver, mut phone) = Situation::ReAuthentication.reach();
        let request = if by_update {
            EmmMessage::TrackingAreaUpdateRequest(phone.tau_request(true))
        } else {
            let (ksi, m_tmsi) = (phone.ksi(), None);
            EmmMessage::ExtendedServiceRequest(ExtendedServiceRequest { service_type: 8, ksi, m_tmsi })
        };
        phone.tell(&mut driver, &Plain::Emm(request));
        assert_eq!(driver.state(phone.mme_ue), Some(("established", "registered")));
        assert_eq!(driver.core.next_deadline(), None);
    }
}

/// A message after everything has ended.
#[test]
fn late_messages_of_a_lost_association() {
    let (mut driver, mut phone) = Situation::Registered.reach();
    driver.feed(Input::AssociationLost(CELL));
    let outcome = phone.stand(&mut driver);
    assert_eq!(outcome, []);
    let message = Message::InitialUeMessage(phone.initial(&[0x07, 0x60, 0x6f]));
    assert_eq!(driver.say(CELL, 1, &message).effects, 0);
    assert_eq!(driver.gauge("connections"), 0);
}
