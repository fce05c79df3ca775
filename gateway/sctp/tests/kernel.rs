//! The kernel back end, and the two back ends with each other, under User-mode Linux: a kernel that has SCTP.
//!
//! This test program runs itself again inside (`tests/uml-run`). There the user-space back end can't use raw sockets,
//! because the kernel's SCTP would answer beside it; it gets addresses behind a TUN device that are nobody's else.
//! Between the device and the endpoint sits a relay that sees every packet and can cut the line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on stops; clippy knows only the functions marked #[test]"
)]

mod conversation;
mod tun_relay;

use std::time::{Duration, Instant};

use conversation::{associate, converse, lost, message, up};
use pumice_sctp::{Backend, Config, DETECTION_LIMIT, Endpoint, Event, LostReason, S1AP_PPID, SendError};
use tokio::time::timeout;
use tun_relay::{ABORT, DATA, TunRelay};

const KERNEL_V4: &str = "10.81.0.1";
const USER_V4: &str = "10.81.0.2";
const KERNEL_V6: &str = "fd81::1";
const USER_V6: &str = "fd81::2";

#[test]
fn kernel_and_user_space_interoperate() {
    pumice_lab::uml::again("kernel_and_user_space_interoperate", inside);
}

fn inside() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let kernel = |local: &str| Endpoint::bind(config(Backend::Kernel, local)).unwrap();
        step("kernel with kernel, IPv4", async {
            converse(&mut kernel("127.0.0.1:36412"), &mut kernel("127.0.0.2:36412")).await;
        })
        .await;
        step("kernel with kernel, IPv6", async {
            converse(&mut kernel("[::1]:36421"), &mut kernel("[::1]:36422")).await;
        })
        .await;
        step("auto takes the kernel's", async {
            let auto = Endpoint::bind(config(Backend::Auto, "127.0.0.1:36423")).unwrap();
            assert_eq!(auto.backend(), Backend::Kernel);
        })
        .await;
        step("kernel's bounds", bounds()).await;
        step("associations come and go", come_and_go()).await;
        step("no descriptors left", no_descriptors()).await;
        step("kernel's connect to nobody", refused_connect()).await;

        let relay = TunRelay::new(KERNEL_V4, KERNEL_V6);
        for (kernel_ip, user_ip) in [(KERNEL_V4.to_owned(), USER_V4.to_owned()), bracketed()] {
            let user = || user_space(&relay, &format!("{user_ip}:36412"));
            step("user space connects to the kernel", async {
                converse(&mut kernel(&format!("{kernel_ip}:36412")), &mut user()).await;
                relay.assert_ppid_in_network_order();
            })
            .await;
            step("the kernel connects to user space", async {
                converse(&mut user(), &mut kernel(&format!("{kernel_ip}:36413"))).await;
                relay.assert_ppid_in_network_order();
            })
            .await;
        }
        step("other payload protocols", other_ppid(&relay)).await;
        step("a message too long", oversized(&relay)).await;
        step("user space begins anew", user_space_restarts(&relay)).await;
        step("the kernel begins anew", kernel_restarts(&relay)).await;
        step("a dead peer, idle", dead_peer(&relay, false)).await;
        step("a dead peer, sending", dead_peer(&relay, true)).await;
    });
}

fn bracketed() -> (String, String) {
    (format!("[{KERNEL_V6}]"), format!("[{USER_V6}]"))
}

async fn step(name: &str, test: impl Future<Output = ()>) {
    let start = Instant::now();
    timeout(Duration::from_secs(60), test).await.unwrap_or_else(|_| panic!("{name}: stuck"));
    println!("{name}: {:.1} s", start.elapsed().as_secs_f32());
}

fn config(backend: Backend, local: &str) -> Config {
    let mut config = Config::new(local.parse().unwrap());
    config.backend = backend;
    config
}

fn user_space(relay: &TunRelay, local: &str) -> Endpoint {
    let endpoint = Endpoint::bind_over(config(Backend::UserSpace, local), relay.inside()).unwrap();
    assert_eq!(endpoint.backend(), Backend::UserSpace);
    endpoint
}

