//! Attach (TS 24.301 5.5.1).

mod again;
mod bearer;

use pumice_e2e::Sim;
use pumice_model::identity::{Gummei, Guti, MTmsi, MmeCode, MmeGroupId};
use pumice_model::time::WallClock;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use pumice_wire::nas::{AttachType, EmmCause, EmmMessage, EpsResult};
use pumice_wire::s1ap::Message;

use crate::support::{FULL_ATTACH, KNOWN_ATTACH, RELEASED, Village};

#[test]
fn with_imsi() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    assert_eq!(sim.ladder(phone), FULL_ATTACH);
    let view = sim.view(phone).expect("it is registered");
    assert_eq!(view.guti, sim.phone_of(phone).guti());
    assert_eq!(Some(view.bearers[0].address), sim.address(phone).map(Into::into));
    assert_eq!(view.imeisv, Some(sim.phone_of(phone).config().imeisv));
    assert_eq!((view.ciphering, view.integrity), ("EEA2", "EIA2"));
    assert!(view.connected);
    sim.assert_served(phone);
    let usage = sim.view(phone).expect("it is registered").bearers[0].usage;
    assert_eq!((usage.uplink_packets, usage.downlink_packets), (1, 1));
    village.finish();
}

#[test]
fn with_a_known_guti_needs_no_authentication() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let (guti, address) = (sim.phone_of(phone).guti(), sim.address(phone));
    sim.order(phone, Command::Detach);
    sim.settle();
    assert!(sim.view(phone).is_none());
    let mark = sim.trace().mark();
    // The phone hears of the release of its old connection, and attaches.
    sim.order(phone, Command::Attach);
    sim.settle();
    assert_eq!(sim.ladder_since(phone, mark), KNOWN_ATTACH);
    assert_ne!(sim.phone_of(phone).guti(), guti, "it has another GUTI");
    assert_eq!(sim.address(phone), address, "it has its old address");
    let told = sim.messages(phone, mark).find_map(|entry| match entry.s1ap()? {
        Message::InitialContextSetupRequest(request) => Some(request.radio_capability.is_some()),
        _ => None,
    });
    assert_eq!(told, Some(false), "it may have another radio now");
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn with_an_unknown_guti_is_asked_for_its_imsi() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    let gummei = Gummei { plmn: sim.settings().config.plmn, group: MmeGroupId(0x8002), code: MmeCode(9) };
    sim.phone_mut(phone).set_guti(Some(Guti { gummei, m_tmsi: MTmsi(0x1234_5678) }));
    sim.attach(phone);
    let ladder = sim.ladder(phone);
    assert_eq!(ladder[..3], ["> Attach request", "< Identity request", "> Identity response"]);
    assert_eq!(ladder[3..], FULL_ATTACH[1..]);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn combined_is_accepted_for_eps_with_the_cause_that_keeps_phones_camped() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone_with(1, *cell, |config| config.attach_type = AttachType::Combined);
    sim.attach(phone);
    with_accept(sim, phone, |accept| {
        assert_eq!(accept.result, EpsResult::Eps);
        assert_eq!(accept.emm_cause, Some(EmmCause::CS_DOMAIN_NOT_AVAILABLE));
    });
    assert_eq!(sim.phone_of(phone).causes().partial, Some(EmmCause::CS_DOMAIN_NOT_AVAILABLE));
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn an_ordinary_one_has_no_cause() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    with_accept(sim, phone, |accept| {
        assert_eq!(accept.emm_cause, None);
        assert_eq!(accept.tais.len(), 1);
        let features = accept.feature_support.expect("what the network has is said");
        assert!(!features.ims_voice_over_ps && !features.emergency_bearer_services);
    });
    village.finish();
}

#[test]
fn voice_over_ims_is_told_to_whom_it_is_given() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let card = sim.sim_card(1);
    sim.subscribe(&card, |subscriber| subscriber.ims_voice = true);
    let phone = sim.add_stranger(card, *cell, |_| {});
    sim.attach(phone);
    assert!(sim.phone_of(phone).features().ims_voice_over_ps);
    village.finish();
}

#[test]
fn the_network_says_its_name_and_no_time_that_it_does_not_know() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let information = sim.phone_of(phone).information().cloned().expect("the network introduced itself");
    assert_eq!(information.full_name.as_deref(), Some("Village"));
    assert_eq!(information.short_name.as_deref(), Some("Vil"));
    assert_eq!(information.time, None);
    village.finish();
}

#[test]
fn the_time_is_told_while_it_is_trusted() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    sim.set_clock(Some(WallClock { unix_seconds: 1_800_000_000, zone_quarters: 12 }));
    let set = sim.now();
    sim.run_for(crate::support::seconds(100));
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let time = sim.phone_of(phone).information().and_then(|information| information.time).expect("a time");
    let passed = sim.now().since(set).as_secs();
    assert_eq!(time.zone_quarters, 12);
    assert!((1_800_000_000 + passed - 1..=1_800_000_000 + passed).contains(&time.unix_seconds));
    sim.set_clock(None);
    let other = sim.add_phone(2, *cell);
    sim.attach(other);
    assert_eq!(sim.phone_of(other).information().and_then(|information| information.time), None);
    village.finish();
}

