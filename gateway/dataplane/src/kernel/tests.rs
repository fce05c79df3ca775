use std::io;

use netlink_packet_netfilter::nftables::{
    ChainAttribute, ChainMessage, NfTablesMessage, TableAttribute, TableMessage,
};
use netlink_packet_netfilter::{
    NetfilterHeader, NetfilterMessage, NetfilterMessageInner, NetfilterProtoFamily,
};
use netlink_sys::{Socket, protocols::NETLINK_NETFILTER};
use pumice_lab::{Namespace, skip};
use rtnetlink::packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload};

use super::{link, nftables};
use crate::engine::{NatMode, Pool};

/// What nftables has in this namespace.
fn dump(request: NfTablesMessage) -> io::Result<Vec<NfTablesMessage>> {
    let mut socket = Socket::new(NETLINK_NETFILTER)?;
    socket.bind_auto()?;
    let header = NetfilterHeader::new(NetfilterProtoFamily::Inet, 0, 0);
    let mut request = NetlinkMessage::from(NetfilterMessage::new(header, request));
    request.header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.finalize();
    let mut octets = vec![0; request.buffer_len()];
    request.serialize(&mut octets);
    socket.send(&octets, 0)?;
    let mut found = Vec::new();
    loop {
        let (received, _) = socket.recv_from_full()?;
        let mut rest = &received[..];
        while !rest.is_empty() {
            let message = NetlinkMessage::<NetfilterMessage>::deserialize(rest).unwrap();
            rest = rest.get((message.header.length as usize).next_multiple_of(4)..).unwrap_or_default();
            match message.payload {
                NetlinkPayload::Done(_) => return Ok(found),
                NetlinkPayload::InnerMessage(NetfilterMessage {
                    inner: NetfilterMessageInner::NfTables(inner),
                    ..
                }) => found.push(inner),
                other => panic!("{other:?}"),
            }
        }
    }
}

fn tables() -> Vec<String> {
    let name = |attribute: TableAttribute| match attribute {
        TableAttribute::Name(name) => Some(name),
        _ => None,
    };
    dump(NfTablesMessage::GetTable(TableMessage { attributes: Vec::new() }))
        .unwrap()
        .into_iter()
        .filter_map(|message| match message {
            NfTablesMessage::NewTable(table) => table.attributes.into_iter().find_map(name),
            _ => None,
        })
        .collect()
}

fn chains() -> Vec<String> {
    let name = |attribute: ChainAttribute| match attribute {
        ChainAttribute::Name(name) => Some(name),
        _ => None,
    };
    dump(NfTablesMessage::GetChain(ChainMessage { attributes: Vec::new() }))
        .unwrap()
        .into_iter()
        .filter_map(|message| match message {
            NfTablesMessage::NewChain(chain) => chain.attributes.into_iter().find_map(name),
            _ => None,
        })
        .collect()
}

#[test]
fn table_is_replaced_and_removed_whatever_was_there() {
    if skip::unless_namespaces() {
        return;
    }
    let namespace = Namespace::new("nftables").unwrap();
    let pools = [
        Pool { gateway: "10.45.0.1".parse().unwrap(), prefix_length: 16 },
        Pool { gateway: "2001:db8:45::1".parse().unwrap(), prefix_length: 48 },
    ];
    namespace
        .run(|| {
            nftables::remove().unwrap();
            assert!(tables().is_empty());
            let outside = Some("sgi".to_owned());
            for nat in [NatMode::Masquerade { outside: None }, NatMode::Masquerade { outside }] {
                nftables::install("pumice0", &pools, &nat).unwrap();
                assert_eq!(
                    (tables(), chains()),
                    (vec!["pumice".to_owned()], vec!["forward".to_owned(), "postrouting".to_owned()])
                );
            }
            nftables::install("pumice0", &pools, &NatMode::Routed).unwrap();
            assert_eq!(chains(), ["forward"]);
            nftables::remove().unwrap();
            assert!(tables().is_empty());
        })
        .unwrap();
}

#[test]
fn batch_that_the_kernel_refuses_changes_nothing() {
    if skip::unless_namespaces() {
        return;
    }
    let namespace = Namespace::new("nftables").unwrap();
    namespace
        .run(|| {
            nftables::install("pumice0", &[], &NatMode::Routed).unwrap();
            let delete = |name: &str| {
                let attributes = vec![TableAttribute::Name(name.to_owned())];
                NfTablesMessage::DeleteTable(TableMessage { attributes })
            };
            let error = nftables::commit(vec![delete("pumice"), delete("absent")]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
            assert_eq!(chains(), ["forward"], "the former table stands");
        })
        .unwrap();
}

#[test]
fn networks() {
    let cases: [(&str, u8, &[u8], &[u8]); 6] = [
        ("10.45.3.1", 16, &[10, 45, 0, 0], &[255, 255, 0, 0]),
        ("10.45.3.1", 22, &[10, 45, 0, 0], &[255, 255, 252, 0]),
        ("10.45.3.1", 23, &[10, 45, 2, 0], &[255, 255, 254, 0]),
        ("10.45.3.1", 0, &[0; 4], &[0; 4]),
        ("10.45.3.1", 32, &[10, 45, 3, 1], &[255; 4]),
        (
            "2001:db8:45:7::1",
            50,
            &[0x20, 1, 0xd, 0xb8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[255, 255, 255, 255, 255, 255, 192, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ),
    ];
    for (address, prefix_length, network, mask) in cases {
        let found = link::network(address.parse().unwrap(), prefix_length);
        assert_eq!(found, (network.to_vec(), mask.to_vec()), "{address}/{prefix_length}");
    }
}
