//! Our phone in the place of the recorded one: it hears what the MME said, and must say the same.

use pumice_model::time::Instant;
use pumice_ransim::phone::{Command, Page, Phone, PhoneConfig, PhoneInput, PhoneOutput};
use pumice_wire::nas::{self, EmmMessage, Outer, Plain};
use pumice_wire::s1ap::{self, Message, PagingDrx};

use crate::capture::messages;

pub(crate) fn replay(file: &str) {
    let mut phone = Phone::new(PhoneConfig::srsran().unwrap());
    let mut said = Vec::new();
    let mut compared = 0;
    let mut out = Vec::new();
    let mut drive = |phone: &mut Phone, input: PhoneInput, said: &mut Vec<Vec<u8>>| {
        phone.handle(Instant::ZERO, input, &mut out);
        for output in out.drain(..) {
            match output {
                PhoneOutput::Connect(request) => said.push(request.nas),
                PhoneOutput::Nas(nas) => said.push(nas),
                PhoneOutput::SecurityChecked { agrees } => assert!(agrees, "{file}: K_eNB"),
                PhoneOutput::Packet { .. } | PhoneOutput::Leave => {}
            }
        }
    };
    for (_, octets) in messages(file) {
        match s1ap::decode(&octets).unwrap().message {
            Message::InitialUeMessage(message) => {
                // What makes the phone begin is not on S1.
                match nas::open(message.nas).unwrap() {
                    Outer::ServiceRequest { .. } if said.is_empty() => {
                        drive(&mut phone, PhoneInput::Command(Command::ServiceRequest), &mut said);
                    }
                    Outer::ServiceRequest { .. } => {}
                    _ => {
                        drive(&mut phone, PhoneInput::Camped(Some(message.tai)), &mut said);
                        drive(&mut phone, PhoneInput::PowerOn, &mut said);
                    }
                }
                compared += compare(file, &mut said, message.nas);
            }
            Message::UplinkNasTransport(message) => {
                if said.is_empty() {
                    drive(&mut phone, PhoneInput::Command(Command::SwitchOff), &mut said);
                }
                compared += compare(file, &mut said, message.nas);
            }
            Message::DownlinkNasTransport(message) => {
                drive(&mut phone, PhoneInput::Nas(message.nas.to_vec()), &mut said);
            }
            Message::InitialContextSetupRequest(request) => {
                drive(&mut phone, PhoneInput::SecurityKey(*request.security_key.expose()), &mut said);
                let ebis = request.erabs.iter().map(|erab| erab.ebi).collect();
                drive(&mut phone, PhoneInput::BearersSetUp(ebis), &mut said);
                for erab in &request.erabs {
                    if let Some(nas) = &erab.nas {
                        drive(&mut phone, PhoneInput::Nas(nas.to_vec()), &mut said);
                    }
                }
            }
            Message::UeContextReleaseCommand(_) => {
                drive(&mut phone, PhoneInput::ConnectionReleased, &mut said)
            }
            Message::Paging(paging) => {
                let page = Page {
                    s_tmsi: paging.s_tmsi,
                    ue_identity_index: paging.ue_identity_index,
                    drx: paging.paging_drx,
                    default_drx: PagingDrx::V128,
                };
                drive(&mut phone, PhoneInput::Paged(page), &mut said);
            }
            _ => {}
        }
    }
    assert!(compared >= 5, "{file}: {compared} messages were octet by octet the same");
    assert_eq!(phone.counters().discarded, 0, "{file}: {:?}", phone.log());
}

/// Whether the octets are the same. The first attach request of the third recording is protected with a context from
/// before it, and an EMM status has no place in any.
fn compare(file: &str, said: &mut Vec<Vec<u8>>, recorded: &[u8]) -> usize {
    let ours = if said.is_empty() {
        panic!("{file}: our phone is silent, the other said {recorded:02x?}")
    } else {
        said.remove(0)
    };
    if ours == recorded {
        return 1;
    }
    let Ok(Outer::Protected { covered, .. }) = nas::open(recorded) else {
        panic!("{file}:\n ours {ours:02x?}\n not  {recorded:02x?}")
    };
    let foreign = matches!(nas::decode(&covered[1..]), Ok(Plain::Emm(EmmMessage::AttachRequest(_))));
    assert!(foreign, "{file}:\n ours {ours:02x?}\n not  {recorded:02x?}");
    0
}
