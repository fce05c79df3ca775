//! The user-space back end over real raw sockets on the loopback device. Each test has an IPv4 address or ports of its
//! own, so they run side by side.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on stops; clippy knows only the functions marked #[test]"
)]

mod conversation;

use std::time::Duration;

use conversation::{associate, converse, lost, message, up};
use pumice_sctp::{Backend, Config, Endpoint, Event, LostReason, S1AP_PPID, SendError};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::time::timeout;

/// Whether raw sockets may be opened; says so where not. Under CI they must.
fn may_open_raw_sockets() -> bool {
    match Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::from(132))) {
        Ok(_) => true,
        Err(error) => {
            pumice_lab::skip::because(&format!("no raw socket ({error}): run as root or with CAP_NET_RAW"));
            false
        }
    }
}

fn run(test: impl Future<Output = ()>) {
    if may_open_raw_sockets() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { timeout(Duration::from_secs(60), test).await.expect("in time") });
    }
}

fn config(local: &str) -> Config {
    let mut config = Config::new(local.parse().unwrap());
    config.backend = Backend::UserSpace;
    config
}

fn bind(local: &str) -> Endpoint {
    Endpoint::bind(config(local)).unwrap()
}

#[test]
fn endpoints_converse_over_ipv4() {
    run(async {
        let (mut mme, mut enb) = (bind("127.81.0.1:36412"), bind("127.81.0.2:36412"));
        assert_eq!((mme.backend(), enb.backend()), (Backend::UserSpace, Backend::UserSpace));
        converse(&mut mme, &mut enb).await;
    });
}

#[test]
fn endpoints_converse_over_ipv6() {
    run(async {
        converse(&mut bind("[::1]:36421"), &mut bind("[::1]:36422")).await;
    });
}

#[test]
fn endpoints_converse_over_unspecified_addresses() {
    run(async {
        let mut mme = bind("0.0.0.0:36431");
        let mut enb = bind("127.0.0.1:36432");
        let connected = enb.connect("127.82.0.9:36431".parse().unwrap()).unwrap();
        // Answered from the address that was called, not from the one that routing would choose.
        assert_eq!(up(&mut enb).await, (connected, "127.82.0.9:36431".parse().unwrap()));
        let (accepted, peer) = up(&mut mme).await;
        assert_eq!(peer, "127.0.0.1:36432".parse().unwrap());
        mme.send(accepted, 1, S1AP_PPID, b"found".to_vec()).unwrap();
        assert_eq!(message(&mut enb).await.2, b"found");

        let mut mme = bind("[::]:36433");
        let mut enb = bind("[::1]:36434");
        let connected = mme.connect("[::1]:36434".parse().unwrap()).unwrap();
        assert_eq!(up(&mut mme).await.0, connected);
        assert_eq!(up(&mut enb).await.1, "[::1]:36433".parse().unwrap());
    });
}

#[test]
fn endpoint_on_both_families() {
    run(async {
        let mut both = config("127.83.0.1:36441");
        both.local.push("[::1]:36441".parse().unwrap());
        let mut mme = Endpoint::bind(both).unwrap();
        let mut v4 = bind("127.83.0.2:0");
        let mut v6 = bind("[::1]:0");
        assert_ne!(v6.local_addrs()[0].port(), 0);
        v4.connect("127.83.0.1:36441".parse().unwrap()).unwrap();
        assert_eq!(up(&mut mme).await.1, v4.local_addrs()[0]);
        v6.connect("[::1]:36441".parse().unwrap()).unwrap();
        assert_eq!(up(&mut mme).await.1, v6.local_addrs()[0]);
        assert!(v4.connect("[::1]:36441".parse().unwrap()).is_err(), "no address of that family");
        up(&mut v4).await;
        up(&mut v6).await;
    });
}

#[test]
fn dropped_endpoint_aborts_its_associations() {
    run(async {
        let mut mme = bind("127.84.0.1:36412");
        let mut enb = bind("127.84.0.2:36412");
        associate(&mut mme, &mut enb).await;
        drop(mme);
        assert_eq!(lost(&mut enb).await, LostReason::PeerAbort);
        // Its address is free again.
        let mut mme = bind("127.84.0.1:36412");
        associate(&mut mme, &mut enb).await;
    });
}

