use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pumice_model::machine::InterfaceView;
use pumice_model::time::Instant;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Off, Outcome, Prober, Reachability, Surroundings, run, why_off};
use crate::config::{BackhaulSettings, Way};

const EVERY: Duration = Duration::from_secs(60);

fn at(seconds: u64) -> Instant {
    Instant::after_start(Duration::from_secs(seconds))
}

fn answered(millis: u64) -> Outcome {
    Outcome::Answered(Duration::from_millis(millis))
}

const FAILED: Outcome = Outcome::Failed(Off::Answer);

#[test]
fn one_failure_is_no_outage_and_two_are() {
    let mut prober = Prober::new(at(0), None);
    assert_eq!((prober.next(), prober.state().online), (at(0), None));
    prober.observe(at(1), Some(1_000), answered(30), EVERY);
    assert_eq!((prober.next(), prober.state().online), (at(61), Some(true)));
    prober.observe(at(61), Some(1_060), FAILED, EVERY);
    assert_eq!((prober.next(), prober.state().online), (at(71), Some(true)));
    prober.observe(at(71), Some(1_070), answered(30), EVERY);
    assert_eq!(prober.state().since, at(1), "it was never off");
    prober.observe(at(131), Some(1_130), FAILED, EVERY);
    prober.observe(at(141), Some(1_140), FAILED, EVERY);
    let off = Reachability {
        online: Some(false),
        since: at(141),
        since_unix: Some(1_140),
        delay_millis: None,
        off: Some(Off::Answer),
    };
    assert_eq!(prober.state(), off);
}

#[test]
fn one_answer_means_on_and_the_moment_is_kept() {
    let mut prober = Prober::new(at(0), None);
    prober.observe(at(5), None, FAILED, EVERY);
    assert_eq!(prober.state().online, None, "not known after one failure");
    prober.observe(at(15), None, FAILED, EVERY);
    assert_eq!(prober.state().online, Some(false));
    prober.observe(at(35), Some(7), answered(80), EVERY);
    let on = Reachability {
        online: Some(true),
        since: at(35),
        since_unix: Some(7),
        delay_millis: Some(80),
        off: None,
    };
    assert_eq!(prober.state(), on);
    prober.observe(at(95), Some(67), answered(80), EVERY);
    assert_eq!(prober.state(), on, "it stays as it was");
}

#[test]
fn probes_become_rare_while_nothing_answers() {
    let mut prober = Prober::new(at(0), None);
    let mut now = at(0);
    let mut waits = Vec::new();
    for _ in 0..9 {
        prober.observe(now, None, FAILED, EVERY);
        waits.push(prober.next().since(now).as_secs());
        now = prober.next();
    }
    assert_eq!(waits, [10, 20, 30, 40, 50, 60, 60, 60, 60]);
}

#[test]
fn why_it_is_off_follows_what_is_seen() {
    let mut prober = Prober::new(at(0), None);
    prober.observe(at(0), None, FAILED, EVERY);
    prober.observe(at(10), None, Outcome::Failed(Off::Cable), EVERY);
    assert_eq!(prober.state().off, Some(Off::Cable));
    prober.observe(at(30), None, Outcome::Failed(Off::Address), EVERY);
    assert_eq!((prober.state().off, prober.state().since), (Some(Off::Address), at(10)));
}

#[test]
fn delay_is_the_middle_one_of_the_last_five() {
    let mut prober = Prober::new(at(0), None);
    for millis in [9_000, 10, 30, 20, 5_000, 40, 25] {
        prober.observe(at(0), None, answered(millis), EVERY);
    }
    // 30, 20, 5000, 40, 25
    assert_eq!(prober.state().delay_millis, Some(30));
    prober.observe(at(0), None, Outcome::Answered(Duration::MAX), EVERY);
    prober.observe(at(0), None, Outcome::Answered(Duration::MAX), EVERY);
    prober.observe(at(0), None, Outcome::Answered(Duration::MAX), EVERY);
    assert_eq!(prober.state().delay_millis, Some(u32::MAX));
}

fn interface(role: &'static str, up: bool, addresses: &[&str]) -> InterfaceView {
    let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
    InterfaceView { name: "eth0".to_owned(), role, up, addresses }
}

#[test]
fn the_box_itself_says_why() {
    let wifi = Way::Wifi { ssid: "shop".to_owned(), password: None };
    let cell = interface("cell", true, &["192.168.77.1"]);
    let cases = [
        (None, interface("backhaul", false, &[]), None, Off::Cable),
        (Some(&wifi), interface("backhaul", false, &[]), None, Off::Signal),
        (None, interface("backhaul", true, &["fe80::1", "169.254.3.4"]), None, Off::Address),
        (None, interface("backhaul", true, &["fe80::1", "10.0.0.2"]), None, Off::Route),
        (None, interface("lan", false, &[]), None, Off::Route),
        (None, interface("backhaul", false, &[]), Some("wwan0"), Off::Answer),
    ];
    for (way, outside, route, off) in cases {
        assert_eq!(why_off(way, &[cell.clone(), outside.clone()], route), off, "{outside:?}");
    }
    assert_eq!(Off::Cable.words(), "no cable");
}

#[test]
fn view_says_file_where_nobody_set_a_way() {
    let state =
        Reachability { online: Some(false), since: at(5), off: Some(Off::Route), ..Reachability::default() };
    let view = state.view(None, None, at(65));
    assert_eq!((view.way.as_str(), view.since, view.why), ("file", EVERY, Some("no route")));
    assert_eq!(state.view(Some(&Way::Dhcp), Some("eth0".to_owned()), at(0)).way, "dhcp");
}

/// Each look at the clock is a minute later: the task never waits.
#[derive(Default)]
struct Hasty(AtomicU64);

impl Surroundings for Hasty {
    fn now(&self) -> (Instant, Option<u64>) {
        (at(60 * self.0.fetch_add(1, Ordering::Relaxed)), None)
    }

    fn why_off(&self, _: Option<&Way>) -> Off {
        Off::Answer
    }
}

fn settings(way: Option<Way>, probe: SocketAddr) -> BackhaulSettings {
    BackhaulSettings { way, files: "/nowhere".into(), probe, probe_every: Duration::from_secs(5) }
}

#[tokio::test]
async fn task_follows_the_settings() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let answering = listener.local_addr().unwrap();
    let silent = {
        let unused = TcpListener::bind("127.0.0.1:0").await.unwrap();
        unused.local_addr().unwrap()
    };
    let (set, current) = watch::channel(settings(None, silent));
    let (tell, mut told) = watch::channel(Reachability::default());
    let task = tokio::spawn(run(current, Hasty::default(), tell));
    let off = told.wait_for(|state| state.online == Some(false)).await.unwrap().off;
    assert_eq!(off, Some(Off::Answer));

    set.send(settings(None, answering)).unwrap();
    let accepted = async {
        loop {
            listener.accept().await.unwrap();
        }
    };
    tokio::select! {
        () = accepted => {}
        state = told.wait_for(|state| state.online == Some(true)) => {
            assert!(state.unwrap().delay_millis.is_some());
        }
    }

    set.send(settings(Some(Way::None), answering)).unwrap();
    told.wait_for(|state| state.online.is_none()).await.unwrap();
    drop(told);
    task.await.unwrap();
}
