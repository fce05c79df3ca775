//! The chains and rules of the table `pumice`. As `nft list table inet pumice` would show them, for one IPv4 pool:
//!
//! ```text
//! chain forward {
//!     type filter hook forward priority mangle; policy accept;
//!     iifname "pumice0" tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu
//!     oifname "pumice0" tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu
//! }
//! chain postrouting {
//!     type nat hook postrouting priority srcnat; policy accept;
//!     oifname != "pumice0" ip saddr 10.45.0.0/16 masquerade
//! }
//! ```
//!
//! TCP is told the path's MTU in its handshake because ICMP often does not make it back through the networks outside.

use netlink_packet_netfilter::nftables::{
    Bitwise, ChainAttribute, ChainMessage, Cmp, DataAttribute, Expressions, Hook, InetHookNumber, Meta,
    MetaKey, NfTablesMessage, Operator, Payload, Register, RuleAttribute, RuleMessage,
};
use rtnetlink::packet_core::DefaultNla;

use super::link::network;
use super::nftables::TABLE;
use crate::engine::{NatMode, Pool};

const FORWARD: &str = "forward";
const POSTROUTING: &str = "postrouting";

const PRIORITY_MANGLE: i32 = -150;
const PRIORITY_SOURCE_NAT: i32 = 100;

const POLICY_ACCEPT: u32 = 1;

/// Interface names are compared with their zero octets up to this length.
const IFNAMSIZ: usize = 16;

const NFPROTO_IPV4: u8 = 2;
const NFPROTO_IPV6: u8 = 10;
const IPPROTO_TCP: u8 = 6;

const NETWORK_HEADER: u32 = 1;
const TRANSPORT_HEADER: u32 = 2;

/// Chains and rules, in order.
pub(super) fn messages(tun: &str, pools: &[Pool], nat: &NatMode) -> Vec<NfTablesMessage> {
    let mut messages = vec![chain(FORWARD, "filter", InetHookNumber::Forward, PRIORITY_MANGLE)];
    for side in [MetaKey::Iifname, MetaKey::Oifname] {
        messages.push(rule(FORWARD, [interface(side, Operator::Equal, tun), clamp_mss()].concat()));
    }
    let NatMode::Masquerade { outside } = nat else { return messages };
    messages.push(chain(POSTROUTING, "nat", InetHookNumber::PostRouting, PRIORITY_SOURCE_NAT));
    let leaves = match outside {
        Some(outside) => interface(MetaKey::Oifname, Operator::Equal, outside),
        None => interface(MetaKey::Oifname, Operator::NotEqual, tun),
    };
    for pool in pools {
        messages.push(rule(POSTROUTING, [leaves.clone(), from_pool(pool), masquerade()].concat()));
    }
    messages
}

fn chain(name: &str, kind: &str, hook: InetHookNumber, priority: i32) -> NfTablesMessage {
    NfTablesMessage::NewChain(ChainMessage {
        attributes: vec![
            ChainAttribute::Table(TABLE.to_owned()),
            ChainAttribute::Name(name.to_owned()),
            ChainAttribute::Type(kind.to_owned()),
            ChainAttribute::Hook(vec![Hook::Number(hook.into()), Hook::Priority(priority.cast_unsigned())]),
            ChainAttribute::Policy(POLICY_ACCEPT),
        ],
    })
}

fn rule(chain: &str, expressions: Vec<Expressions>) -> NfTablesMessage {
    NfTablesMessage::NewRule(RuleMessage {
        attributes: vec![
            RuleAttribute::Table(TABLE.to_owned()),
            RuleAttribute::Chain(chain.to_owned()),
            RuleAttribute::Expressions(expressions.into_iter().map(Into::into).collect()),
        ],
    })
}

fn interface(key: MetaKey, operator: Operator, name: &str) -> Vec<Expressions> {
    let mut padded = name.as_bytes().to_vec();
    padded.resize(IFNAMSIZ, 0);
    vec![meta(key), compare(operator, padded)]
}

fn from_pool(pool: &Pool) -> Vec<Expressions> {
    let (network, mask) = network(pool.gateway, pool.prefix_length);
    let (protocol, source_at) = if pool.gateway.is_ipv4() { (NFPROTO_IPV4, 12) } else { (NFPROTO_IPV6, 8) };
    let length = if pool.gateway.is_ipv4() { 4 } else { 16 };
    vec![
        meta(MetaKey::Nfproto),
        compare(Operator::Equal, vec![protocol]),
        load(NETWORK_HEADER, source_at, length),
        and(mask),
        compare(Operator::Equal, network),
    ]
}

fn masquerade() -> Vec<Expressions> {
    vec![Expressions::Other { expression_type: "masq".to_owned(), attributes: Vec::new() }]
}

/// Lowers the MSS option of SYN and SYN ACK to what the routes both ways can carry; the kernel never raises it.
fn clamp_mss() -> Vec<Expressions> {
    const TCP_FLAGS_AT: u32 = 13;
    const SYN: u8 = 0x02;
    const SYN_OR_RST: u8 = 0x06;
    // linux/netfilter/nf_tables.h: NFTA_RT_*, NFTA_BYTEORDER_*, NFTA_EXTHDR_*.
    let mtu = other("rt", vec![word(1, REGISTER), word(2, 3)]);
    let to_network_order =
        other("byteorder", vec![word(1, REGISTER), word(2, REGISTER), word(3, 1), word(4, 2), word(5, 2)]);
    let write_option = other(
        "exthdr",
        vec![DefaultNla::new(2, vec![2]), word(3, 2), word(4, 2), word(6, 1), word(7, REGISTER)],
    );
    vec![
        meta(MetaKey::L4Proto),
        compare(Operator::Equal, vec![IPPROTO_TCP]),
        load(TRANSPORT_HEADER, TCP_FLAGS_AT, 1),
        and(vec![SYN_OR_RST]),
        compare(Operator::Equal, vec![SYN]),
        mtu,
        to_network_order,
        write_option,
    ]
}

/// The register that every expression here reads and writes: NFT_REG_1.
const REGISTER: u32 = 1;

fn meta(key: MetaKey) -> Expressions {
    Expressions::Meta(vec![Meta::Key(key), Meta::DestinationRegister(Register::Reg1)])
}

fn compare(operator: Operator, value: Vec<u8>) -> Expressions {
    Expressions::Cmp(vec![
        Cmp::SourceRegister(Register::Reg1),
        Cmp::Op(operator),
        Cmp::Data(DataAttribute::Value(value)),
    ])
}

fn load(base: u32, offset: u32, length: u32) -> Expressions {
    Expressions::Payload(vec![
        Payload::DestinationRegister(Register::Reg1),
        Payload::Base(base),
        Payload::Offset(offset),
        Payload::Len(length),
    ])
}

fn and(mask: Vec<u8>) -> Expressions {
    let nothing = vec![0; mask.len()];
    Expressions::Bitwise(vec![
        Bitwise::SourceRegister(Register::Reg1),
        Bitwise::DestinationRegister(Register::Reg1),
        Bitwise::Length(u32::try_from(mask.len()).unwrap_or(0)),
        Bitwise::Mask(DataAttribute::Value(mask)),
        Bitwise::Xor(DataAttribute::Value(nothing)),
    ])
}

fn other(name: &str, attributes: Vec<DefaultNla>) -> Expressions {
    Expressions::Other { expression_type: name.to_owned(), attributes }
}

fn word(kind: u16, value: u32) -> DefaultNla {
    DefaultNla::new(kind, value.to_be_bytes().to_vec())
}
