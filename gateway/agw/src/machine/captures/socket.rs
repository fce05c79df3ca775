//! A packet socket on one interface.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::libc;
use nix::net::if_::if_nametoindex;
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockType, SockaddrLike, bind, recv, setsockopt, socket,
    sockopt,
};

use super::pcap::LinkType;

/// Octets that the kernel may hold while the thread writes; it holds less where the system's limit is lower.
const HELD: usize = 2 << 20;

/// Types of hardware (linux/if_arp.h) that have an Ethernet header, and that begin with IP.
const WITH_ETHERNET: [u16; 2] = [libc::ARPHRD_ETHER, libc::ARPHRD_LOOPBACK];
const WITHOUT: [u16; 6] = [
    libc::ARPHRD_NONE,
    libc::ARPHRD_PPP,
    ARPHRD_RAWIP,
    libc::ARPHRD_TUNNEL,
    libc::ARPHRD_SIT,
    libc::ARPHRD_TUNNEL6,
];
/// A modem's.
const ARPHRD_RAWIP: u16 = 519;

/// Opens a socket that gets what goes in and out of an interface from now on, and what its packets begin with.
pub(super) fn open(interface: &str) -> io::Result<(OwnedFd, LinkType)> {
    let index = if_nametoindex(interface)?;
    // With no protocol it gets nothing before it is bound to one interface.
    let packets =
        socket(AddressFamily::Packet, SockType::Raw, SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK, None)?;
    setsockopt(&packets, sockopt::RcvBuf, &HELD)?;
    bind(packets.as_raw_fd(), &every_protocol_of(index)?)?;
    let link = match bound_to(&packets)?.sll_hatype {
        hardware if WITH_ETHERNET.contains(&hardware) => LinkType::Ethernet,
        hardware if WITHOUT.contains(&hardware) => LinkType::Raw,
        _ => return Err(io::Error::new(io::ErrorKind::Unsupported, "no format for this kind of interface")),
    };
    Ok((packets, link))
}

const fn blank() -> libc::sockaddr_ll {
    libc::sockaddr_ll {
        sll_family: 0,
        sll_protocol: 0,
        sll_ifindex: 0,
        sll_hatype: 0,
        sll_pkttype: 0,
        sll_halen: 0,
        sll_addr: [0; 8],
    }
}

fn every_protocol_of(interface: u32) -> io::Result<LinkAddr> {
    let every = u16::try_from(libc::ETH_P_ALL).map_err(io::Error::other)?;
    let address = libc::sockaddr_ll {
        sll_family: u16::try_from(libc::AF_PACKET).map_err(io::Error::other)?,
        sll_protocol: every.to_be(),
        sll_ifindex: i32::try_from(interface).map_err(io::Error::other)?,
        ..blank()
    };
    let length = libc::socklen_t::try_from(size_of_val(&address)).ok();
    // SAFETY: the pointer is to a whole sockaddr_ll whose length and family are stated; it is copied.
    #[allow(unsafe_code, reason = "nix makes no LinkAddr of its parts")]
    let address = unsafe { LinkAddr::from_raw((&raw const address).cast(), length) };
    address.ok_or_else(|| Errno::EINVAL.into())
}

/// Whether the interface is there still.
pub(super) fn is_bound(packets: &OwnedFd) -> bool {
    // The kernel forgets the number of one that is gone.
    bound_to(packets).is_ok_and(|address| address.sll_ifindex > 0)
}

/// What the socket is bound to. What the kernel answers may be shorter than a whole sockaddr_ll, which nix would refuse.
fn bound_to(packets: &OwnedFd) -> io::Result<libc::sockaddr_ll> {
    let mut address = blank();
    let mut length = libc::socklen_t::try_from(size_of_val(&address)).map_err(io::Error::other)?;
    let place = (&raw mut address).cast();
    // SAFETY: the kernel writes at most `length` octets, which are there; any octets are a legal sockaddr_ll.
    #[allow(unsafe_code, reason = "nix refuses what the kernel answers")]
    let result = unsafe { libc::getsockname(packets.as_raw_fd(), place, &raw mut length) };
    Errno::result(result)?;
    Ok(address)
}

/// What a socket had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// A packet: how much of it was put into the buffer, and how long it is.
    Packet(usize, usize),
    /// Nothing for now.
    Nothing,
    /// The interface went down or away.
    Down,
}

/// Takes the next packet.
pub(super) fn next(packets: &OwnedFd, buffer: &mut [u8]) -> io::Result<Next> {
    match recv(packets.as_raw_fd(), buffer, MsgFlags::MSG_TRUNC) {
        Ok(length) => Ok(Next::Packet(length.min(buffer.len()), length)),
        Err(Errno::EAGAIN | Errno::EINTR) => Ok(Next::Nothing),
        Err(Errno::ENETDOWN) => Ok(Next::Down),
        Err(errno) => Err(errno.into()),
    }
}
