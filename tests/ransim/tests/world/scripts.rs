//! Step by step: the phone says what the test says, and nothing else.

use pumice_ransim::enb::EnbCommand;
use pumice_ransim::phone::{Command, Protection};
use pumice_ransim::ran::{EnbIndex, RanInput};
use pumice_ransim::security::{NasSecurity, Side};
use pumice_wire::nas::{
    self, EmmCause, EmmMessage, EmmStatus, IdentityResponse, MobileIdentity, Plain, SecurityHeader,
};

use crate::world::{World, config, sim};

fn say(world: &mut World, id: pumice_ransim::enb::PhoneId, message: EmmMessage<'_>, protection: Protection) {
    let plain = nas::encode(&Plain::Emm(message));
    world.command(id, Command::SendNas { plain, protection });
}

#[test]
fn a_scripted_phone_waits_for_the_script() {
    let mut world = World::new();
    world.mme.asks_identity = true;
    let id = world.add_phone(config(1));
    world.phone_mut(id).set_scripted(true);
    world.power_on(id);
    assert!(world.mme.heard.iter().all(|heard| *heard == "S1SetupRequest"));
    let esm = [0x02, 0x01, 0xd0, 0x11];
    let request = nas::AttachRequest {
        attach_type: nas::AttachType::Eps,
        ksi: nas::NasKsi::NONE,
        identity: nas::EpsMobileIdentity::Imsi(sim(1).imsi),
        capability: config(1).capability,
        esm: &esm,
        last_visited_tai: None,
        drx: None,
        ms_network_capability: None,
        additional_guti: None,
        additional_update_type: None,
        additional_security_capability: None,
    };
    say(&mut world, id, EmmMessage::AttachRequest(request), Protection::None);
    let asked = world.phone_mut(id).inbox().pop_front().unwrap().plain.unwrap();
    assert!(matches!(nas::decode(&asked), Ok(Plain::Emm(EmmMessage::IdentityRequest(_)))));
    let identity = MobileIdentity::Imsi(sim(1).imsi);
    say(&mut world, id, EmmMessage::IdentityResponse(IdentityResponse { identity }), Protection::None);
    let challenge = world.phone_mut(id).inbox().pop_front().unwrap().plain.unwrap();
    assert!(matches!(nas::decode(&challenge), Ok(Plain::Emm(EmmMessage::AuthenticationRequest(_)))));
    world.pass(std::time::Duration::from_secs(600));
    assert_eq!(world.mme.count("Attach request"), 1, "a scripted phone has no timers");
}

#[test]
fn a_script_can_protect_with_keys_of_its_own() {
    let mut world = World::new();
    let id = world.attached(1);
    let status = || EmmMessage::EmmStatus(EmmStatus { cause: EmmCause::PROTOCOL_ERROR });
    let ciphered = SecurityHeader::IntegrityProtectedAndCiphered;
    say(&mut world, id, status(), Protection::Current(ciphered));
    assert_eq!((world.mme.count("EMM status"), world.mme.mac_failures), (1, 0));
    say(&mut world, id, status(), Protection::WrongMac(ciphered));
    say(&mut world, id, status(), Protection::OldCount(ciphered));
    assert_eq!((world.mme.count("EMM status"), world.mme.mac_failures), (1, 2));
    let right = world.phone(id).security().cloned();
    *world.phone_mut(id).security_mut() = Some(NasSecurity::new(Side::Phone, 1, [9; 32], 2, 2));
    say(&mut world, id, status(), Protection::Current(ciphered));
    assert_eq!(world.mme.mac_failures, 3);
    *world.phone_mut(id).security_mut() = right;
    say(&mut world, id, status(), Protection::Current(ciphered));
    assert_eq!(world.mme.count("EMM status"), 2);
}

#[test]
fn an_enb_can_say_anything_and_listen() {
    let mut world = World::new();
    let enb = EnbIndex(0);
    world.ran.enb_mut(enb).unwrap().set_scripted(true);
    let octets = b"Hello!".to_vec();
    world.input(RanInput::Enb { enb, command: EnbCommand::SendS1ap { stream: 0, octets } });
    assert_eq!(world.mme.heard.last(), Some(&"undecodable"));
    world.input(RanInput::Enb { enb, command: EnbCommand::S1Setup });
    assert_eq!(world.ran.enb_mut(enb).unwrap().inbox().len(), 1);
}
