//! Counters: one number per kind of thing that happened, for ever.

use pumice_model::query::{Metric, MetricKind};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident = $metric:literal $help:literal;)*) => {
        /// Something that is counted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(usize)]
        pub(crate) enum Counter {
            $(#[doc = $help] $name,)*
        }

        const ALL: &[(Counter, &str, &str)] = &[$((Counter::$name, $metric, $help),)*];
    };
}

counters! {
    S1apReceived = "s1ap_received_total" "S1AP messages received";
    S1apSent = "s1ap_sent_total" "S1AP messages sent";
    S1apFaults = "s1ap_faults_total" "S1AP messages that did not decode or were not understood";
    S1apUnexpected = "s1ap_unexpected_total" "S1AP messages that did not fit the state they met";
    S1apUnknownId = "s1ap_unknown_id_total" "S1AP messages that named no connection of their association";
    S1apStreamZero = "s1ap_stream_zero_total" "S1AP messages of a phone that came on stream 0";
    S1SetupAccepted = "s1_setup_accepted_total" "S1 Setup Requests accepted";
    S1SetupRefused = "s1_setup_refused_total" "S1 Setup Requests refused";
    NasReceived = "nas_received_total" "NAS messages received";
    NasFaults = "nas_faults_total" "NAS messages that did not decode";
    NasUnexpected = "nas_unexpected_total" "NAS messages that did not fit the state they met";
    NasIntegrityFailed = "nas_integrity_failed_total" "NAS messages whose protection was wrong or missing";
    NasRetransmitted = "nas_retransmitted_total" "NAS messages sent again";
    AttachRequested = "attach_requested_total" "Attach Requests (TS 32.426 MM.AttReqInitEpsAttach)";
    AttachAccepted = "attach_accepted_total" "Attaches completed (TS 32.426 MM.AttSuccInitEpsAttach)";
    AttachRejected = "attach_rejected_total" "Attaches rejected (TS 32.426 MM.AttFailInitEpsAttach)";
    AuthenticationSent = "authentication_sent_total" "Authentication Requests, each with a vector of its own";
    AuthenticationFailed = "authentication_failed_total" "Authentications that failed";
    AuthenticationResynchronised = "authentication_resynchronised_total" "Sequence numbers recovered from a SIM";
    SecurityModeRejected = "security_mode_rejected_total" "Security mode commands that phones rejected";
    ServiceRequested = "service_requested_total" "Service Requests";
    ServiceRejected = "service_rejected_total" "Service Requests rejected";
    TauRequested = "tau_requested_total" "Tracking Area Update Requests";
    TauAccepted = "tau_accepted_total" "Tracking Area Updates accepted";
    TauRejected = "tau_rejected_total" "Tracking Area Updates rejected";
    DetachRequested = "detach_requested_total" "Detach Requests from phones";
    ImplicitDetach = "implicit_detach_total" "Phones detached because they were silent too long";
    PagingSent = "paging_sent_total" "Paging messages sent";
    PagingFailed = "paging_failed_total" "Phones that did not answer paging";
    ContextSetupFailed = "context_setup_failed_total" "Initial Context Setups that failed or were not answered";
    ReleaseTimedOut = "release_timed_out_total" "Release Commands that a cell did not answer";
    ErrorIndicationGtpu = "gtpu_error_indication_total" "Tunnels that a cell said it does not know";
    RadioCapabilityNotKept = "radio_capability_not_kept_total" "UE radio capabilities that found no room";
    Refused = "refused_full_total" "Phones refused because a pool was full";
    StoreFailed = "store_failed_total" "Commits that failed";
    NasCountAtCeiling = "nas_count_at_ceiling_total" "Security contexts given up because the disk does not take the next ceiling of their NAS COUNT";
    SqnOverdrawn = "sqn_overdrawn_total" "Sequence numbers drawn above the durable ceiling because the disk failed";
}

/// The counts.
#[derive(Debug)]
pub(crate) struct Counters([u64; ALL.len()]);

impl Default for Counters {
    fn default() -> Self {
        Self([0; ALL.len()])
    }
}

impl Counters {
    /// Counts one.
    pub(crate) fn count(&mut self, counter: Counter) {
        if let Some(count) = self.0.get_mut(counter as usize) {
            *count = count.wrapping_add(1);
        }
    }

    /// How often it was counted.
    pub(crate) fn of(&self, counter: Counter) -> u64 {
        self.0.get(counter as usize).copied().unwrap_or(0)
    }

    /// All of them, as metrics.
    pub(crate) fn metrics(&self) -> impl Iterator<Item = Metric> + '_ {
        ALL.iter().map(|(counter, name, help)| Metric {
            name,
            help,
            kind: MetricKind::Counter,
            label: None,
            value: self.of(*counter),
        })
    }
}