/// The last slot is given, the next one refused; a queue that isn't read fills up and no more.
async fn bounds() {
    let mut small = config(Backend::Kernel, "127.0.0.1:36430");
    small.max_associations = 2;
    let mut mme = Endpoint::bind(small).unwrap();
    let mut enb = Endpoint::bind(config(Backend::Kernel, "127.0.0.1:36431")).unwrap();
    let (at_mme, _) = associate(&mut mme, &mut enb).await;
    associate(&mut mme, &mut enb).await;
    assert!(mme.connect(enb.local_addrs()[0]).is_err());
    let third = enb.connect(mme.local_addrs()[0]).unwrap();
    // The kernel has said yes before we can say no.
    let events = tokio::join!(enb.next(), async {
        timeout(Duration::from_secs(2), mme.next()).await.expect_err("nothing to say to the owner")
    });
    assert!(matches!(events.0, Event::Up { association, .. } if association == third), "{:?}", events.0);
    assert_eq!(enb.next().await, Event::Lost { association: third, reason: LostReason::PeerAbort });
    assert_eq!(mme.counters().refused_no_room, 1);

    let mut sent = 0;
    let full = loop {
        match mme.send(at_mme, 1, S1AP_PPID, vec![0; 10_000]) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
        assert!(sent < 10_000, "no bound");
    };
    assert_eq!(full, SendError::QueueFull);
    for _ in 0..sent {
        assert_eq!(message(&mut enb).await.2.len(), 10_000);
    }
}

/// Each association gives back what it had, also one that is gone before we have seen it.
async fn come_and_go() {
    let mut small = config(Backend::Kernel, "127.0.0.1:36460");
    small.max_associations = 2;
    let mut mme = Endpoint::bind(small).unwrap();
    let mut enb = Endpoint::bind(config(Backend::Kernel, "127.0.0.1:36461")).unwrap();
    let descriptors = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let before = descriptors();
    for round in 0..200 {
        let at_enb = enb.connect(mme.local_addrs()[0]).unwrap();
        assert_eq!(up(&mut enb).await.0, at_enb);
        if round % 2 == 0 {
            let (at_mme, _) = up(&mut mme).await;
            still_works((&mut mme, at_mme), (&mut enb, at_enb)).await;
            enb.abort(at_enb);
        } else {
            enb.abort(at_enb);
            let (at_mme, _) = up(&mut mme).await;
            // The kernel may not have noticed; what matters is that this neither waits nor breaks anything.
            let _ = mme.send(at_mme, 1, S1AP_PPID, b"to nobody".to_vec());
        }
        assert_eq!(lost(&mut enb).await, LostReason::LocalAbort);
        assert_eq!(lost(&mut mme).await, LostReason::PeerAbort, "round {round}");
    }
    assert_eq!(descriptors(), before);
    associate(&mut mme, &mut enb).await;
    associate(&mut mme, &mut enb).await;
}

async fn refused_connect() {
    let mut enb = Endpoint::bind(config(Backend::Kernel, "127.0.0.1:0")).unwrap();
    assert_ne!(enb.local_addrs()[0].port(), 0);
    enb.connect("127.0.0.1:9".parse().unwrap()).unwrap();
    assert_eq!(lost(&mut enb).await, LostReason::PeerAbort);
}

async fn other_ppid(relay: &TunRelay) {
    let mut kernel = Endpoint::bind(config(Backend::Kernel, "10.81.0.1:36412")).unwrap();
    let mut user = user_space(relay, "10.81.0.2:36412");
    let (at_kernel, at_user) = associate(&mut kernel, &mut user).await;
    // 18 in the wrong octet order among them.
    for ppid in [0, 60, 18 << 24] {
        user.send(at_user, 1, ppid, b"not S1AP".to_vec()).unwrap();
        kernel.send(at_kernel, 1, ppid, b"not S1AP".to_vec()).unwrap();
    }
    user.send(at_user, 1, S1AP_PPID, b"S1AP".to_vec()).unwrap();
    kernel.send(at_kernel, 1, S1AP_PPID, b"S1AP".to_vec()).unwrap();
    assert_eq!(message(&mut kernel).await.2, b"S1AP");
    assert_eq!(message(&mut user).await.2, b"S1AP");
    assert_eq!((kernel.counters().refused_ppids, user.counters().refused_ppids), (3, 3));
}

async fn oversized(relay: &TunRelay) {
    let mut kernel = Endpoint::bind(config(Backend::Kernel, "10.81.0.1:36412")).unwrap();
    let mut longer = config(Backend::UserSpace, "10.81.0.2:36412");
    longer.max_message = 256 * 1024;
    let mut user = Endpoint::bind_over(longer, relay.inside()).unwrap();
    let (_, at_user) = associate(&mut kernel, &mut user).await;
    user.send(at_user, 1, S1AP_PPID, vec![1; 128 * 1024 + 1]).unwrap();
    user.send(at_user, 1, S1AP_PPID, b"after".to_vec()).unwrap();
    assert_eq!(message(&mut kernel).await.2, b"after");
    assert_eq!(kernel.counters().oversized_messages, 1);
}

