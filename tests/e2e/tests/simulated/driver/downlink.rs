//! What a phone hears: S1AP to its connection, with the NAS in it taken out of its protection.

use pumice_model::identity::{EnbUeS1apId, MmeUeS1apId};
use pumice_wire::nas::{self, EmmCause, EmmMessage, EsmBody, EsmMessage, Outer, Plain, SecurityHeader};
use pumice_wire::s1ap::{self, Message};

use super::{Handset, Outcome};

/// A message that was sent, in words, and the EMM cause that it gives, if it refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) words: String,
    pub(crate) refusal: Option<EmmCause>,
}

/// What was sent because of one input, in order. What is for this phone's connection changes the phone.
pub(crate) fn hear(phone: &mut Handset, outcome: &Outcome) -> Vec<Heard> {
    let sent = outcome.sent.iter();
    sent.map(|(association, stream, octets)| {
        let message = s1ap::decode(octets).expect("our own message decodes").message;
        assert!(message.is_from_mme(), "{} goes to a cell", message.name());
        let ids = ids(&message);
        assert_eq!(ids.is_some(), *stream != 0, "{} is on stream {stream}", message.name());
        let own = ids.is_some_and(|(mme_ue, enb_ue)| {
            *association == phone.association && (mme_ue == phone.mme_ue || enb_ue == Some(phone.enb_ue))
        });
        if !own {
            return Heard { words: format!("{association} {}", words(&message)), refusal: None };
        }
        if let Some((mme_ue, _)) = ids {
            phone.mme_ue = mme_ue;
        }
        hear_own(phone, &message)
    })
    .collect()
}

fn hear_own(phone: &mut Handset, message: &Message<'_>) -> Heard {
    let nas = match message {
        Message::DownlinkNasTransport(message) => Some(message.nas.to_vec()),
        Message::InitialContextSetupRequest(request) => {
            request.erabs.first().and_then(|erab| erab.nas.as_ref()).map(|nas| nas.to_vec())
        }
        Message::UeContextReleaseCommand(_) => {
            phone.released = true;
            None
        }
        _ => None,
    };
    let Some(nas) = nas else { return Heard { words: words(message), refusal: None } };
    let (inner, refusal) = phone.hear_nas(&nas);
    let words = match message {
        Message::DownlinkNasTransport(_) => inner,
        _ => format!("{}({inner})", words(message)),
    };
    Heard { words, refusal }
}

/// The ids of a message of a connection.
fn ids(message: &Message<'_>) -> Option<(MmeUeS1apId, Option<EnbUeS1apId>)> {
    match message {
        Message::DownlinkNasTransport(m) => Some((m.mme_ue, Some(m.enb_ue))),
        Message::InitialContextSetupRequest(m) => Some((m.mme_ue, Some(m.enb_ue))),
        Message::UeContextReleaseCommand(m) => Some((m.mme_ue, m.enb_ue)),
        _ => None,
    }
}

fn words(message: &Message<'_>) -> String {
    match message {
        Message::ErrorIndication(m) => {
            let cause = m.cause.map(|cause| cause.to_string()).unwrap_or_default();
            let ids = [("M", m.mme_ue), ("E", m.enb_ue)];
            let ids: String = ids.iter().filter(|(_, id)| id.is_some()).map(|(name, _)| *name).collect();
            format!("ErrorIndication[{cause}{}{ids}]", if ids.is_empty() { "" } else { " " })
        }
        Message::S1SetupFailure(m) => format!("S1SetupFailure[{}]", m.cause),
        Message::UeContextReleaseCommand(m) => format!("ReleaseCommand[{}]", m.cause),
        Message::InitialContextSetupRequest(_) => "ContextSetupRequest".to_owned(),
        other => other.name().to_owned(),
    }
}

impl Handset {
    /// Takes NAS out of its protection, does what follows by itself (keys, identities), and says what it was.
    fn hear_nas(&mut self, octets: &[u8]) -> (String, Option<EmmCause>) {
        let outer = nas::open(octets).expect("the network's NAS has an envelope");
        let mut old_keys = false;
        let plain = match outer {
            Outer::Plain(plain) => plain.to_vec(),
            Outer::Protected { header: SecurityHeader::NewContext, covered, .. } => {
                let Ok(Plain::Emm(EmmMessage::SecurityModeCommand(command))) = nas::decode(&covered[1..])
                else {
                    panic!("only a security mode command brings a new context");
                };
                let mut fresh = self.take_command(&command).expect("a challenge came before");
                // It is sent again under a COUNT of its own.
                let plain = fresh.unprotect(&outer).expect("the command's code is right");
                if self.before.is_none() {
                    self.before = self.security.take();
                }
                self.security = Some(fresh);
                plain
            }
            Outer::Protected { .. } => {
                let security = self.security.as_mut().expect("the network protects after a security mode");
                match (security.unprotect(&outer), &mut self.before) {
                    (Ok(plain), _) => plain,
                    // Until it has the phone's answer to the command, the network speaks as before (TS 24.301 5.4.3.2).
                    (Err(_), Some(before)) => {
                        old_keys = true;
                        before.unprotect(&outer).expect("the network's code is right")
                    }
                    (Err(fault), None) => panic!("the network's code is wrong: {fault}"),
                }
            }
            Outer::ServiceRequest { .. } => panic!("a service request goes up"),
        };
        let bare = matches!(nas::open(octets), Ok(Outer::Plain(_)));
        let message = nas::decode(&plain).expect("the network's NAS decodes");
        let (words, refusal) = self.take(&message);
        let note = match (bare, old_keys) {
            (true, _) => " (plain)",
            (false, true) => " (old keys)",
            (false, false) => "",
        };
        (words + note, refusal)
    }

    fn take(&mut self, message: &Plain<'_>) -> (String, Option<EmmCause>) {
        let name = message.name();
        let Plain::Emm(message) = message else {
            let Plain::Esm(message) = message else { unreachable!("it is one of the two") };
            return (esm_words(message), None);
        };
        let caused = |cause: EmmCause| (format!("{name} #{}", cause.0), Some(cause));
        match message {
            EmmMessage::AuthenticationRequest(request) => self.take_challenge(request),
            EmmMessage::AttachAccept(accept) => self.guti = accept.guti.or(self.guti),
            EmmMessage::AttachReject(reject) => {
                let (words, refusal) = caused(reject.cause);
                let inner = reject.esm.map(|esm| match nas::decode(esm).expect("ESM decodes") {
                    Plain::Esm(esm) => format!(" [{}]", esm_words(&esm)),
                    Plain::Emm(_) => panic!("ESM is in an attach reject"),
                });
                return (words + &inner.unwrap_or_default(), refusal);
            }
            EmmMessage::ServiceReject(reject) => return caused(reject.cause),
            EmmMessage::TrackingAreaUpdateReject(reject) => return caused(reject.cause),
            // A status refuses a message, not a phone.
            EmmMessage::EmmStatus(status) => return (format!("{name} #{}", status.cause.0), None),
            _ => {}
        }
        (name.to_owned(), None)
    }
}

fn esm_words(message: &EsmMessage) -> String {
    let name = message.body.name();
    match &message.body {
        EsmBody::BearerResourceAllocationReject { cause }
        | EsmBody::BearerResourceModificationReject { cause }
        | EsmBody::EsmStatus { cause }
        | EsmBody::PdnConnectivityReject { cause, .. }
        | EsmBody::PdnDisconnectReject { cause } => format!("{name} #{}", cause.0),
        _ => name.to_owned(),
    }
}
