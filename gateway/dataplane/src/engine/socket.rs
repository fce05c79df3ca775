use core::net::IpAddr;
use std::io;
use std::net::{SocketAddr, UdpSocket};

use nix::sys::socket::{setsockopt, sockopt};
use pumice_wire::gtpu;
use socket2::{Domain, Protocol, Socket, Type};

use crate::error::DataplaneError;

/// What the kernel holds for us while the thread is busy: 20 ms at a gigabit.
const BUFFER_OCTETS: usize = 2 << 20;

/// A socket on the GTP-U port of one address, which does not block.
pub(super) fn bind(address: IpAddr) -> Result<UdpSocket, DataplaneError> {
    open(address).map_err(|source| DataplaneError::Bind { address, source })
}

fn open(address: IpAddr) -> io::Result<UdpSocket> {
    let address = SocketAddr::new(address, gtpu::PORT);
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    // Beyond the system's limit with CAP_NET_ADMIN; up to it without.
    if setsockopt(&socket, sockopt::RcvBufForce, &BUFFER_OCTETS).is_err() {
        socket.set_recv_buffer_size(BUFFER_OCTETS)?;
    }
    if setsockopt(&socket, sockopt::SndBufForce, &BUFFER_OCTETS).is_err() {
        socket.set_send_buffer_size(BUFFER_OCTETS)?;
    }
    // A box that starts with its cable out has its address later: it must serve then, and not have given up.
    setsockopt(&socket, sockopt::IpFreebind, &true)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}