#[test]
fn the_radio_capability_is_kept_and_given_back() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let capability: Vec<u8> = (0..12_000_u32).map(|n| n as u8).collect();
    let phone = sim.add_phone_with(1, *cell, |config| config.radio_capability = capability.into());
    sim.attach(phone);
    sim.make_idle(phone);
    let mark = sim.trace().mark();
    sim.assert_served(phone);
    let told = sim.messages(phone, mark).find_map(|entry| match entry.s1ap()? {
        Message::InitialContextSetupRequest(request) => {
            Some(request.radio_capability.map(std::borrow::Cow::into_owned))
        }
        _ => None,
    });
    assert_eq!(told.flatten().as_deref(), Some(&*sim.phone_of(phone).config().radio_capability));
    village.finish();
}

/// What the accept of this phone's last attach says.
fn with_accept(sim: &Sim, phone: PhoneId, check: impl Fn(&pumice_wire::nas::AttachAccept<'_>)) {
    let mut accepts = 0;
    for entry in sim.messages(phone, 0) {
        if let Some(EmmMessage::AttachAccept(accept)) = entry.emm() {
            check(&accept);
            accepts += 1;
        }
    }
    assert!(accepts > 0, "no accept:\n{}", sim.trace().tail(20));
}

/// A request that was altered on its way is found out: the phone sends it again under protection.
mod on_the_way {
    use super::*;
    use pumice_model::identity::Apn;
    use pumice_ransim::ran::{LinkAction, LinkDirection, LinkRule, Traffic};
    use pumice_wire::nas::Plain;

    /// Takes EEA2 and EIA2 out of the request: bit 5 of each octet after the IMSI's.
    fn bid_down(octets: &mut [u8]) {
        let at =
            octets.windows(4).position(|window| window == [0xf0, 0x70, 0xc0, 0x40]).expect("capabilities");
        octets[at] &= !0x20;
        octets[at + 1] &= !0x20;
    }

    #[test]
    fn bidding_down_is_refused_by_the_phone() {
        let mut village = Village::new();
        let Village { sim, cell, .. } = &mut village;
        let phone = sim.add_phone(1, *cell);
        let traffic = Traffic::S1ap("InitialUEMessage");
        sim.ran_mut().add_link_rule(LinkRule::once(
            LinkDirection::ToNetwork,
            traffic,
            LinkAction::Rewrite(|octets| bid_down(octets)),
        ));
        sim.switch_on(phone);
        sim.settle();
        let ladder = sim.ladder(phone);
        assert_eq!(ladder[3..5], ["< Security mode command", "> Security mode reject"]);
        assert_eq!(ladder[5..], RELEASED);
        assert_eq!(sim.phone_of(phone).causes().emm, Some(EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH));
        // Nobody alters the second try.
        sim.run_until("it attaches", crate::support::minutes(1), |sim| sim.is_attached(phone));
        sim.settle();
        sim.assert_served(phone);
        village.finish();
    }

    /// Asks for another APN.
    fn other_apn(octets: &mut [u8]) {
        let at = octets.windows(8).position(|window| window == b"internet").expect("an APN");
        octets[at..at + 8].copy_from_slice(b"elsewher");
    }

    #[test]
    fn what_the_phone_sends_again_counts() {
        let mut village = Village::new();
        let Village { sim, cell, .. } = &mut village;
        let apn = Apn::parse("internet").expect("an APN");
        let phone = sim.add_phone_with(1, *cell, |config| config.apn = Some(apn.clone()));
        let traffic = Traffic::S1ap("InitialUEMessage");
        sim.ran_mut().add_link_rule(LinkRule::once(
            LinkDirection::ToNetwork,
            traffic,
            LinkAction::Rewrite(|octets| other_apn(octets)),
        ));
        sim.attach(phone);
        assert_eq!(sim.ladder(phone), FULL_ATTACH);
        let replayed = sim.messages(phone, 0).any(|entry| {
            matches!(entry.plain(), Some(Plain::Emm(EmmMessage::SecurityModeComplete(complete))) if complete.replayed_request.is_some())
        });
        assert!(replayed, "the phone has noticed");
        assert_eq!(sim.phone_of(phone).bearers()[0].apn, apn);
        sim.assert_served(phone);
        village.finish();
    }

    #[test]
    fn a_request_that_arrived_whole_is_not_sent_again() {
        let mut village = Village::new();
        let Village { sim, cell, .. } = &mut village;
        let phone = sim.add_phone(1, *cell);
        sim.attach(phone);
        let checked = sim.messages(phone, 0).any(|entry| {
            matches!(entry.emm(), Some(EmmMessage::SecurityModeCommand(command)) if command.hash_mme.is_some())
        });
        let replayed = sim.messages(phone, 0).any(|entry| {
            matches!(entry.emm(), Some(EmmMessage::SecurityModeComplete(complete)) if complete.replayed_request.is_some())
        });
        assert!(checked && !replayed);
        village.finish();
    }
}