/// A process without descriptors turns peers away and goes on.
async fn no_descriptors() {
    let mut mme = Endpoint::bind(config(Backend::Kernel, "127.0.0.1:36450")).unwrap();
    let mut enb = Endpoint::bind(config(Backend::Kernel, "127.0.0.1:36451")).unwrap();
    let (at_mme, at_enb) = associate(&mut mme, &mut enb).await;
    let third = enb.connect(mme.local_addrs()[0]).unwrap();
    let mut hoard = Vec::new();
    let file = std::fs::File::open("/dev/null").unwrap();
    while let Ok(another) = file.try_clone() {
        hoard.push(another);
    }
    let quiet = timeout(Duration::from_secs(1), mme.next()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    assert_eq!(mme.counters().refused_no_room, 1);
    drop(hoard);
    assert!(matches!(enb.next().await, Event::Up { .. }));
    assert_eq!(enb.next().await, Event::Lost { association: third, reason: LostReason::PeerAbort });
    still_works((&mut mme, at_mme), (&mut enb, at_enb)).await;
}

/// The peer loses its memory without a word and connects again from the same address.
async fn user_space_restarts(relay: &TunRelay) {
    let mut kernel = Endpoint::bind(config(Backend::Kernel, "10.81.0.1:36412")).unwrap();
    let mut user = user_space(relay, "10.81.0.2:36412");
    let (at_kernel, _) = associate(&mut kernel, &mut user).await;
    relay.cut_until_abort(|| drop(user));

    let mut user = user_space(relay, "10.81.0.2:36412");
    let anew = user.connect("10.81.0.1:36412".parse().unwrap()).unwrap();
    assert_eq!(up(&mut user).await.0, anew);
    let event = kernel.next().await;
    assert!(matches!(event, Event::Restarted { association, .. } if association == at_kernel), "{event:?}");
    still_works((&mut kernel, at_kernel), (&mut user, anew)).await;
}

async fn kernel_restarts(relay: &TunRelay) {
    let bind = || {
        let mut config = config(Backend::Kernel, "10.81.0.1:36440");
        // So that it connects from this very port.
        config.listen = false;
        Endpoint::bind(config).unwrap()
    };
    let mut kernel = bind();
    let mut user = user_space(relay, "10.81.0.2:36412");
    let (at_user, _) = associate(&mut user, &mut kernel).await;
    relay.cut_until_abort(|| drop(kernel));

    let mut kernel = bind();
    let anew = kernel.connect("10.81.0.2:36412".parse().unwrap()).unwrap();
    assert_eq!(up(&mut kernel).await.0, anew);
    let event = user.next().await;
    assert!(matches!(event, Event::Restarted { association, .. } if association == at_user), "{event:?}");
    still_works((&mut user, at_user), (&mut kernel, anew)).await;
}

type Side<'a> = (&'a mut Endpoint, pumice_sctp::AssociationId);

async fn still_works(a: Side<'_>, b: Side<'_>) {
    a.0.send(a.1, 1, S1AP_PPID, b"there".to_vec()).unwrap();
    b.0.send(b.1, 1, S1AP_PPID, b"back".to_vec()).unwrap();
    assert_eq!(message(b.0).await.2, b"there");
    assert_eq!(message(a.0).await.2, b"back");
}

async fn dead_peer(relay: &TunRelay, sending: bool) {
    let mut kernel = Endpoint::bind(config(Backend::Kernel, "10.81.0.1:36412")).unwrap();
    let mut user = user_space(relay, "10.81.0.2:36412");
    let (at_kernel, at_user) = associate(&mut kernel, &mut user).await;
    relay.cut(true);
    if sending {
        kernel.send(at_kernel, 1, S1AP_PPID, b"into the void".to_vec()).unwrap();
        user.send(at_user, 1, S1AP_PPID, b"into the void".to_vec()).unwrap();
    }
    let cut = Instant::now();
    let noticed = |reason| {
        assert_eq!(reason, LostReason::Unreachable);
        cut.elapsed()
    };
    let by =
        tokio::join!(async { noticed(lost(&mut kernel).await) }, async { noticed(lost(&mut user).await) });
    println!("  noticed by the kernel after {:.1?}, by user space after {:.1?}", by.0, by.1);
    assert!(by.0 <= DETECTION_LIMIT && by.1 <= DETECTION_LIMIT);
    relay.cut(false);
    assert!(relay.saw(DATA) && relay.saw(ABORT));
}
