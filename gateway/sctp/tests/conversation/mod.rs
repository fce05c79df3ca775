//! What two endpoints say to each other, whichever back ends they run on.
#![allow(dead_code, reason = "each test program uses its part")]

use std::net::SocketAddr;

use pumice_sctp::{AssociationId, Backend, Endpoint, Event, LostReason, S1AP_PPID, SendError};

pub(crate) async fn up(endpoint: &mut Endpoint) -> (AssociationId, SocketAddr) {
    match endpoint.next().await {
        Event::Up { association, peer, .. } => (association, peer),
        other => panic!("not up: {other:?}"),
    }
}

/// Both ends of a new association, as each calls it.
pub(crate) async fn associate(mme: &mut Endpoint, enb: &mut Endpoint) -> (AssociationId, AssociationId) {
    let local = enb.local_addrs()[0];
    let connected = enb.connect(mme.local_addrs()[0]).unwrap();
    assert_eq!(up(enb).await.0, connected);
    let (accepted, peer) = up(mme).await;
    assert_eq!(peer.ip(), local.ip());
    // A listening socket of the kernel has its port to itself.
    assert!(peer.port() == local.port() || enb.backend() == Backend::Kernel);
    (accepted, connected)
}

pub(crate) async fn message(endpoint: &mut Endpoint) -> (u16, u32, Vec<u8>) {
    match endpoint.next().await {
        Event::Message { stream, ppid, payload, .. } => (stream, ppid, payload),
        other => panic!("not a message: {other:?}"),
    }
}

pub(crate) async fn lost(endpoint: &mut Endpoint) -> LostReason {
    match endpoint.next().await {
        Event::Lost { reason, .. } => reason,
        other => panic!("not lost: {other:?}"),
    }
}

/// What two endpoints do for each other, whatever the addresses.
pub(crate) async fn converse(mme: &mut Endpoint, enb: &mut Endpoint) {
    let (at_mme, at_enb) = associate(mme, enb).await;
    for stream in 0..32 {
        enb.send(at_enb, stream, S1AP_PPID, format!("up {stream}").into_bytes()).unwrap();
        mme.send(at_mme, stream, S1AP_PPID, format!("down {stream}").into_bytes()).unwrap();
    }
    for stream in 0..32 {
        assert_eq!(message(mme).await, (stream, 18, format!("up {stream}").into_bytes()));
        assert_eq!(message(enb).await, (stream, 18, format!("down {stream}").into_bytes()));
    }
    // The longest that is allowed: many packets, and several reads of the kernel's socket.
    let long: Vec<u8> = (0..128 * 1024u32).map(|i| i.to_le_bytes()[0]).collect();
    enb.send(at_enb, 1, S1AP_PPID, long.clone()).unwrap();
    mme.send(at_mme, 1, S1AP_PPID, long.clone()).unwrap();
    assert_eq!(message(mme).await, (1, 18, long.clone()));
    assert_eq!(message(enb).await, (1, 18, long));

    assert_eq!(
        enb.send(at_enb, 32, S1AP_PPID, vec![1]),
        Err(SendError::NoSuchStream { stream: 32, outbound_streams: 32 })
    );
    assert_eq!(enb.send(at_enb, 1, S1AP_PPID, vec![]), Err(SendError::Empty));
    let too_long = vec![0; 128 * 1024 + 1];
    assert!(matches!(enb.send(at_enb, 1, S1AP_PPID, too_long), Err(SendError::TooLarge { .. })));
    assert_eq!(enb.send(at_mme, 1, S1AP_PPID, vec![1]), Err(SendError::Unknown), "the other endpoint's");

    enb.send(at_enb, 1, S1AP_PPID, b"last words".to_vec()).unwrap();
    enb.shutdown(at_enb);
    assert_eq!(enb.send(at_enb, 1, S1AP_PPID, vec![1]), Err(SendError::Unknown));
    assert_eq!(message(mme).await.2, b"last words");
    assert_eq!(lost(mme).await, LostReason::Shutdown);
    assert_eq!(lost(enb).await, LostReason::Shutdown);

    let (at_mme, again) = associate(mme, enb).await;
    assert_ne!(again, at_enb, "a name is never used twice");
    mme.abort(at_mme);
    assert_eq!(lost(mme).await, LostReason::LocalAbort);
    assert_eq!(lost(enb).await, LostReason::PeerAbort);
    assert_eq!(mme.counters().associations_up, 2);
    assert_eq!(mme.counters().bad_checksums, 0);
}
