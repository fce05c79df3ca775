use core::fmt;

macro_rules! causes {
    ($(#[$doc:meta])* $type:ident { $($name:ident = $value:literal $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(pub u8);

        impl $type {
            $(
                #[doc = concat!("#", stringify!($value), " ", $text)]
                pub const $name: Self = Self($value);
            )*

            /// The standard's name, for those that the gateway names itself.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "#{} {}", self.0, self.name().unwrap_or("another cause"))
            }
        }
    };
}

causes! {
    /// EMM cause (9.9.3.9).
    EmmCause {
        IMSI_UNKNOWN_IN_HSS = 2 "IMSI unknown in HSS";
        ILLEGAL_UE = 3 "illegal UE";
        IMEI_NOT_ACCEPTED = 5 "IMEI not accepted";
        ILLEGAL_ME = 6 "illegal ME";
        EPS_SERVICES_NOT_ALLOWED = 7 "EPS services not allowed";
        EPS_AND_NON_EPS_SERVICES_NOT_ALLOWED = 8 "EPS services and non-EPS services not allowed";
        UE_IDENTITY_CANNOT_BE_DERIVED = 9 "UE identity cannot be derived by the network";
        IMPLICITLY_DETACHED = 10 "implicitly detached";
        PLMN_NOT_ALLOWED = 11 "PLMN not allowed";
        TRACKING_AREA_NOT_ALLOWED = 12 "tracking area not allowed";
        ROAMING_NOT_ALLOWED = 13 "roaming not allowed in this tracking area";
        EPS_SERVICES_NOT_ALLOWED_IN_PLMN = 14 "EPS services not allowed in this PLMN";
        NO_SUITABLE_CELLS = 15 "no suitable cells in tracking area";
        MSC_NOT_REACHABLE = 16 "MSC temporarily not reachable";
        NETWORK_FAILURE = 17 "network failure";
        CS_DOMAIN_NOT_AVAILABLE = 18 "CS domain not available";
        ESM_FAILURE = 19 "ESM failure";
        MAC_FAILURE = 20 "MAC failure";
        SYNCH_FAILURE = 21 "synch failure";
        CONGESTION = 22 "congestion";
        UE_SECURITY_CAPABILITIES_MISMATCH = 23 "UE security capabilities mismatch";
        SECURITY_MODE_REJECTED = 24 "security mode rejected, unspecified";
        NON_EPS_AUTHENTICATION_UNACCEPTABLE = 26 "non-EPS authentication unacceptable";
        NO_EPS_BEARER_CONTEXT_ACTIVATED = 40 "no EPS bearer context activated";
        SEMANTICALLY_INCORRECT_MESSAGE = 95 "semantically incorrect message";
        INVALID_MANDATORY_INFORMATION = 96 "invalid mandatory information";
        MESSAGE_TYPE_NON_EXISTENT = 97 "message type non-existent or not implemented";
        MESSAGE_TYPE_NOT_COMPATIBLE = 98 "message type not compatible with the protocol state";
        IE_NON_EXISTENT = 99 "information element non-existent or not implemented";
        CONDITIONAL_IE_ERROR = 100 "conditional IE error";
        MESSAGE_NOT_COMPATIBLE = 101 "message not compatible with the protocol state";
        PROTOCOL_ERROR = 111 "protocol error, unspecified";
    }
}

causes! {
    /// ESM cause (9.9.4.4).
    EsmCause {
        OPERATOR_DETERMINED_BARRING = 8 "operator determined barring";
        INSUFFICIENT_RESOURCES = 26 "insufficient resources";
        MISSING_OR_UNKNOWN_APN = 27 "missing or unknown APN";
        UNKNOWN_PDN_TYPE = 28 "unknown PDN type";
        REQUEST_REJECTED = 31 "request rejected, unspecified";
        SERVICE_OPTION_NOT_SUPPORTED = 32 "service option not supported";
        SERVICE_OPTION_NOT_SUBSCRIBED = 33 "requested service option not subscribed";
        REGULAR_DEACTIVATION = 36 "regular deactivation";
        NETWORK_FAILURE = 38 "network failure";
        INVALID_EPS_BEARER_IDENTITY = 43 "invalid EPS bearer identity";
        PTI_MISMATCH = 47 "PTI mismatch";
        LAST_PDN_DISCONNECTION_NOT_ALLOWED = 49 "last PDN disconnection not allowed";
        PDN_TYPE_IPV4_ONLY = 50 "PDN type IPv4 only allowed";
        PDN_TYPE_IPV6_ONLY = 51 "PDN type IPv6 only allowed";
        ESM_INFORMATION_NOT_RECEIVED = 53 "ESM information not received";
        PDN_CONNECTION_DOES_NOT_EXIST = 54 "PDN connection does not exist";
        MULTIPLE_PDN_CONNECTIONS_NOT_ALLOWED = 55 "multiple PDN connections for a given APN not allowed";
        INVALID_PTI = 81 "invalid PTI value";
        SEMANTICALLY_INCORRECT_MESSAGE = 95 "semantically incorrect message";
        INVALID_MANDATORY_INFORMATION = 96 "invalid mandatory information";
        MESSAGE_TYPE_NON_EXISTENT = 97 "message type non-existent or not implemented";
        MESSAGE_TYPE_NOT_COMPATIBLE = 98 "message type not compatible with the protocol state";
        PROTOCOL_ERROR = 111 "protocol error, unspecified";
    }
}
