//! Each test runs in threads of its own: capabilities are the thread's.

use super::*;

fn held() -> Option<Confined> {
    let held = caps::read(None, CapSet::Permitted).unwrap();
    held.contains(&Capability::CAP_NET_RAW).then_some(Confined { held })
}

fn effective() -> CapsHashSet {
    caps::read(None, CapSet::Effective).unwrap()
}

#[test]
fn a_room_and_the_threads_that_it_starts_have_what_it_needs_and_no_more() {
    // Without privileges there is nothing to confine.
    let Some(confined) = held() else { return };
    let wanted = CapsHashSet::from([Capability::CAP_NET_RAW]);
    let before = effective();
    let (room, started) = confined
        .open(&[Capability::CAP_NET_RAW], || (effective(), thread::spawn(effective).join().unwrap()))
        .unwrap();
    assert_eq!(room, wanted);
    assert_eq!(started, wanted);
    assert_eq!(effective(), before, "the opener keeps its own");
}

#[test]
fn what_is_not_held_is_not_given() {
    let confined = Confined { held: CapsHashSet::new() };
    let room = confined.open(&[Capability::CAP_NET_ADMIN], effective).unwrap();
    assert!(room.is_empty());
}

#[test]
fn leaving_gives_all_up_for_good() {
    thread::spawn(|| {
        Confined { held: CapsHashSet::new() }.leave().unwrap();
        assert!(effective().is_empty());
        assert!(caps::read(None, CapSet::Permitted).unwrap().is_empty());
        caps::raise(None, CapSet::Effective, Capability::CAP_NET_RAW).unwrap_err();
    })
    .join()
    .unwrap();
}

#[test]
fn a_missing_capability_is_named_with_what_to_do() {
    let confined = Confined { held: CapsHashSet::new() };
    let error = confined.demand(Capability::CAP_NET_RAW, "which SCTP in user space needs").unwrap_err();
    assert_eq!(
        error.to_string(),
        "CAP_NET_RAW is missing, which SCTP in user space needs: run as root, or let the service manager give it \
         (AmbientCapabilities=CAP_NET_RAW)"
    );
}

#[test]
fn an_unknown_user_is_refused_with_what_to_do() {
    let error = find("no-such-user-here").unwrap_err().to_string();
    assert!(error.contains("useradd --system no-such-user-here"), "{error}");
}
