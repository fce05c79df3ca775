//! The states in which a message can find a phone's connection, and the way to each.

use pumice_model::control::Command;
use pumice_model::subscriber::SubscriberState;
use pumice_wire::nas::{self, EmmMessage, EpsMobileIdentity, Plain, SecurityHeader};
use pumice_wire::s1ap::{Cause, Message, UeContextReleaseRequest};

use crate::driver::{CELL, Driver, Handset, connectivity_request, hear};

/// S1 state, EMM state, and how the phone came to be in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Situation {
    BeforeSetup,
    Unknown,
    Idle,
    AwaitIdentity,
    AwaitAuthentication,
    AwaitSecurityMode,
    AwaitEsmInformation,
    AwaitAttachComplete,
    AwaitAttachCompleteEstablished,
    Registered,
    RegisteredContextSetup,
    ReAuthentication,
    ReSecurityMode,
    AwaitDetachAccept,
    Releasing,
}

use Situation::*;

impl Situation {
    /// All of them.
    pub(crate) const ALL: [Self; 15] = [
        BeforeSetup,
        Unknown,
        Idle,
        AwaitIdentity,
        AwaitAuthentication,
        AwaitSecurityMode,
        AwaitEsmInformation,
        AwaitAttachComplete,
        AwaitAttachCompleteEstablished,
        Registered,
        RegisteredContextSetup,
        ReAuthentication,
        ReSecurityMode,
        AwaitDetachAccept,
        Releasing,
    ];

    /// How it came to be.
    pub(crate) const fn story(self) -> &'static str {
        match self {
            BeforeSetup => "an association that is up; no S1 Setup; the phone is registered and idle",
            Unknown => "S1 Setup is done; NAS comes in an InitialUEMessage; the phone was never here",
            Idle => "S1 Setup is done; NAS comes in an InitialUEMessage; the phone is registered and idle",
            AwaitIdentity => "attach with a GUTI that nobody has",
            AwaitAuthentication => {
                "attach in the clear with the GUTI of a registered, idle phone: its owner or not"
            }
            AwaitSecurityMode => "the same, and the challenge was answered rightly",
            AwaitEsmInformation => "attach of a phone that has an APN to say in secret",
            AwaitAttachComplete => "the attach accept is on its way in the context setup request",
            AwaitAttachCompleteEstablished => "the cell has set the context up",
            Registered => "attached and connected",
            RegisteredContextSetup => "service request; the cell sets the context up",
            ReAuthentication => "connected; a tracking area update with new capabilities",
            ReSecurityMode => "the same, and the challenge was answered rightly",
            AwaitDetachAccept => "connected; the operator has barred the subscriber",
            Releasing => "connected; the release command is on its way",
        }
    }

    /// The states of the connection.
    pub(crate) const fn states(self) -> Option<(&'static str, &'static str)> {
        match self {
            BeforeSetup | Unknown | Idle => None,
            AwaitIdentity => Some(("signalling", "await identity")),
            AwaitAuthentication => Some(("signalling", "await authentication")),
            AwaitSecurityMode => Some(("signalling", "await security mode")),
            AwaitEsmInformation => Some(("signalling", "await ESM information")),
            AwaitAttachComplete => Some(("context setup", "await attach complete")),
            AwaitAttachCompleteEstablished => Some(("established", "await attach complete")),
            Registered => Some(("established", "registered")),
            RegisteredContextSetup => Some(("context setup", "registered")),
            ReAuthentication => Some(("established", "await authentication")),
            ReSecurityMode => Some(("established", "await security mode")),
            AwaitDetachAccept => Some(("established", "await detach accept")),
            Releasing => Some(("releasing", "quiet")),
        }
    }

    /// Whether messages on the connection are protected by the phone's context.
    pub(crate) const fn is_secured(self) -> bool {
        match self {
            BeforeSetup | Unknown | Idle | AwaitIdentity | AwaitAuthentication | AwaitSecurityMode => false,
            AwaitEsmInformation
            | AwaitAttachComplete
            | AwaitAttachCompleteEstablished
            | Registered
            | RegisteredContextSetup
            | ReAuthentication
            | ReSecurityMode
            | AwaitDetachAccept
            | Releasing => true,
        }
    }

    /// Makes the state.
    pub(crate) fn reach(self) -> (Driver, Handset) {
        let mut driver = Driver::with_cells(2, 2, 7);
        let mut phone = Handset::new(1);
        self.lead(&mut driver, &mut phone);
        (driver, phone)
    }

    /// Leads a phone into the state, in a network in which both cells have set up and the phone has no connection.
    pub(crate) fn lead(self, driver: &mut Driver, phone: &mut Handset) {
        match self {
            Unknown => {}
            BeforeSetup => {
                Idle.lead(driver, phone);
                driver.feed(pumice_core::Input::AssociationRestarted {
                    association: CELL,
                    outbound_streams: 30,
                });
            }
            Idle => {
                phone.attach(driver);
                phone.go_idle(driver);
            }
            AwaitIdentity => attach(driver, phone, EpsMobileIdentity::Guti(phone.strange_guti()), false),
            AwaitAuthentication => {
                Idle.lead(driver, phone);
                attach(driver, phone, phone.identity(), false);
            }
            AwaitSecurityMode => {
                AwaitAuthentication.lead(driver, phone);
                phone.answer_challenge(driver);
            }
            AwaitEsmInformation => attach_until_secured(driver, phone, true),
            AwaitAttachComplete => attach_until_secured(driver, phone, false),
            AwaitAttachCompleteEstablished => {
                AwaitAttachComplete.lead(driver, phone);
                phone.stand(driver);
            }
            Registered => phone.attach(driver),
            RegisteredContextSetup => {
                Idle.lead(driver, phone);
                let nas = phone.security.as_mut().expect("it is registered").service_request();
                phone.begin(driver, &nas);
            }
            ReAuthentication => {
                phone.attach(driver);
                phone.capability = vec![0xf0, 0x70, 0xc0, 0x40];
                let request = pumice_wire::nas::TrackingAreaUpdateRequest {
                    capability: Some(phone.network_capability()),
                    ..phone.tau_request(true)
                };
                phone.tell(driver, &Plain::Emm(EmmMessage::TrackingAreaUpdateRequest(request)));
            }
            ReSecurityMode => {
                ReAuthentication.lead(driver, phone);
                let response = EmmMessage::AuthenticationResponse(phone.authentication_response());
                phone.tell(driver, &Plain::Emm(response));
            }
            AwaitDetachAccept => {
                phone.attach(driver);
                let outcome =
                    driver.command(Command::SetSubscriberState(phone.imsi(), SubscriberState::Barred));
                hear(phone, &outcome);
            }
            Releasing => {
                phone.attach(driver);
                let request = UeContextReleaseRequest {
                    mme_ue: phone.mme_ue,
                    enb_ue: phone.enb_ue,
                    cause: Cause::USER_INACTIVITY,
                };
                driver.say(phone.association, phone.stream, &Message::UeContextReleaseRequest(request));
            }
        }
        assert_eq!(driver.state(phone.mme_ue), self.states(), "{self:?}");
    }
}

