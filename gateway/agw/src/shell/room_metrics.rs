//! What the rooms besides the core count.

use std::time::Duration;

use pumice_dataplane::{Cause, PortableEngine, Traffic};
use pumice_model::query::{Metric, MetricKind};
use pumice_sctp::Endpoint;
use pumice_store::{Latencies, StoreThread};

use super::LoopCounters;

/// What the loop has counted, and what waits in it.
pub(super) fn of_loop(counters: &LoopCounters, waiting: usize) -> Vec<Metric> {
    vec![
        counter("loop_batches_total", "Batches of inputs", counters.batches),
        counter("loop_inputs_total", "Inputs of the core", counters.inputs),
        counter("loop_send_failures_total", "S1AP messages that SCTP did not take", counters.send_failures),
        counter(
            "loop_program_failures_total",
            "Rules that the user plane had no room for",
            counters.program_failures,
        ),
        gauge("loop_waiting_messages", "S1AP messages that wait for a commit", waiting),
    ]
}

pub(super) fn of_sctp(endpoint: &Endpoint) -> Vec<Metric> {
    let counters = endpoint.counters();
    vec![
        counter("sctp_associations_up_total", "Associations that came up", counters.associations_up),
        counter(
            "sctp_bad_checksums_total",
            "Packets with a wrong CRC32c (user space)",
            counters.bad_checksums,
        ),
        counter(
            "sctp_bad_cookies_total",
            "State Cookies that were not ours (user space)",
            counters.bad_cookies,
        ),
        counter(
            "sctp_malformed_packets_total",
            "Packets that cannot be read (user space)",
            counters.malformed_packets,
        ),
        counter("sctp_messages_in_total", "Messages received", counters.messages_in),
        counter("sctp_messages_out_total", "Messages sent", counters.messages_out),
        counter("sctp_ootb_packets_total", "Packets of no association (user space)", counters.ootb_packets),
        counter("sctp_oversized_messages_total", "Messages longer than may be", counters.oversized_messages),
        counter(
            "sctp_refused_no_room_total",
            "Associations refused because all are taken",
            counters.refused_no_room,
        ),
        counter(
            "sctp_refused_ppids_total",
            "Messages of another payload protocol than S1AP",
            counters.refused_ppids,
        ),
        counter("sctp_restarts_total", "Peers that began anew", counters.restarts),
    ]
}

pub(super) fn of_user_plane(engine: &PortableEngine) -> Vec<Metric> {
    let counters = engine.counters();
    let transport = engine.transport_counters();
    let traffic = [("uplink", counters.uplink), ("downlink", counters.downlink)];
    let labelled = |direction: &str| Some(("direction", direction.to_owned()));
    let packets = traffic.map(|(direction, Traffic { packets, .. })| Metric {
        label: labelled(direction),
        ..counter("user_plane_packets_total", "Packets forwarded", packets)
    });
    let octets = traffic.map(|(direction, Traffic { octets, .. })| Metric {
        label: labelled(direction),
        ..counter("user_plane_octets_total", "Octets of packets forwarded", octets)
    });
    let dropped = Cause::ALL.iter().map(|cause| Metric {
        label: Some(("cause", cause.name().to_owned())),
        ..counter("user_plane_dropped_total", "Packets dropped, by cause", counters.drops(*cause))
    });
    let mut metrics = vec![
        counter("user_plane_echo_requests_total", "GTP-U Echo Requests answered", counters.echo_requests),
        counter(
            "user_plane_error_indications_received_total",
            "GTP-U Error Indications received and verified",
            counters.error_indications_received,
        ),
        counter(
            "user_plane_error_indications_sent_total",
            "GTP-U Error Indications sent",
            counters.error_indications_sent,
        ),
        counter(
            "user_plane_tun_refused_total",
            "Packets that the TUN device did not take",
            transport.tun_refused,
        ),
        counter(
            "user_plane_udp_refused_total",
            "Packets that the socket did not take",
            transport.udp_refused,
        ),
        counter("user_plane_read_errors_total", "Failed reads", transport.read_errors),
        gauge("user_plane_sessions", "Sessions", counters.sessions),
        gauge("user_plane_peers", "Addresses of cells that packets are taken from", counters.peers),
        gauge("user_plane_kept_packets", "Packets that wait for idle phones", counters.kept_packets),
        gauge("user_plane_kept_octets", "Octets of them", counters.kept_octets),
    ];
    metrics.extend(packets.into_iter().chain(octets).chain(dropped));
    metrics
}

pub(super) fn of_store(store: &StoreThread) -> Vec<Metric> {
    let statistics = store.statistics();
    let mut metrics = vec![
        counter(
            "store_full_commits_total",
            "Commits that were on the disk when they returned",
            statistics.full_commits,
        ),
        counter(
            "store_normal_commits_total",
            "Commits that the system was trusted with",
            statistics.normal_commits,
        ),
        counter("store_failed_commits_total", "Commits that failed", statistics.failed_commits),
        counter("store_checkpoints_total", "Checkpoints", statistics.checkpoints),
        counter("store_log_octets_written_total", "Octets written to the log", statistics.log_octets_written),
        counter(
            "store_database_octets_written_total",
            "Octets written to the database, at most",
            statistics.database_octets_written,
        ),
        counter(
            "store_backlog_dropped_total",
            "Changes that found no room to wait",
            statistics.backlog_dropped,
        ),
        gauge("store_backlog", "Changes that wait for the disk to recover", statistics.backlog),
    ];
    metrics.extend(latencies("store_full_commit_microseconds", &statistics.full_latency));
    metrics.extend(latencies("store_normal_commit_microseconds", &statistics.normal_latency));
    metrics
}

fn latencies(name: &'static str, latencies: &Latencies) -> [Metric; 3] {
    let quantile = |text: &str, latency: Duration| Metric {
        name,
        help: "How long commits took",
        kind: MetricKind::Gauge,
        label: Some(("quantile", text.to_owned())),
        value: u64::try_from(latency.as_micros()).unwrap_or(u64::MAX),
    };
    [
        quantile("0.5", latencies.percentile(50)),
        quantile("0.99", latencies.percentile(99)),
        quantile("1", latencies.longest()),
    ]
}

const fn counter(name: &'static str, help: &'static str, value: u64) -> Metric {
    Metric { name, help, kind: MetricKind::Counter, label: None, value }
}

fn gauge(name: &'static str, help: &'static str, value: usize) -> Metric {
    let value = u64::try_from(value).unwrap_or(u64::MAX);
    Metric { name, help, kind: MetricKind::Gauge, label: None, value }
}
