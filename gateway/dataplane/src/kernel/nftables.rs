//! The table `pumice` in nftables, changed by one netlink batch: all of it or nothing.

use std::io;

use netlink_packet_netfilter::nftables::{NfTablesMessage, TableAttribute, TableMessage};
use netlink_packet_netfilter::none::ControlMessage;
use netlink_packet_netfilter::{NetfilterHeader, NetfilterMessage, NetfilterProtoFamily};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_NETFILTER};
use rtnetlink::packet_core::{NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, NLM_F_REQUEST};
use rtnetlink::packet_core::{NetlinkBuffer, NetlinkHeader, NetlinkMessage, NetlinkPayload};

use super::ruleset;
use crate::engine::{NatMode, Pool};
use crate::error::DataplaneError;

pub(super) const TABLE: &str = "pumice";

/// Says that a batch is for nftables (NFNL_SUBSYS_NFTABLES).
const SUBSYSTEM: u16 = 10;

/// recvmsg(2) without waiting: the kernel has answered a batch before send(2) returns.
const DO_NOT_WAIT: i32 = 0x40;

/// Puts the table in place of whatever a former run left.
pub(crate) fn install(tun: &str, pools: &[Pool], nat: &NatMode) -> Result<(), DataplaneError> {
    let mut messages = vec![new_table(), delete_table(), new_table()];
    messages.extend(ruleset::messages(tun, pools, nat));
    commit(messages).map_err(DataplaneError::nftables("installing the table `pumice`"))
}

/// Removes the table, if it is there.
pub(crate) fn remove() -> Result<(), DataplaneError> {
    // Creating it first makes deleting it succeed in any case.
    commit(vec![new_table(), delete_table()]).map_err(DataplaneError::nftables("removing the table `pumice`"))
}

fn new_table() -> NfTablesMessage {
    NfTablesMessage::NewTable(TableMessage { attributes: vec![TableAttribute::Name(TABLE.to_owned())] })
}

fn delete_table() -> NfTablesMessage {
    NfTablesMessage::DeleteTable(TableMessage { attributes: vec![TableAttribute::Name(TABLE.to_owned())] })
}

/// All of the messages, or nothing.
pub(super) fn commit(messages: Vec<NfTablesMessage>) -> io::Result<()> {
    let mut socket = Socket::new(NETLINK_NETFILTER)?;
    socket.bind_auto()?;
    socket.connect(&SocketAddr::new(0, 0))?;
    socket.set_cap_ack(true)?;
    let expected = messages.len();
    socket.send(&batch(messages), 0)?;
    let acknowledged = acknowledgements(&socket)?;
    if acknowledged != expected {
        return Err(io::Error::other(format!("{acknowledged} of {expected} messages acknowledged")));
    }
    Ok(())
}

fn batch(messages: Vec<NfTablesMessage>) -> Vec<u8> {
    let control = |message: ControlMessage| {
        NetfilterMessage::new(NetfilterHeader::new(NetfilterProtoFamily::Unspec, 0, SUBSYSTEM), message)
    };
    let table = |message: NfTablesMessage| {
        NetfilterMessage::new(NetfilterHeader::new(NetfilterProtoFamily::Inet, 0, 0), message)
    };
    let mut octets = Vec::new();
    append(&mut octets, NLM_F_REQUEST, control(ControlMessage::BatchBegin));
    for message in messages {
        append(&mut octets, NLM_F_REQUEST | NLM_F_ACK | creation(&message), table(message));
    }
    append(&mut octets, NLM_F_REQUEST, control(ControlMessage::BatchEnd));
    octets
}

const fn creation(message: &NfTablesMessage) -> u16 {
    match message {
        NfTablesMessage::NewTable(_) | NfTablesMessage::NewChain(_) => NLM_F_CREATE,
        NfTablesMessage::NewRule(_) => NLM_F_CREATE | NLM_F_APPEND,
        _ => 0,
    }
}

fn append(octets: &mut Vec<u8>, flags: u16, message: NetfilterMessage) {
    let mut header = NetlinkHeader::default();
    header.flags = flags;
    let mut message = NetlinkMessage::new(header, NetlinkPayload::from(message));
    message.finalize();
    let mut encoded = vec![0; message.buffer_len()];
    message.serialize(&mut encoded);
    octets.extend_from_slice(&encoded);
}

/// Counts the acknowledgements up to the first refusal.
fn acknowledgements(socket: &Socket) -> io::Result<usize> {
    let mut acknowledged = 0;
    loop {
        let mut received = Vec::with_capacity(8 << 10);
        match socket.recv(&mut received, DO_NOT_WAIT) {
            Ok(_) => acknowledged += errors(&received)?,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(acknowledged),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn errors(mut received: &[u8]) -> io::Result<usize> {
    let mut acknowledged = 0;
    while !received.is_empty() {
        let malformed = |_| io::Error::from(io::ErrorKind::InvalidData);
        let length = NetlinkBuffer::new_checked(received).map_err(malformed)?.length();
        let message = NetlinkMessage::<NetfilterMessage>::deserialize(received).map_err(malformed)?;
        if let NetlinkPayload::Error(error) = message.payload {
            match error.code {
                None => acknowledged += 1,
                Some(_) => return Err(error.to_io()),
            }
        }
        let length = usize::try_from(length).unwrap_or(received.len()).next_multiple_of(4);
        received = received.get(length..).unwrap_or_default();
    }
    Ok(acknowledged)
}