fn attach(driver: &mut Driver, phone: &mut Handset, identity: EpsMobileIdentity, secretive: bool) {
    let esm = connectivity_request(secretive);
    let request = EmmMessage::AttachRequest(phone.attach_request(identity, &esm));
    phone.shout(driver, &Plain::Emm(request));
}

fn attach_until_secured(driver: &mut Driver, phone: &mut Handset, secretive: bool) {
    attach(driver, phone, EpsMobileIdentity::Imsi(phone.imsi()), secretive);
    phone.answer_challenge(driver);
    phone.complete_security_mode(driver);
}

/// How a message comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    /// In the clear.
    Plain,
    /// With a code that does not fit.
    Wrong,
    /// As the phone that has the keys protects it.
    Right,
}

impl Protection {
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::Wrong, Self::Right];

    /// Puts a message into its envelope.
    pub(crate) fn envelop(self, situation: Situation, phone: &mut Handset, plain: &[u8]) -> Vec<u8> {
        // What is not ciphered is looked into even if its code does not fit, so the wrong one is not ciphered either before the
        // connection is secured.
        let header = match (self, situation.is_secured(), situation) {
            (_, true, _) => SecurityHeader::IntegrityProtectedAndCiphered,
            (Self::Right, false, AwaitSecurityMode) => SecurityHeader::NewContextCiphered,
            (_, false, _) => SecurityHeader::IntegrityProtected,
        };
        match self {
            Self::Plain => plain.to_vec(),
            Self::Wrong => {
                let mut octets = match &mut phone.security {
                    Some(_) => phone.protect(header, plain),
                    None => nas::protect(header, 0x0bad_c0de, &[&[0], plain].concat()),
                };
                // The last octet of the code.
                octets[4] ^= 0x01;
                octets
            }
            Self::Right => phone.protect(header, plain),
        }
    }
}
