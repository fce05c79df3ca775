//! The name server of the box's own setup WiFi: every name leads to the box, so that a phone that joins finds the page.
//!
//! A phone tries a name that it knows, gets the box's address, and shows what it finds there as the network's sign-in page.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::AsRawFd;

use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrIn, setsockopt, socket, sockopt};
use tokio::net::UdpSocket;

#[cfg(test)]
mod tests;

/// Octets of a datagram that is looked at; a question without extensions is at most 12 + 255 + 4.
const DATAGRAM: usize = 1_232;

/// How long an answer may be kept, in seconds: the phone is to forget it when it is in another network.
const TTL: u32 = 10;

const HEADER: usize = 12;

/// Octets of a name (RFC 1035 2.3.4).
const NAME: usize = 255;

/// Bits of the header's flags (RFC 1035 4.1.1).
const RESPONSE: u16 = 0x8000;
const OPCODE: u16 = 0x7800;
const AUTHORITATIVE: u16 = 0x0400;
const RECURSION_DESIRED: u16 = 0x0100;
const RECURSION_AVAILABLE: u16 = 0x0080;

const IN: u16 = 1;
const A: u16 = 1;

/// Types that this network has none of, but whose names it has.
const AAAA: u16 = 28;
const SVCB: u16 = 64;
const HTTPS: u16 = 65;

/// The answer to a query; nothing where the octets are no question: a response, a fragment, garbage.
pub(crate) fn answer(query: &[u8], own: Ipv4Addr) -> Option<Vec<u8>> {
    let flags = word(query, 2)?;
    if flags & RESPONSE != 0 {
        // An answer to an answer would go on for ever.
        return None;
    }
    let questions = word(query, 4)?;
    // What is said of the question beyond it, as EDNS, is not looked at.
    let opcode_is_query = flags & OPCODE == 0;
    if !opcode_is_query || questions != 1 {
        let code = if opcode_is_query { Code::FormatError } else { Code::NotImplemented };
        return header(query, code, 0, 0);
    }
    let Some(end) = end_of_name(query) else { return header(query, Code::FormatError, 0, 0) };
    let (Some(kind), Some(class)) = (word(query, end), word(query, end + 2)) else {
        return header(query, Code::FormatError, 0, 0);
    };
    let question = query.get(HEADER..end + 4)?;
    let (code, answers) = match (class, kind) {
        (IN, A) => (Code::NoError, 1),
        (IN, AAAA | SVCB | HTTPS) => (Code::NoError, 0),
        (IN, _) => (Code::NameError, 0),
        _ => (Code::Refused, 0),
    };
    let mut reply = header(query, code, 1, answers)?;
    reply.extend_from_slice(question);
    if answers == 1 {
        // The name is the question's, by a pointer to it.
        for number in [0xc000 | 0x000c, A, IN] {
            reply.extend_from_slice(&u16::to_be_bytes(number));
        }
        reply.extend_from_slice(&TTL.to_be_bytes());
        reply.extend_from_slice(&[0, 4]);
        reply.extend_from_slice(&own.octets());
    }
    Some(reply)
}

/// How a query went (RFC 1035 4.1.1).
#[derive(Debug, Clone, Copy)]
enum Code {
    NoError = 0,
    FormatError = 1,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
}

fn header(query: &[u8], code: Code, questions: u16, answers: u16) -> Option<Vec<u8>> {
    let asked = word(query, 2)? & (OPCODE | RECURSION_DESIRED);
    let flags = RESPONSE | AUTHORITATIVE | RECURSION_AVAILABLE | asked | code as u16;
    let mut reply = query.get(..2)?.to_vec();
    for number in [flags, questions, answers, 0, 0] {
        reply.extend_from_slice(&number.to_be_bytes());
    }
    Some(reply)
}

/// Where the question's name ends. It is the first name of the message, so a pointer in it could only lead astray.
fn end_of_name(query: &[u8]) -> Option<usize> {
    let mut at = HEADER;
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            return Some(at);
        }
        // 64 and more are pointers, or nothing that is defined.
        if length > 63 || at + length - HEADER >= NAME {
            return None;
        }
        at += length;
    }
}

fn word(octets: &[u8], at: usize) -> Option<u16> {
    octets.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_be_bytes)
}

/// Binds the setup WiFi's address, which need not be there yet. Port 53 needs CAP_NET_BIND_SERVICE, so this is called before
/// privileges are given up.
pub(crate) fn bind(own: Ipv4Addr) -> io::Result<std::net::UdpSocket> {
    bind_to(SocketAddrV4::new(own, 53))
}

fn bind_to(address: SocketAddrV4) -> io::Result<std::net::UdpSocket> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let socket = socket(AddressFamily::Inet, SockType::Datagram, flags, None)?;
    setsockopt(&socket, sockopt::IpFreebind, &true)?;
    nix::sys::socket::bind(socket.as_raw_fd(), &SockaddrIn::from(address))?;
    Ok(socket.into())
}

/// Answers until the task is dropped. Nothing is kept of who asks; an answer that cannot be sent is asked for again.
pub(crate) async fn run(socket: std::net::UdpSocket, own: Ipv4Addr) {
    let socket = match UdpSocket::from_std(socket) {
        Ok(socket) => socket,
        Err(error) => {
            tracing::warn!(%error, "names of the setup WiFi do not lead to the page");
            return;
        }
    };
    let mut datagram = [0; DATAGRAM];
    loop {
        match socket.recv_from(&mut datagram).await {
            Ok((length, from)) => reply(&socket, datagram.get(..length).unwrap_or_default(), from, own).await,
            // An ICMP error about an answer before; the socket goes on.
            Err(error) => {
                tracing::debug!(%error, "receiving a question for a name");
                tokio::task::yield_now().await;
            }
        }
    }
}

async fn reply(socket: &UdpSocket, query: &[u8], from: SocketAddr, own: Ipv4Addr) {
    if let Some(reply) = answer(query, own) {
        let _ = socket.send_to(&reply, from).await;
    }
}
