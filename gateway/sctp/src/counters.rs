//! What an endpoint counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// Defines the public snapshot and the shared cells behind it from one list.
macro_rules! counters {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// Totals since the endpoint was made. Those marked "user space" stay 0 on the kernel's SCTP, which keeps its own
        /// in /proc/net/sctp/snmp.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Counters {
            $($(#[doc = $doc])+ pub $name: u64,)+
        }

        #[derive(Debug, Default)]
        pub(crate) struct CounterCells {
            $(pub(crate) $name: Cell,)+
        }

        impl CounterCells {
            pub(crate) fn snapshot(&self) -> Counters {
                Counters { $($name: self.$name.0.load(Ordering::Relaxed),)+ }
            }
        }
    };
}

/// One counter, shared between the owner and the thread that counts.
#[derive(Debug, Default)]
pub(crate) struct Cell(AtomicU64);

impl Cell {
    pub(crate) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

counters! {
    /// Associations that came up.
    associations_up,
    /// User space: State Cookies that were not ours, were altered, or belonged to another peer.
    bad_cookies,
    /// User space: packets whose CRC32c is wrong.
    bad_checksums,
    /// User space: associations aborted because the peer sent pieces of messages without end.
    chunk_floods,
    /// User space: packets whose header or chunks can't be read.
    malformed_packets,
    /// Messages handed to the owner.
    messages_in,
    /// Messages taken for sending.
    messages_out,
    /// User space: packets of no association (RFC 9260 section 8.4).
    ootb_packets,
    /// User space: packets to a port of ours-not; another endpoint of this machine may own it.
    other_port_packets,
    /// Messages longer than `max_message`, dropped.
    oversized_messages,
    /// User space: packets in.
    packets_in,
    /// User space: packets out.
    packets_out,
    /// Messages of a payload protocol that isn't let in, dropped.
    refused_ppids,
    /// Associations refused because all were taken.
    refused_no_room,
    /// Associations refused because the endpoint doesn't listen.
    refused_not_listening,
    /// Peers that began anew.
    restarts,
    /// User space: genuine State Cookies that came too late.
    stale_cookies,
    /// User space: associations aborted because the peer sent on a stream that was not negotiated.
    stream_violations,
    /// User space: packets that the operating system didn't take; SCTP sends again what matters.
    transmit_failures,
}
