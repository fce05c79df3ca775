//! One cell of the table: a message meets a state.

use std::collections::BTreeMap;

use pumice_model::query::PhoneView;
use pumice_wire::nas::{EmmCause, EmmMessage, Plain, SecurityHeader, encode};

use super::nas_rows::nas_rows;
use super::situation::{Protection, Situation};
use crate::driver::{CELL, Driver, Handset, Heard, Outcome, hear};

/// The most that one input may cause: a release with its bearer, an event, checkpoints, and a new attempt. A test that needs more
/// has found a loop.
pub(super) const MOST_EFFECTS: usize = 16;

/// Causes that a phone takes for the end of its SIM until it is switched off.
const NEVER: [EmmCause; 3] =
    [EmmCause::ILLEGAL_UE, EmmCause::ILLEGAL_ME, EmmCause::EPS_AND_NON_EPS_SERVICES_NOT_ALLOWED];

/// What came of it.
pub(super) struct Cell {
    outcome: Outcome,
    heard: Vec<Heard>,
    before: Option<(&'static str, &'static str)>,
    after: Option<(&'static str, &'static str)>,
    /// The phone as it is seen before and after.
    phone: (Option<PhoneView>, Option<PhoneView>),
    /// The bystander's connection before and after.
    bystander: [Option<(&'static str, &'static str)>; 2],
}

impl Cell {
    pub(super) fn of_s1ap(situation: Situation, octets: impl Fn(&Handset) -> Vec<u8>) -> Self {
        Self::make(situation, |driver, phone| {
            let octets = octets(phone);
            driver.octets(CELL, phone.stream, &octets)
        })
    }

    pub(super) fn of_nas(situation: Situation, protection: Protection, at: usize) -> Self {
        Self::make(situation, |driver, phone| {
            let nas = nas_of(situation, protection, at, phone);
            say(situation, driver, phone, &nas)
        })
    }

    pub(super) fn of_envelope(situation: Situation, header: u8) -> Self {
        Self::make(situation, |driver, phone| {
            let nas = in_envelope(header, phone);
            say(situation, driver, phone, &nas)
        })
    }

    fn make(situation: Situation, act: impl FnOnce(&mut Driver, &mut Handset) -> Outcome) -> Self {
        let (mut driver, mut phone) = situation.reach();
        // Before S1 Setup nobody can stand by at this cell.
        let mut bystander = Handset::new(2);
        if situation == Situation::BeforeSetup {
            bystander = bystander.on(crate::driver::OTHER_CELL);
        }
        bystander.attach(&mut driver);
        let before = driver.state(phone.mme_ue);
        let seen = driver.phone(phone.imsi());
        let beside = driver.state(bystander.mme_ue);
        let imsi = phone.imsi();
        let begun = driver.last_mme_ue();
        let outcome = act(&mut driver, &mut phone);
        let heard = hear(&mut phone, &outcome);
        let newest = driver.last_mme_ue();
        // The connection that the message began, or the one that it came on.
        let subject = if newest == begun { phone.mme_ue } else { newest };
        Self {
            heard,
            before,
            after: driver.state(subject),
            phone: (seen, driver.phone(imsi)),
            bystander: [beside, driver.state(bystander.mme_ue)],
            outcome,
        }
    }

    /// What must hold in every cell.
    pub(super) fn check(&self, name: &str) {
        assert!(self.outcome.effects <= MOST_EFFECTS, "{name}: {} effects", self.outcome.effects);
        assert_eq!(self.outcome.aborted, [], "{name}");
        for heard in &self.heard {
            let hurts = heard.refusal.is_some_and(|cause| NEVER.contains(&cause));
            assert!(!hurts, "{name}: {}", heard.words);
        }
        let [before, after] = self.bystander;
        // A cell that sets up again or resets has forgotten all its phones, and says so.
        let forgotten = name.starts_with("S1SetupRequest") || name == "Reset (all)";
        assert!(before == after || forgotten && after.is_none(), "{name}: the bystander is {after:?}");
    }

    /// What must hold where nobody has proven who it is.
    pub(super) fn check_unverified(&self, name: &str) {
        let (before, after) = &self.phone;
        assert_eq!(before, after, "{name}");
        if let Some(phone) = before {
            assert!(!self.outcome.touches(phone.imsi), "{name}: {:?}", self.outcome.persisted);
        }
        assert_eq!(self.outcome.programmed, [], "{name}");
    }

    pub(super) fn text(&self) -> String {
        let mut parts: Vec<String> = self.heard.iter().map(|heard| heard.words.clone()).collect();
        if parts.is_empty() {
            let taken = ["s1ap_received_total", "s1ap_sent_total", "nas_received_total"];
            let why = self.outcome.counted.keys().filter(|name| !taken.contains(name));
            parts.extend(why.map(|name| format!("({})", name.trim_end_matches("_total"))));
        }
        if parts.is_empty() {
            parts.push("-".to_owned());
        }
        let state = match (self.before, self.after) {
            (before, after) if before == after => " =".to_owned(),
            (_, Some((s1, emm))) => format!(" > {s1}, {emm}"),
            (_, None) => " > gone".to_owned(),
        };
        parts.join(" + ") + &state + &bracketed(&self.outcome.beyond_the_wire())
    }
}

fn say(situation: Situation, driver: &mut Driver, phone: &mut Handset, nas: &[u8]) -> Outcome {
    match situation {
        Situation::BeforeSetup | Situation::Unknown | Situation::Idle => phone.begin(driver, nas),
        _ => phone.say(driver, nas),
    }
}

fn in_envelope(header: u8, phone: &mut Handset) -> Vec<u8> {
    let request = EmmMessage::TrackingAreaUpdateRequest(phone.tau_request(true));
    let plain = encode(&Plain::Emm(request));
    let known = match header {
        0 => return plain,
        1 => SecurityHeader::IntegrityProtected,
        3 => SecurityHeader::NewContext,
        4 => SecurityHeader::NewContextCiphered,
        _ => SecurityHeader::IntegrityProtectedAndCiphered,
    };
    let mut octets = match &phone.security {
        Some(_) => phone.protect(known, &plain),
        None => pumice_wire::nas::protect(known, 0, &[&[0], plain.as_slice()].concat()),
    };
    octets[0] = header << 4 | octets[0] & 0x0f;
    octets
}

fn nas_of(situation: Situation, protection: Protection, at: usize, phone: &mut Handset) -> Vec<u8> {
    if let Some(plain) = nas_rows(phone).swap_remove(at).plain {
        return protection.envelop(situation, phone, &plain);
    }
    // The service request has no clear form: all zeros where the code is.
    let mut octets = match &mut phone.security {
        Some(security) => security.service_request(),
        None => vec![0xc7, 0x00, 0x00, 0x00],
    };
    match protection {
        Protection::Plain => octets[2..].fill(0),
        Protection::Wrong => octets[3] ^= 0x01,
        Protection::Right => {}
    }
    octets
}

fn bracketed(kinds: &BTreeMap<&'static str, u64>) -> String {
    if kinds.is_empty() {
        return String::new();
    }
    let kinds: Vec<_> = kinds
        .iter()
        .map(|(kind, times)| if *times == 1 { (*kind).to_owned() } else { format!("{times} {kind}") })
        .collect();
    format!(" [{}]", kinds.join(", "))
}
