//! Why our downlink is not the recorded one, for each difference that there may be.

/// What a difference is known by: the message, and words of one of its sides.
struct Reason {
    message: &'static str,
    words: &'static str,
    because: &'static str,
}

const REASONS: &[Reason] = &[
    Reason { message: "S1SetupResponse", words: "srsmme01", because: "the MME has another name" },
    Reason {
        message: "S1SetupResponse",
        words: "256",
        because: "srsEPC swaps the octets of its group here, and gives it rightly in its GUTIs",
    },
    Reason {
        message: "DownlinkNASTransport",
        words: "hash_mme",
        because: "the request came without protection that could be verified (TS 24.301 5.4.3.2), and the IMEISV is asked for",
    },
    Reason {
        message: "DownlinkNASTransport",
        words: "Software Radio Systems RAN",
        because: "the operator names the network",
    },
    Reason {
        message: "DownlinkNASTransport",
        words: "unix_seconds",
        because: "the time is told only while the clock is trusted",
    },
    Reason { message: "InitialContextSetupRequest", words: "ue_ambr", because: "the operator sets the rate" },
    Reason {
        message: "InitialContextSetupRequest",
        words: "qci",
        because: "the operator sets class and priority",
    },
    Reason {
        message: "InitialContextSetupRequest",
        words: "encryption_algorithms",
        because: "all algorithms of the phone are named, of which srsEPC leaves the third out; the radio capability is kept and given back",
    },
    Reason {
        message: "InitialContextSetupRequest",
        words: "feature_support",
        because: "what the network has is said",
    },
    Reason {
        message: "InitialContextSetupRequest",
        words: "ambr_uplink: 50000000",
        because: "the rate of the APN is said; DNS servers are told to who asks",
    },
    Reason {
        message: "UEContextReleaseCommand",
        words: "group: RadioNetwork",
        because: "the cell's own cause is given back to it",
    },
    Reason {
        message: "UEContextReleaseCommand",
        words: "value: 2",
        because: "the cause after a detach is \"detach\"",
    },
];

/// The reason of a difference, if there is one.
pub(super) fn of(message: &str, recorded: &str, ours: &str) -> Option<&'static str> {
    let fits = |reason: &&Reason| {
        reason.message == message && (recorded.contains(reason.words) || ours.contains(reason.words))
    };
    REASONS.iter().find(fits).map(|reason| reason.because)
}