#[test]
fn queue_of_a_slow_peer_is_bounded() {
    run(async {
        let mut mme = bind("127.85.0.1:36412");
        let mut enb = bind("127.85.0.2:36412");
        let (at_mme, _) = associate(&mut mme, &mut enb).await;
        // The eNB's owner reads nothing, so sooner or later nothing more is taken.
        let mut sent = 0u32;
        let full = loop {
            match mme.send(at_mme, 1, S1AP_PPID, vec![0; 10_000]) {
                Ok(()) => sent += 1,
                Err(error) => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    if mme.send(at_mme, 1, S1AP_PPID, vec![0; 10_000]).is_err() {
                        break error;
                    }
                    sent += 1;
                }
            }
            assert!(sent < 10_000, "no bound");
        };
        assert_eq!(full, SendError::QueueFull);
        // What was taken arrives.
        for _ in 0..sent {
            assert_eq!(message(&mut enb).await.2.len(), 10_000);
        }
    });
}

#[test]
fn full_table_refuses_its_own_connect() {
    run(async {
        let mut config = config("127.86.0.1:36412");
        config.max_associations = 1;
        let mut enb = Endpoint::bind(config).unwrap();
        enb.connect("127.86.0.2:36412".parse().unwrap()).unwrap();
        assert!(enb.connect("127.86.0.3:36412".parse().unwrap()).is_err());
    });
}

#[test]
fn next_is_cancel_safe() {
    run(async {
        let mut mme = bind("127.87.0.1:36412");
        let mut enb = bind("127.87.0.2:36412");
        let (_, at_enb) = associate(&mut mme, &mut enb).await;
        for i in 0..100u8 {
            enb.send(at_enb, 1, S1AP_PPID, vec![i + 1]).unwrap();
        }
        let mut received = Vec::new();
        while received.len() < 100 {
            // Given up again and again, most often before anything has come.
            if let Ok(Event::Message { payload, .. }) = timeout(Duration::ZERO, mme.next()).await {
                received.extend(payload);
            }
        }
        assert_eq!(received, (1..=100).collect::<Vec<_>>());
    });
}

#[test]
fn auto_takes_what_the_kernel_has() {
    run(async {
        let mut auto = config("127.90.0.1:36412");
        auto.backend = Backend::Auto;
        let chosen = Endpoint::bind(auto).unwrap().backend();
        // Opening the socket has loaded the module, where there is one.
        let kernel_has_it = std::path::Path::new("/proc/net/sctp").exists();
        assert_eq!(chosen, if kernel_has_it { Backend::Kernel } else { Backend::UserSpace });
        let mut kernel = config("127.90.0.2:36412");
        kernel.backend = Backend::Kernel;
        assert_eq!(Endpoint::bind(kernel).is_ok(), kernel_has_it);
    });
}

/// Two in one process at one address, told apart by their ports alone: neither answers for the other.
#[test]
fn endpoints_share_an_address() {
    run(async {
        let mut mme = bind("127.88.0.1:36412");
        let mut first = bind("127.88.0.2:40001");
        let mut second = bind("127.88.0.2:40002");
        let (_, at_first) = associate(&mut mme, &mut first).await;
        let (_, at_second) = associate(&mut mme, &mut second).await;
        first.send(at_first, 1, S1AP_PPID, b"first".to_vec()).unwrap();
        assert_eq!(message(&mut mme).await.2, b"first");
        second.send(at_second, 1, S1AP_PPID, b"second".to_vec()).unwrap();
        assert_eq!(message(&mut mme).await.2, b"second");
        assert!(second.counters().other_port_packets > 0);
    });
}

#[test]
fn endpoint_may_move_between_threads() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    run(async {
        let mut endpoint = assert_send(bind("127.91.0.1:36412"));
        drop(assert_send(endpoint.next()));
    });
}

#[test]
fn wrong_configuration_is_refused() {
    let refused = |change: fn(&mut Config)| {
        let mut config = config("127.89.0.1:36412");
        change(&mut config);
        Endpoint::bind(config).is_err()
    };
    assert!(refused(|config| config.local.clear()));
    assert!(refused(|config| config.ppids.clear()));
    assert!(refused(|config| config.inbound_streams = 1));
    assert!(refused(|config| config.max_message = 1000));
    assert!(refused(|config| config.max_queued_bytes = 1000));
    assert!(refused(|config| config.max_associations = 0));
    assert!(refused(|config| config.rto_max = Duration::from_secs(6)));
    assert!(refused(|config| config.heartbeat_interval = Duration::from_secs(10)), "over 30 s");
    assert!(refused(|config| config.heartbeat_interval = Duration::ZERO));
    assert!(config("127.89.0.1:1").detection_time() <= pumice_sctp::DETECTION_LIMIT);
}
