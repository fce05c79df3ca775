use std::time::Duration;

use pumice_dataplane::{DataplaneError, EngineConfig, NatMode, Pool, PortableEngine};
use pumice_lab::{Topology, skip};
use pumice_model::limits::Limits;

use crate::radio::*;

fn refusal(config: EngineConfig) -> DataplaneError {
    PortableEngine::start(config).map(drop).unwrap_err()
}

#[test]
fn wrong_values_are_refused_before_anything_is_touched() {
    let good = || config(NatMode::Routed);
    assert!(matches!(
        refusal(EngineConfig { listen: Vec::new(), ..good() }),
        DataplaneError::NoListenAddress
    ));
    assert!(matches!(
        refusal(EngineConfig { listen: vec![address("0.0.0.0")], ..good() }),
        DataplaneError::ListenAddress(_)
    ));
    for name in ["", "sixteen-octets-!", "a/b", "a b", ".."] {
        let tun = name.to_owned();
        assert!(
            matches!(refusal(EngineConfig { tun, ..good() }), DataplaneError::InterfaceName(_)),
            "{name}"
        );
    }
    assert!(matches!(refusal(EngineConfig { pools: Vec::new(), ..good() }), DataplaneError::NoPool));
    let pools = vec![Pool { gateway: address("10.45.0.1"), prefix_length: 33 }];
    assert!(matches!(refusal(EngineConfig { pools, ..good() }), DataplaneError::Pool { .. }));
    assert!(matches!(refusal(EngineConfig { mtu: 1_279, ..good() }), DataplaneError::Mtu(1_279)));
}

#[test]
fn stopping_leaves_nothing_and_a_new_start_finds_no_obstacle() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let has_tun = || village.gateway.link_names().unwrap().contains(&"pumice0".to_owned());
    for _ in 0..3 {
        let engine = start(&village, config(NatMode::Masquerade { outside: None }));
        assert!(has_tun());
        let _events = engine.events();
        // From another namespace than the one that it lives in.
        drop(engine);
        assert!(!has_tun());
    }
    // Phones are behind no NAT now: nothing of the former engines' rules is left.
    let mut engine = start(&village, config(NatMode::Routed));
    let cell = Cell::connect(&village, &mut engine, CELL, GATEWAY);
    let web = server(&village, WEB, 9_000);
    cell.uplink(&udp((PHONE, 5_000), (WEB, 9_000), b"question"));
    let (_, seen) = web.recv_from(&mut [0; 100]).unwrap();
    assert_eq!(seen.ip(), address(PHONE));
}

#[test]
fn failed_start_leaves_nothing() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let start = |config| village.gateway.run(|| PortableEngine::start(config)).unwrap();
    let taken = EngineConfig { tun: "sgi".to_owned(), ..config(NatMode::Routed) };
    assert!(matches!(start(taken), Err(DataplaneError::Tun { .. })));
    assert!(!village.gateway.link_names().unwrap().contains(&"pumice0".to_owned()));
    let engine = start(config(NatMode::Routed)).unwrap();
    let second = EngineConfig { tun: "pumice1".to_owned(), ..config(NatMode::Routed) };
    assert!(matches!(start(second), Err(DataplaneError::Bind { .. })), "the port is in use");
    drop(engine);
}

#[test]
fn an_address_that_is_not_there_yet_is_served_when_it_comes() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let socket = village.gateway.link("s1").unwrap();
    socket.remove_address(address(GATEWAY), 24).unwrap();
    let mut engine = village
        .gateway
        .run(|| PortableEngine::start(config(NatMode::Masquerade { outside: None })))
        .unwrap()
        .unwrap();
    socket.add_address(address(GATEWAY), 24).unwrap();
    let cell = Cell::connect(&village, &mut engine, CELL, GATEWAY);
    let web = server(&village, WEB, 9_000);
    cell.uplink(&udp((PHONE, 5_000), (WEB, 9_000), b"question"));
    web.recv_from(&mut [0; 100]).unwrap();
}

#[test]
fn events_end_when_the_engine_stops() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let engine = start(&village, config(NatMode::Routed));
    let mut events = engine.events();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let waiting = tokio::spawn(async move { events.next().await });
        tokio::task::yield_now().await;
        drop(engine);
        let end = tokio::time::timeout(Duration::from_secs(10), waiting).await;
        assert_eq!(end.expect("still waiting").unwrap(), None);
    });
}

#[test]
fn tun_device_that_is_taken_away_ends_the_events() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let engine = start(&village, EngineConfig { limits: Limits::default(), ..config(NatMode::Routed) });
    let mut events = engine.events();
    village.gateway.link("pumice0").unwrap().remove().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let end = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), events.next()).await });
    assert_eq!(end.expect("still waiting"), None);
}
