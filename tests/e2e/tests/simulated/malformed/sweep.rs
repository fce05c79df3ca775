//! Every message, every octet, every state.

use pumice_model::query::PhoneView;

use super::Sample;
use super::corpus::{RECORDINGS, Uplink, recorded};
use super::mutation::Mutation;
use super::rig::{Findings, Rig, Rows};
use crate::driver::{Handset, Outcome};
use crate::state_table::{Protection, Situation, nas_rows};

#[test]
fn recorded_s1ap_of_eea0_eia2() {
    sweep_recorded(0);
}

#[test]
fn recorded_s1ap_of_eea2_eia1() {
    sweep_recorded(1);
}

#[test]
fn recorded_s1ap_of_eea3_eia3() {
    sweep_recorded(2);
}

/// The recorded S1AP messages, as the subject's cell says them, with the NAS in them protected by the subject's context.
fn sweep_recorded(which: usize) {
    let (name, eea, eia) = RECORDINGS[which];
    let messages = recorded(name, eea, eia);
    let mut sample = Sample::of(16);
    let mut findings = Findings::default();
    for situation in Situation::ALL {
        let mut rig = Rig::new(eea, eia, situation);
        core::mem::swap(&mut rig.findings, &mut findings);
        for message in &messages {
            sweep_uplink(&mut rig, situation, message, &mut sample);
        }
        core::mem::swap(&mut rig.findings, &mut findings);
    }
    findings.report(name);
}

fn sweep_uplink(rig: &mut Rig, situation: Situation, message: &Uplink, sample: &mut Sample) {
    let length = message.said_by(situation, &mut rig.subject.clone()).len();
    for mutation in Mutation::all(length) {
        if sample.takes() {
            let make = |phone: &mut Handset| mutation.of(&message.said_by(situation, phone));
            rig.try_octets(|| format!("{}, {mutation:?}", message.name), make, |_, _| Ok(()));
        }
    }
    rig.serve_bystanders();
}

/// The S1AP messages that were not recorded, and those that a cell has no business to send.
#[test]
fn any_s1ap() {
    let mut sample = Sample::of(16);
    let mut findings = Findings::default();
    for situation in Situation::ALL {
        let mut rig = Rig::new(2, 2, situation);
        core::mem::swap(&mut rig.findings, &mut findings);
        let mut rows = Rows::of(&rig.subject);
        for at in 0..rows.names.len() {
            let (name, length) = (rows.names[at].clone(), rows.octets(&rig.subject, at).len());
            for mutation in Mutation::all(length) {
                if sample.takes() {
                    let make = |phone: &mut Handset| mutation.of(rows.octets(phone, at));
                    rig.try_octets(|| format!("{name}, {mutation:?}"), make, |_, _| Ok(()));
                }
            }
            rig.serve_bystanders();
        }
        core::mem::swap(&mut rig.findings, &mut findings);
    }
    findings.report("any S1AP");
}

/// The NAS messages of the recordings and all others, in the clear and protected rightly, so that what is wrong is inside.
#[test]
fn nas() {
    let mut sample = Sample::of(24);
    let mut findings = Findings::default();
    for situation in Situation::ALL {
        let mut rig = Rig::new(2, 2, situation);
        core::mem::swap(&mut rig.findings, &mut findings);
        let rows = nas_rows(&rig.subject).into_iter().filter_map(|row| Some((row.name, row.plain?)));
        for (name, plain) in rows.chain(recorded_nas()) {
            for mutation in Mutation::all(plain.len()) {
                for protection in [Protection::Plain, Protection::Right] {
                    if sample.takes() {
                        try_nas(&mut rig, situation, protection, &mutation.of(&plain), || {
                            format!("{name}, {protection:?}, {mutation:?}")
                        });
                    }
                }
            }
            rig.serve_bystanders();
        }
        core::mem::swap(&mut rig.findings, &mut findings);
    }
    findings.report("NAS");
}

/// The plain NAS of the recordings.
pub(super) fn recorded_nas() -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, eea, eia) in RECORDINGS {
        for message in recorded(name, eea, eia) {
            if let super::corpus::Nas::Plain(plain) = message.nas
                && !all.iter().any(|(_, other)| *other == plain)
            {
                all.push((message.name, plain));
            }
        }
    }
    all
}

/// One NAS message. What comes in the clear changes nothing of the phone that it claims to come from.
pub(super) fn try_nas(
    rig: &mut Rig,
    situation: Situation,
    protection: Protection,
    plain: &[u8],
    name: impl Fn() -> String,
) {
    let imsi = rig.subject.imsi();
    let before = rig.driver.phone(imsi);
    let make = |phone: &mut Handset| {
        let nas = match protection {
            Protection::Right if phone.security.is_none() => plain.to_vec(),
            _ => protection.envelop(situation, phone, plain),
        };
        said(situation, phone, &nas)
    };
    rig.try_octets(name, make, |rig, outcome| match protection {
        Protection::Plain => untouched(rig, outcome, &before),
        Protection::Wrong | Protection::Right => Ok(()),
    });
}

/// NAS in the S1AP message in which the state expects it.
pub(super) fn said(situation: Situation, phone: &Handset, nas: &[u8]) -> Vec<u8> {
    use pumice_wire::s1ap::{Message, UplinkNasTransport, encode};
    let message = match situation {
        Situation::BeforeSetup | Situation::Unknown | Situation::Idle => {
            Message::InitialUeMessage(phone.initial(nas))
        }
        _ => Message::UplinkNasTransport(UplinkNasTransport {
            mme_ue: phone.mme_ue,
            enb_ue: phone.enb_ue,
            nas,
            ecgi: None,
            tai: None,
        }),
    };
    encode(&message).expect("a test's message is legal")
}

fn untouched(rig: &Rig, outcome: &Outcome, before: &Option<PhoneView>) -> Result<(), String> {
    let imsi = rig.subject.imsi();
    let after = rig.driver.phone(imsi);
    if after != *before {
        return Err(format!("what nobody has verified has changed {before:?} into {after:?}"));
    }
    if before.is_some() && outcome.touches(imsi) {
        return Err(format!("what nobody has verified is stored: {:?}", outcome.persisted));
    }
    if outcome.programmed.is_empty() { Ok(()) } else { Err(format!("{:?}", outcome.programmed)) }
}
