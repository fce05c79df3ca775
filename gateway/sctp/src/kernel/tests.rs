use std::io;
use std::os::fd::{AsFd, AsRawFd};

use nix::sys::epoll::{Epoll, EpollCreateFlags};
use nix::sys::eventfd::{EfdFlags, EventFd};
use sctp_rs::AssocChangeState;
use socket2::{Domain, Socket, Type};

use crate::SendError;
use crate::reactor::watch;

use super::association::{Association, Input};
use super::message::{AssociationChange, Label};
use super::seat::{Seat, Seats};

#[test]
fn label_goes_out_in_network_order() {
    let info = Label { stream: 0x0102, ppid: 18 }.to_send_info();
    assert_eq!(info.sid, 0x0102);
    assert_eq!(info.ppid.to_ne_bytes(), [0, 0, 0, 18]);
    assert_eq!((info.flags, info.context, info.assoc_id), (0, 0, 0));
}

#[test]
fn label_comes_in_network_order() {
    // stream, SSN, flags, padding, PPID, TSN, cumulative TSN, context, association.
    let mut info = 0x0102_u16.to_ne_bytes().to_vec();
    info.extend([9; 6]);
    info.extend([0, 0, 0, 18]);
    info.extend([9; 16]);
    assert_eq!(Label::from_rcvinfo(&info), Some(Label { stream: 0x0102, ppid: 18 }));
    for length in 0..12 {
        assert_eq!(Label::from_rcvinfo(&info[..length]), None, "cut at {length}");
    }
}

/// `struct sctp_assoc_change`.
fn change(kind: u16, state: u16) -> Vec<u8> {
    let mut octets = kind.to_ne_bytes().to_vec();
    octets.extend([0; 2]);
    octets.extend(20u32.to_ne_bytes());
    octets.extend(state.to_ne_bytes());
    octets.extend([0; 2]);
    octets.extend(7u16.to_ne_bytes());
    octets.extend(5u16.to_ne_bytes());
    octets.extend([0; 4]);
    octets
}

#[test]
fn association_changes_are_read() {
    let states = [
        AssocChangeState::CommUp,
        AssocChangeState::CommLost,
        AssocChangeState::Restart,
        AssocChangeState::ShutdownComplete,
        AssocChangeState::CannotStartAssoc,
    ];
    for (number, state) in (0..).zip(states) {
        let expected = AssociationChange { state, outbound_streams: 7, inbound_streams: 5 };
        assert_eq!(AssociationChange::parse(&change(0x8001, number)), Some(expected), "state {number}");
    }
    assert_eq!(AssociationChange::parse(&change(0x8001, 5)), None, "no such state");
    assert_eq!(AssociationChange::parse(&change(0x8005, 0)), None, "another notification");
    for length in 0..16 {
        assert_eq!(AssociationChange::parse(&change(0x8001, 0)[..length]), None, "cut at {length}");
    }
}

/// A connected pair that keeps messages apart, as SCTP does; ancillary data of SCTP it ignores.
fn pair() -> (Socket, Socket) {
    let (ours, theirs) = Socket::pair(Domain::UNIX, Type::SEQPACKET, None).unwrap();
    ours.set_nonblocking(true).unwrap();
    theirs.set_nonblocking(true).unwrap();
    (ours, theirs)
}

fn receive(socket: &Socket) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; 4096];
    let length = io::Read::read(&mut &*socket, &mut buffer)?;
    buffer.truncate(length);
    Ok(buffer)
}

fn is_closed(theirs: &Socket) -> bool {
    matches!(receive(theirs), Ok(end) if end.is_empty())
}

/// Seats as an endpoint has them once its reactor has told it of anything.
async fn seats(count: usize) -> Seats {
    let seats = Seats::new(count).unwrap();
    let later = EventFd::from_value_and_flags(1, EfdFlags::EFD_NONBLOCK).unwrap();
    watch(later.into()).unwrap().readable().await.unwrap().retain_ready();
    seats
}

fn in_runtime(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap().block_on(test);
}

fn up(seat: Seat, theirs: &Socket) -> Association {
    let mut association = Association::new(seat, "192.0.2.1:36412".parse().unwrap(), 1 << 16);
    assert_eq!(association.send(0, 18, vec![1]), Err(SendError::Unknown), "not up yet");
    theirs.send(&change(0x8001, 0)).unwrap();
    let input = association.read(&mut [0; 64]);
    assert!(matches!(input, Some(Input::Up { outbound_streams: 7, inbound_streams: 5 })), "{input:?}");
    association
}

#[test]
fn sending_never_waits() {
    in_runtime(async {
        let mut seats = seats(1).await;
        let (ours, theirs) = pair();
        let mut association = up(seats.take(ours).unwrap(), &theirs);
        association.send(6, 18, b"S1AP".to_vec()).unwrap();
        assert_eq!(receive(&theirs).unwrap(), b"S1AP");
        let no_such = SendError::NoSuchStream { stream: 7, outbound_streams: 7 };
        assert_eq!(association.send(7, 18, vec![1]), Err(no_such));

        let mut sent = 0;
        while association.send(1, 18, vec![0; 1000]).is_ok() {
            sent += 1;
            assert!(sent < 100_000, "no bound");
        }
        assert_eq!(association.send(1, 18, vec![0; 1000]), Err(SendError::QueueFull));
        for _ in 0..sent {
            assert_eq!(receive(&theirs).unwrap().len(), 1000);
        }
        association.send(1, 18, b"room again".to_vec()).unwrap();
        assert_eq!(receive(&theirs).unwrap(), b"room again");

        assert!(association.shutdown());
        assert_eq!(association.send(1, 18, vec![1]), Err(SendError::Unknown));
        assert!(is_closed(&theirs));
    });
}

#[test]
fn seats_are_used_again() {
    in_runtime(async {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).unwrap();
        let mut seats = seats(1).await;
        let mut place = None;
        for _ in 0..1000 {
            let (ours, theirs) = pair();
            let seat = seats.take(ours).unwrap();
            let fd = seat.as_fd().as_raw_fd();
            assert_eq!(*place.get_or_insert(fd), fd);
            let association = up(seat, &theirs);
            association.send(1, 18, b"S1AP".to_vec()).unwrap();
            assert_eq!(receive(&theirs).unwrap(), b"S1AP");
            seats.give_back(association.leave(&epoll));
            assert!(is_closed(&theirs));
        }
    });
}

#[test]
fn who_finds_no_seat_is_closed() {
    in_runtime(async {
        let mut seats = seats(1).await;
        let (first, at_first) = pair();
        let seat = seats.take(first).unwrap();
        let (second, at_second) = pair();
        assert_eq!(seats.take(second).unwrap_err().kind(), io::ErrorKind::QuotaExceeded);
        assert!(is_closed(&at_second));

        assert_eq!(receive(&at_first).unwrap_err().kind(), io::ErrorKind::WouldBlock, "still there");
        drop(seat);
        assert!(is_closed(&at_first), "dropped with the endpoint");
    });
}
