use core::fmt;

/// A cause (TS 36.413 9.2.1.3): a group and a number in it, as the ASN.1 of 9.3.4 numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cause {
    /// The group.
    pub group: CauseGroup,
    /// The number in the group.
    pub value: u8,
}

/// The group of a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CauseGroup {
    /// Radio network layer.
    RadioNetwork,
    /// Transport layer.
    Transport,
    /// NAS.
    Nas,
    /// Protocol.
    Protocol,
    /// Miscellaneous.
    Misc,
}

macro_rules! causes {
    ($($name:ident = $group:ident $value:literal $text:literal;)*) => {
        impl Cause {
            $(
                #[doc = concat!("\"", $text, "\"")]
                pub const $name: Self = Self { group: CauseGroup::$group, value: $value };
            )*

            /// The standard's name, for those that the gateway names itself.
            pub const fn name(self) -> Option<&'static str> {
                match (self.group, self.value) {
                    $((CauseGroup::$group, $value) => Some($text),)*
                    _ => None,
                }
            }
        }
    };
}

causes! {
    RELEASE_DUE_TO_EUTRAN_GENERATED_REASON = RadioNetwork 3 "release-due-to-eutran-generated-reason";
    UNKNOWN_MME_UE_ID = RadioNetwork 13 "unknown-mme-ue-s1ap-id";
    UNKNOWN_ENB_UE_ID = RadioNetwork 14 "unknown-enb-ue-s1ap-id";
    UNKNOWN_PAIR_UE_ID = RadioNetwork 15 "unknown-pair-ue-s1ap-id";
    USER_INACTIVITY = RadioNetwork 20 "user-inactivity";
    RADIO_CONNECTION_WITH_UE_LOST = RadioNetwork 21 "radio-connection-with-ue-lost";
    FAILURE_IN_RADIO_INTERFACE_PROCEDURE = RadioNetwork 26 "failure-in-radio-interface-procedure";
    INTERACTION_WITH_OTHER_PROCEDURE = RadioNetwork 29 "interaction-with-other-procedure";
    UNKNOWN_ERAB_ID = RadioNetwork 30 "unknown-E-RAB-ID";
    MULTIPLE_ERAB_ID_INSTANCES = RadioNetwork 31 "multiple-E-RAB-ID-instances";
    TRANSPORT_RESOURCE_UNAVAILABLE = Transport 0 "transport-resource-unavailable";
    NAS_NORMAL_RELEASE = Nas 0 "normal-release";
    NAS_AUTHENTICATION_FAILURE = Nas 1 "authentication-failure";
    NAS_DETACH = Nas 2 "detach";
    NAS_UNSPECIFIED = Nas 3 "unspecified";
    TRANSFER_SYNTAX_ERROR = Protocol 0 "transfer-syntax-error";
    ABSTRACT_SYNTAX_ERROR_REJECT = Protocol 1 "abstract-syntax-error-reject";
    ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY = Protocol 2 "abstract-syntax-error-ignore-and-notify";
    MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE = Protocol 3 "message-not-compatible-with-receiver-state";
    SEMANTIC_ERROR = Protocol 4 "semantic-error";
    ABSTRACT_SYNTAX_ERROR_FALSELY_CONSTRUCTED = Protocol 5 "abstract-syntax-error-falsely-constructed-message";
    CONTROL_PROCESSING_OVERLOAD = Misc 0 "control-processing-overload";
    HARDWARE_FAILURE = Misc 2 "hardware-failure";
    OM_INTERVENTION = Misc 3 "om-intervention";
    MISC_UNSPECIFIED = Misc 4 "unspecified";
    UNKNOWN_PLMN = Misc 5 "unknown-PLMN";
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:?} {}", self.group, self.value),
        }
    }
}
