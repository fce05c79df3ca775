//! Socket options of SCTP (RFC 6458 section 8) as Linux lays them out (include/uapi/linux/sctp.h), written octet by
//! octet: two of the structures are packed, and none is in the libc crate for every target.
//!
//! sctp-rs sets the subscription and SCTP_RECVRCVINFO ([`announce`]). SCTP_INITMSG it sets only on sockets of its own
//! making, and the rest not at all.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Duration;

use nix::libc;
use sctp_rs::{ConnectedSocket, Event, SubscribeEventAssocId};
use socket2::Socket;

use crate::Config;

const SOL_SCTP: i32 = 132;
const SCTP_RTOINFO: i32 = 0;
const SCTP_ASSOCINFO: i32 = 1;
const SCTP_INITMSG: i32 = 2;
const SCTP_NODELAY: i32 = 3;
const SCTP_PEER_ADDR_PARAMS: i32 = 9;
const SCTP_PEER_ADDR_THLDS: i32 = 31;

/// `spp_flags`: heartbeats on.
const SPP_HB_ENABLE: u32 = 1;
/// The identifier of an association, which a one-to-one socket ignores.
const ANY_ASSOCIATION: [u8; 4] = [0; 4];
/// `sizeof(struct sockaddr_storage)`; all zero stands for every address.
const ANY_ADDRESS: [u8; 128] = [0; 128];

/// Sets everything that accepted associations inherit from a listening socket, and that a connecting one needs first.
pub(super) fn apply(socket: &Socket, config: &Config) -> io::Result<()> {
    let fd = socket.as_fd();
    let retransmissions = config.max_retransmissions.to_ne_bytes();
    // The kernel doubles these for its own overhead (socket(7)).
    socket.set_send_buffer_size(config.max_queued_bytes)?;
    socket.set_recv_buffer_size(config.max_queued_bytes)?;
    set(fd, SCTP_NODELAY, &[&1i32.to_ne_bytes()])?;
    let init_retransmissions = config.max_init_retransmissions.to_ne_bytes();
    let init_timeout = u16::try_from(config.rto_max.as_millis()).unwrap_or(u16::MAX).to_ne_bytes();
    let outbound = config.outbound_streams.to_ne_bytes();
    let inbound = config.inbound_streams.to_ne_bytes();
    set(fd, SCTP_INITMSG, &[&outbound, &inbound, &init_retransmissions, &init_timeout])?;
    let [initial, max, min] = [config.rto_initial, config.rto_max, config.rto_min].map(milliseconds);
    set(fd, SCTP_RTOINFO, &[&ANY_ASSOCIATION, &initial, &max, &min])?;
    // assocparams: retransmissions; peer destinations, peer and local window are read-only; the cookie's lifetime.
    let cookie = milliseconds(config.cookie_lifetime);
    set(fd, SCTP_ASSOCINFO, &[&ANY_ASSOCIATION, &retransmissions, &[0; 2], &[0; 4], &[0; 4], &cookie])?;
    // paddrparams is packed: interval, retransmissions; path MTU and SACK delay stay; flags; flow label and DSCP stay.
    let heartbeat = milliseconds(config.heartbeat_interval);
    let flags = SPP_HB_ENABLE.to_ne_bytes();
    let paddrparams: [&[u8]; 9] = [
        &ANY_ASSOCIATION,
        &ANY_ADDRESS,
        &heartbeat,
        &retransmissions,
        &[0; 4],
        &[0; 4],
        &flags,
        &[0; 5],
        &[0; 1],
    ];
    set(fd, SCTP_PEER_ADDR_PARAMS, &paddrparams)?;
    // paddrthlds: a path is partially failed from its first error on, so that heartbeats come without their interval
    // (Config::detection_time counts on it). The address is aligned to 8 octets.
    let thresholds: [&[u8]; 6] =
        [&ANY_ASSOCIATION, &[0; 4], &ANY_ADDRESS, &retransmissions, &[0; 2], &[0; 4]];
    set(fd, SCTP_PEER_ADDR_THLDS, &thresholds)
}

/// Asks for the changes of associations, and for stream and PPID with each message; inherited like the options.
pub(super) fn announce(carrier: &ConnectedSocket) -> io::Result<()> {
    carrier.sctp_subscribe_events(&[Event::Association], SubscribeEventAssocId::Future)?;
    carrier.sctp_request_rcvinfo(true)
}

fn milliseconds(time: Duration) -> [u8; 4] {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX).to_ne_bytes()
}

#[allow(unsafe_code, reason = "no safe wrapper knows the options of SCTP")]
fn set(fd: BorrowedFd<'_>, option: i32, parts: &[&[u8]]) -> io::Result<()> {
    let value = parts.concat();
    let length = libc::socklen_t::try_from(value.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: the descriptor is borrowed for the call, `value` holds `length` octets and is only read.
    let result = unsafe { libc::setsockopt(fd.as_raw_fd(), SOL_SCTP, option, value.as_ptr().cast(), length) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
